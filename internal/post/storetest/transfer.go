package storetest

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/post"
)

// putBackAsItWas takes everything out of a store and puts it back, each page twice.
func putBackAsItWas(t *testing.T, w *world) {
	ann, bob := uuid.New(), uuid.New()
	pictured := say(ann, "look")
	pictured.Media = []uuid.UUID{uuid.New(), uuid.New()}
	first := w.create(t, pictured)
	drafts := []post.Draft{say(ann, "one"), reply(bob, first), reply(ann, first), reply(bob, first, uuid.New()), say(bob, "to go")}
	made := make([]uuid.UUID, len(drafts))
	for i, d := range drafts {
		made[i] = w.create(t, d)
	}
	for _, user := range []uuid.UUID{ann, bob, uuid.New()} {
		w.like(t, user, first)
		w.like(t, user, made[4])
	}
	w.unlike(t, bob, first)
	w.delete(t, made[2])
	w.delete(t, made[4])
	was, totals, events := w.export(t, 2), w.totals(t), len(w.Announced(t))
	if want := (post.Totals{Posts: 4, Tombstones: 2, Likes: 5}); totals != want {
		t.Errorf("there are %v, want %v", totals, want)
	}
	w.clear(t)
	if n := w.totals(t); n != (post.Totals{}) || w.stands(t, first) {
		t.Errorf("after everything was removed there are %v", n)
	}
	for _, page := range []post.Extract{{Likes: was.Likes}, {Posts: was.Posts[3:]}, {Posts: was.Posts[:3], Likes: was.Likes[:1]}} {
		w.bring(t, page)
		w.bring(t, page)
	}
	sameKept(t, w.export(t, 1000), was)
	if n := w.totals(t); n != totals || len(w.Announced(t)) != events {
		t.Errorf("there are %v, were %v; %d events, were %d", n, totals, len(w.Announced(t)), events)
	}
	w.exact(t)
	w.livesOn(t, pictured, first, drafts, made)
}

// livesOn holds that what was put back is read and changed as if it had never gone.
func (w *world) livesOn(t *testing.T, pictured post.Draft, first uuid.UUID, drafts []post.Draft, made []uuid.UUID) {
	t.Helper()
	ann, bob := drafts[0].Author, drafts[1].Author
	if c, ok := w.load(t, first); !ok || c.Text != "look" || !slices.Equal(c.Media, pictured.Media) || c.Likes != 2 || c.Replies != 2 {
		t.Errorf("the post is %v, %v", c, ok)
	}
	same(t, "log", w.log(t, ann, 10), []uuid.UUID{made[0], first})
	same(t, "log", w.log(t, bob, 10), []uuid.UUID{made[3], made[1]})
	same(t, "replies", w.replies(t, first, uuid.Nil, 10), []uuid.UUID{made[1], made[3]})
	sameSet(t, "liked", w.liked(t, ann, first, made[0]), []uuid.UUID{first})
	sameSet(t, "liked", w.liked(t, bob, first, made[0]), nil)
	for i, d := range drafts {
		if m := w.made(t, d); m.ID != made[i] || !bytes.Equal(m.Hash, d.Hash) {
			t.Errorf("the key of %s leads to %v", made[i], m)
		}
		if !w.Faulty {
			w.refuseDraft(t, d)
		}
	}
	if w.stands(t, made[4]) || !w.stands(t, first) {
		t.Error("a post that was deleted stands, or one that was not does not")
	}
	w.like(t, bob, first)
	w.delete(t, made[1])
	w.create(t, reply(bob, first))
	if likes, replies := w.counts(t, first); likes != 3 || replies != 2 {
		t.Errorf("%d likes and %d replies are counted", likes, replies)
	}
	w.exact(t)
}

// nothingOfNothing takes everything out of an empty store.
func nothingOfNothing(t *testing.T, w *world) {
	sameKept(t, w.export(t, 1), post.Extract{})
	w.bring(t, post.Extract{})
	w.clear(t)
	if n := w.totals(t); n != (post.Totals{}) {
		t.Errorf("there are %v", n)
	}
}

// export takes everything, in pages of so many rows.
func (w *world) export(t testing.TB, most int) (all post.Extract) {
	t.Helper()
	for place, more := "", true; more; more = place != "" {
		var e post.Extract
		var next string
		w.do(t, func(ctx context.Context) (err error) {
			e, next, err = w.Store.Export(ctx, place, most)
			return err
		})
		if e.Rows() > most {
			t.Errorf("a page of %d has %d rows", most, e.Rows())
		}
		all.Posts, all.Likes = append(all.Posts, e.Posts...), append(all.Likes, e.Likes...)
		place = next
	}
	return all
}

func (w *world) bring(t testing.TB, e post.Extract) {
	t.Helper()
	w.read(t, func(ctx context.Context) error { return w.Store.Import(ctx, e) })
}

func (w *world) totals(t testing.TB) (n post.Totals) {
	t.Helper()
	w.do(t, func(ctx context.Context) (err error) {
		n, err = w.Store.Totals(ctx)
		return err
	})
	return n
}

func (w *world) clear(t testing.TB) {
	t.Helper()
	for more := true; more; {
		w.read(t, func(ctx context.Context) (err error) {
			more, err = w.Store.Clear(ctx)
			return err
		})
	}
}

// sameKept holds two extracts against each other, whatever their order.
func sameKept(t testing.TB, got, want post.Extract) {
	t.Helper()
	for _, e := range []*post.Extract{&got, &want} {
		slices.SortFunc(e.Posts, func(a, b post.Kept) int { return compare(a.ID, b.ID) })
		slices.SortFunc(e.Likes, func(a, b post.Like) int {
			return bytes.Compare(append(a.User[:], a.Post[:]...), append(b.User[:], b.Post[:]...))
		})
	}
	if !slices.EqualFunc(got.Posts, want.Posts, func(a, b post.Kept) bool {
		return a.ID == b.ID && a.Author == b.Author && a.Text == b.Text && slices.Equal(a.Media, b.Media) && a.ReplyTo == b.ReplyTo &&
			a.Likes == b.Likes && a.Replies == b.Replies && a.Key == b.Key && bytes.Equal(a.Hash, b.Hash) && a.DeletedAt.Equal(b.DeletedAt)
	}) {
		t.Errorf("posts: got %v\nwant %v", got.Posts, want.Posts)
	}
	if !slices.Equal(got.Likes, want.Likes) {
		t.Errorf("likes: got %v\nwant %v", got.Likes, want.Likes)
	}
}
