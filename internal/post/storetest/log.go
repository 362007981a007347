package storetest

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/post"
)

func mergedLogs(t *testing.T, w *world) {
	authors := sorted([]uuid.UUID{uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()})
	var all []post.Entry
	for i := range 80 {
		author := authors[i*i%7%4] // uneven, and the last one never posts
		e := post.Entry{ID: w.create(t, say(author, "hello")), Author: author}
		if i%6 == 5 {
			w.delete(t, e.ID)
			continue
		}
		all = append(all, e)
	}
	newestFirst(all)
	random := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		r := randomRange(random, authors, all)
		if got, want := w.list(t, r), naive(all, r); !slices.Equal(got, want) {
			t.Fatalf("%+v\ngot %v\nwant %v", r, got, want)
		}
	}
}

// randomRange is any question that a caller may ask.
func randomRange(random *rand.Rand, authors []uuid.UUID, all []post.Entry) post.LogRange {
	r := post.LogRange{Before: id.Max, Limit: 1 + random.Int32N(90), Primary: random.IntN(2) == 0}
	for _, author := range authors {
		if random.IntN(3) > 0 {
			r.Authors = append(r.Authors, author)
		}
	}
	if len(r.Authors) == 0 {
		r.Authors = authors[:1]
	}
	r.PerAuthor = r.Limit
	if random.IntN(2) == 0 {
		r.PerAuthor = min(r.Limit, 1+random.Int32N(30))
	}
	if random.IntN(2) == 0 {
		r.From = all[random.IntN(len(all))].ID
	}
	if random.IntN(2) == 0 {
		r.Before = all[random.IntN(len(all))].ID
	}
	return r
}

// naive is what the contract says of ListLog, without a thought of speed.
func naive(all []post.Entry, r post.LogRange) (merged []post.Entry) {
	count := map[uuid.UUID]int32{}
	for _, e := range all {
		switch {
		case !slices.Contains(r.Authors, e.Author), compare(e.ID, r.Before) >= 0, compare(e.ID, r.From) < 0,
			count[e.Author] == r.PerAuthor, len(merged) == int(r.Limit):
			continue
		}
		count[e.Author]++
		merged = append(merged, e)
	}
	return merged
}

func newestFirst(log []post.Entry) {
	slices.SortFunc(log, func(a, b post.Entry) int { return compare(b.ID, a.ID) })
}

func manyLogs(t *testing.T, w *world) {
	authors := make([]uuid.UUID, 150)
	for i := range authors {
		authors[i] = uuid.New()
	}
	var all []post.Entry
	for i := range 60 { // most never post
		author := authors[i*7%40]
		all = append(all, post.Entry{ID: w.create(t, say(author, "hello")), Author: author})
	}
	newestFirst(all)
	r := post.LogRange{Authors: sorted(authors), Before: id.Max, Limit: 7, PerAuthor: 7}
	var paged []post.Entry
	for {
		page := w.list(t, r)
		if paged = append(paged, page...); len(page) < int(r.Limit) {
			break
		}
		r.Before = page[len(page)-1].ID
	}
	if !slices.Equal(paged, all) {
		t.Errorf("got %v\nwant %v", paged, all)
	}
}

func deletedInLogs(t *testing.T, w *world) {
	author := uuid.New()
	parent := w.create(t, say(uuid.New(), "a question"))
	var made []uuid.UUID
	for range 40 {
		made = append(made, w.create(t, reply(author, parent)))
	}
	for _, postID := range made[3:37] {
		w.delete(t, postID)
	}
	left := slices.Concat(made[:3], made[37:])
	same(t, "the first replies", w.replies(t, parent, uuid.Nil, 5), left[:5])
	slices.Reverse(left)
	same(t, "the newest posts", w.log(t, author, 5), left[:5])
	same(t, "all posts", w.log(t, author, 6), left)
	w.exact(t)
}

// primarySeesAll asks without a demand: the flag alone must do.
func primarySeesAll(t *testing.T, w *world) {
	author, other := uuid.New(), uuid.New()
	authors := sorted([]uuid.UUID{author, other})
	var want []post.Entry
	for range 12 {
		e := post.Entry{ID: w.create(t, say(author, "hello")), Author: author}
		want = slices.Insert(want, 0, e)
		for _, asked := range [][]uuid.UUID{{author}, authors} {
			got := w.forgetful(t, asked)
			if !slices.Equal(got, want) {
				t.Fatalf("got %v\nwant %v", got, want)
			}
		}
	}
	w.delete(t, want[0].ID)
	if got := w.forgetful(t, authors); !slices.Equal(got, want[1:]) {
		t.Errorf("got %v\nwant %v", got, want[1:])
	}
}

// forgetful reads logs from the primary as somebody who has seen nothing.
func (w *world) forgetful(t testing.TB, authors []uuid.UUID) (log []post.Entry) {
	t.Helper()
	w.do(t, func(ctx context.Context) (err error) {
		log, err = w.Store.ListLog(ctx, post.LogRange{Authors: authors, Before: id.Max, Limit: 100, PerAuthor: 100, Primary: true})
		return err
	})
	return log
}

func replyList(t *testing.T, w *world) {
	parent := w.create(t, say(uuid.New(), "a question"))
	var made []uuid.UUID
	for range 12 {
		made = append(made, w.create(t, reply(uuid.New(), parent)))
		w.create(t, say(uuid.New(), "something else"))
	}
	same(t, "the first", w.replies(t, parent, uuid.Nil, 5), made[:5])
	same(t, "the next", w.replies(t, parent, made[4], 5), made[5:10])
	same(t, "the last", w.replies(t, parent, made[9], 5), made[10:])
	same(t, "none", w.replies(t, parent, made[11], 5), nil)
	same(t, "of nothing", w.replies(t, uuid.New(), uuid.Nil, 5), nil)
}
