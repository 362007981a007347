package storetest

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/post"
)

func tombstone(t *testing.T, w *world) {
	author, reader, picture := uuid.New(), uuid.New(), uuid.New()
	parent := w.create(t, say(author, "a question"))
	d := reply(author, parent, picture)
	postID := w.create(t, d)
	w.like(t, reader, postID)
	if changed := w.delete(t, postID); !w.Faulty {
		sameSet(t, "changed", changed, []uuid.UUID{postID, parent})
	}
	for range 2 { // the second time changes nothing
		if _, ok := w.load(t, postID); ok || w.stands(t, postID) {
			t.Error("it stands")
		}
		if _, replies := w.counts(t, parent); replies != 0 {
			t.Errorf("%d replies are counted", replies)
		}
		same(t, "the log", w.log(t, author, 10), []uuid.UUID{parent})
		same(t, "the replies", w.replies(t, parent, uuid.Nil, 10), nil)
		if changed := w.delete(t, postID); len(changed) != 0 {
			t.Errorf("the second time changed %v", changed)
		}
	}
	for _, change := range []func(context.Context, uuid.UUID, uuid.UUID) (int64, bool, error){w.Store.Like, w.Store.Unlike} {
		w.missing(t, func(ctx context.Context) error {
			_, _, err := change(ctx, reader, postID)
			return err
		})
	}
	w.do(t, func(ctx context.Context) error {
		_, err := w.Store.Delete(ctx, postID, func(p post.Standing) error {
			if !p.Deleted || p.Author != author || len(p.Media) != 0 {
				t.Errorf("the tombstone is %v", p)
			}
			return nil
		})
		return err
	})
	released := w.released(t)
	if len(released) != 1 || released[0].GetMediaIds()[0] != picture.String() || released[0].GetSubject() != "post:"+author.String()+":"+d.Key {
		t.Errorf("released are %v", released)
	}
	w.exact(t)
}

func refusedDeletion(t *testing.T, w *world) {
	author := uuid.New()
	parent := w.create(t, say(author, "a question"))
	d := reply(author, parent, uuid.New())
	postID := w.create(t, d)
	refusal := errors.New("not yours")
	err := w.decide(t, func(ctx context.Context) error {
		_, err := w.Store.Delete(ctx, postID, func(p post.Standing) error {
			if p.ID != postID || p.Author != author || p.ReplyTo != parent || p.Key != d.Key || p.Deleted || len(p.Media) != 1 {
				t.Errorf("asked about %v", p)
			}
			return refusal
		})
		return err
	})
	if !errors.Is(err, refusal) || !w.stands(t, postID) || len(w.released(t)) != 0 {
		t.Errorf("it was deleted, or the answer is %v", err)
	}
	w.missing(t, func(ctx context.Context) error {
		_, err := w.Store.Delete(ctx, uuid.New(), anybody)
		return err
	})
	w.exact(t)
}

func deletionsAtTheSameTime(t *testing.T, w *world) {
	author := uuid.New()
	parent := w.create(t, say(author, "a question"))
	stays := w.create(t, reply(author, parent))
	goes := w.create(t, reply(author, parent, uuid.New()))
	var times atomic.Int64
	together(10, func(int) {
		if len(w.delete(t, goes)) > 0 {
			times.Add(1)
		}
	})
	if n := times.Load(); n > 1 || (n == 0 && !w.Faulty) {
		t.Errorf("it was deleted %d times", n)
	}
	if _, replies := w.counts(t, parent); replies != 1 || len(w.released(t)) != 1 {
		t.Errorf("%d replies, %d releases", replies, len(w.released(t)))
	}
	same(t, "the replies", w.replies(t, parent, uuid.Nil, 10), []uuid.UUID{stays})
	w.exact(t)
}

func repliesOfATombstone(t *testing.T, w *world) {
	author := uuid.New()
	parent := w.create(t, say(author, "a question"))
	answer := w.create(t, reply(author, parent))
	w.delete(t, parent)
	if c, ok := w.load(t, answer); !ok || c.ReplyTo != parent {
		t.Errorf("the answer is %v", c)
	}
	same(t, "the replies", w.replies(t, parent, uuid.Nil, 10), []uuid.UUID{answer})
	w.exact(t)
	w.delete(t, answer)
	w.exact(t)
}

// goneStaysGone reads as people who have seen nothing but what they read: of each
// thing from when every copy has it until long after somebody saw it gone.
func goneStaysGone(t *testing.T, w *world) {
	author, fan := uuid.New(), uuid.New()
	parent := w.create(t, say(author, "a question"))
	liked, answer := w.create(t, say(author, "hello")), w.create(t, reply(author, parent))
	w.like(t, fan, liked)
	gone := map[string]func(r *world) bool{
		"a post":            func(r *world) bool { _, ok := r.load(t, answer); return !ok },
		"a post of the log": func(r *world) bool { return !slices.Contains(r.log(t, author, 10), answer) },
		"a reply":           func(r *world) bool { return len(r.replies(t, parent, uuid.Nil, 10)) == 0 },
		"a counted reply":   func(r *world) bool { _, n := r.counts(t, parent); return n == 0 },
		"a like":            func(r *world) bool { return len(r.liked(t, fan, liked)) == 0 },
		"a counted like":    func(r *world) bool { n, _ := r.counts(t, liked); return n == 0 },
	}
	for _, is := range gone {
		w.often(t, func(int) bool { return !is(&world{World: w.World}) })
	}
	w.delete(t, answer)
	w.unlike(t, fan, liked)
	for what, is := range gone {
		r := &world{World: w.World}
		w.often(t, func(before int) bool {
			if now := is(r); now || before == 0 {
				return now
			}
			t.Fatalf("%s came back", what)
			return false
		})
	}
}

// often waits until something holds so many times in a row that no copy can be left
// for which it does not. It is told how many times it held.
func (w *world) often(t testing.TB, holds func(before int) bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for n := 0; n < 30; n++ {
		if !holds(n) {
			n = -1
		}
		if time.Now().After(deadline) {
			t.Fatal("it never holds")
		}
	}
}
