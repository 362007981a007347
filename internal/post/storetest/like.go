package storetest

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/post"
)

func likingTwice(t *testing.T, w *world) {
	postID, user := w.create(t, say(uuid.New(), "hello")), uuid.New()
	w.like(t, uuid.New(), postID)
	for _, c := range []struct {
		change func(testing.TB, uuid.UUID, uuid.UUID) (int64, bool)
		likes  int64
	}{{w.like, 2}, {w.unlike, 1}, {w.like, 2}, {w.unlike, 1}} {
		var times atomic.Int64
		together(8, func(int) {
			likes, changed := c.change(t, user, postID)
			if likes != c.likes {
				t.Errorf("%d likes, want %d", likes, c.likes)
			}
			if changed {
				times.Add(1)
			}
		})
		if n := times.Load(); n > 1 || (n == 0 && !w.Faulty) {
			t.Errorf("it was changed %d times", n)
		}
		if likes, _ := w.counts(t, postID); likes != c.likes {
			t.Errorf("%d likes are shown, want %d", likes, c.likes)
		}
	}
	w.exact(t)
}

func likesAreOnesOwn(t *testing.T, w *world) {
	one, two, three := w.create(t, say(uuid.New(), "1")), w.create(t, say(uuid.New(), "2")), w.create(t, say(uuid.New(), "3"))
	fan, other := uuid.New(), uuid.New()
	w.like(t, fan, one)
	w.like(t, fan, three)
	w.like(t, other, two)
	all := []uuid.UUID{one, two, three, uuid.New()}
	sameSet(t, "the fan's", w.liked(t, fan, all...), []uuid.UUID{one, three})
	sameSet(t, "the other's", w.liked(t, other, all...), []uuid.UUID{two})
	sameSet(t, "nobody's", w.liked(t, uuid.New(), all...), nil)
	w.unlike(t, fan, one)
	sameSet(t, "the fan's", w.liked(t, fan, all...), []uuid.UUID{three})
	w.like(t, fan, one)
	sameSet(t, "the fan's", w.liked(t, fan, all...), []uuid.UUID{one, three})
	for _, change := range []func(context.Context, uuid.UUID, uuid.UUID) (int64, bool, error){w.Store.Like, w.Store.Unlike} {
		w.missing(t, func(ctx context.Context) error {
			_, _, err := change(ctx, fan, uuid.New())
			return err
		})
	}
	w.exact(t)
}

func likesAtTheSameTime(t *testing.T, w *world) {
	postID := w.create(t, say(uuid.New(), "hello"))
	const fans = 24
	together(fans, func(int) {
		if likes, changed := w.like(t, uuid.New(), postID); likes < 1 || likes > fans || (!changed && !w.Faulty) {
			t.Errorf("%d likes, changed %t", likes, changed)
		}
	})
	if likes, _ := w.counts(t, postID); likes != fans {
		t.Errorf("%d likes of %d were counted", likes, fans)
	}
	w.exact(t)
}

// everythingAtTheSameTime likes, answers and deletes the same few posts.
func everythingAtTheSameTime(t *testing.T, w *world) {
	author := uuid.New()
	posts := []uuid.UUID{w.create(t, say(author, "one")), w.create(t, say(author, "two")), w.create(t, say(author, "three"))}
	users := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	together(6, func(worker int) {
		for i := range 12 {
			user, postID := users[(worker+i)%3], posts[(i+worker/2)%3]
			err := w.decide(t, func(ctx context.Context) error { return w.one(ctx, user, postID, worker+i) })
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		}
	})
	for _, user := range users {
		for _, answer := range w.log(t, user, 100) {
			if c, ok := w.load(t, answer); !ok || !slices.Contains(posts, c.ReplyTo) {
				t.Errorf("the log has %v", c)
			}
		}
	}
	w.exact(t)
}

// one does one of the changes.
func (w *world) one(ctx context.Context, user, postID uuid.UUID, step int) error {
	var err error
	switch step % 8 {
	case 0, 1, 2:
		_, _, err = w.Store.Like(ctx, user, postID)
	case 3, 4:
		_, _, err = w.Store.Unlike(ctx, user, postID)
	case 5, 6:
		_, err = w.Store.Create(ctx, reply(user, postID))
	default:
		var log []post.Entry
		log, err = w.Store.ListLog(ctx, post.LogRange{Authors: []uuid.UUID{user}, Before: id.Max, Limit: 1, PerAuthor: 1, Primary: true})
		if err == nil && len(log) > 0 {
			_, err = w.Store.Delete(ctx, log[0].ID, anybody)
		}
	}
	return err
}
