package storetest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/graph"
)

var transfers = []test{
	{"what is taken out and put back is as it was", func(w world) {
		p := people(12)
		w.inhabit(p)
		was, totals := w.export(3), w.totals()
		want := graph.Totals{Accounts: int64(len(was.Accounts)), Connected: 6, Gone: 1, Follows: int64(len(was.Follows)), Blocks: 3}
		is(w, "totals", totals, want)
		events := len(w.Announced(w.t))
		w.clear()
		is(w, "totals of nothing", w.totals(), graph.Totals{})
		for _, page := range pagesOf(was) {
			w.bring(page)
			w.bring(page)
		}
		w.equal(w.export(1000), was)
		is(w, "totals", w.totals(), totals)
		is(w, "events", len(w.Announced(w.t)), events)
		w.differs(0)
		w.lives(p)
	}},
	{"what is put over other things becomes as it is put", func(w world) {
		p := people(3)
		w.follow(p[0], p[1])
		e := w.export(1000)
		since := e.Follows[0].Since
		w.bring(graph.Extract{Accounts: []graph.Account{{ID: p[0], Gone: true}, {ID: p[1], Counts: graph.Counts{Followers: 7}}}})
		w.stands(p[0], 0, 0)
		w.stands(p[1], 7, 0)
		w.refuses(p[0], p[2], graph.ErrNoAccount)
		w.bring(e)
		w.stands(p[0], 0, 1)
		is(w, "since", w.checked(edge(p[0], p[1]))[0].Equal(since), true)
		w.follow(p[0], p[2])
		w.differs(0)
	}},
	{"nothing is taken out of nothing", func(w world) {
		w.equal(w.export(1), graph.Extract{})
		w.bring(graph.Extract{})
		w.clear()
		is(w, "totals", w.totals(), graph.Totals{})
	}},
}

// inhabit makes some of everything: follows, one that began anew, blocks of one and of
// both sides, somebody who follows nobody any more, and somebody who is gone.
func (w world) inhabit(p []uuid.UUID) {
	w.t.Helper()
	w.store(true, rows(among(p[:5])...)...)
	w.unfollow(p[0], p[1])
	w.follow(p[0], p[1])
	w.follow(p[5], p[0])
	w.follow(p[6], p[7])
	w.unfollow(p[6], p[7])
	w.block(p[3], p[4])
	w.block(p[8], p[9])
	w.block(p[9], p[8])
	w.gone(p[11])
}

// lives holds that what was put back can be lived in.
func (w world) lives(p []uuid.UUID) {
	w.t.Helper()
	w.stands(p[0], 5, 4)
	w.refuses(p[3], p[4], graph.ErrBlocked)
	w.refuses(p[4], p[3], graph.ErrBlocked)
	w.refuses(p[0], p[11], graph.ErrNoAccount)
	before := w.checked(edge(p[0], p[1]))[0]
	w.unfollow(p[0], p[1])
	w.follow(p[0], p[1])
	if now := w.checked(edge(p[0], p[1]))[0]; !now.After(before) {
		w.t.Errorf("a follow anew began at %v, the one before at %v", now, before)
	}
	w.unblock(p[8], p[9])
	w.refuses(p[8], p[9], graph.ErrBlocked)
	w.unblock(p[9], p[8])
	w.follow(p[8], p[9])
	w.block(p[0], p[2])
	w.stands(p[2], 3, 3)
	w.differs(0)
}

// export takes everything, in pages of so many rows.
func (w world) export(most int) (all graph.Extract) {
	w.t.Helper()
	for place, more := "", true; more; more = place != "" {
		var next string
		e := must(w, func(ctx context.Context) (e graph.Extract, err error) {
			e, next, err = w.Export(ctx, place, most)
			return e, err
		})
		if e.Rows() > most {
			w.t.Errorf("a page of %d has %d rows", most, e.Rows())
		}
		all.Accounts, all.Follows, all.Blocks = append(all.Accounts, e.Accounts...), append(all.Follows, e.Follows...), append(all.Blocks, e.Blocks...)
		place = next
	}
	return all
}

func (w world) bring(e graph.Extract) {
	w.t.Helper()
	must(w, func(ctx context.Context) (struct{}, error) { return struct{}{}, w.Import(ctx, e) })
}

func (w world) totals() graph.Totals {
	w.t.Helper()
	return must(w, w.Totals)
}

func (w world) clear() {
	w.t.Helper()
	for must(w, w.Clear) {
	}
}

// pagesOf are parts that are put one after another, edges before their accounts.
func pagesOf(e graph.Extract) []graph.Extract {
	half := len(e.Follows) / 2
	return []graph.Extract{{Follows: e.Follows[:half]}, {Follows: e.Follows[half:], Accounts: e.Accounts}, {Blocks: e.Blocks[:1]}, {Blocks: e.Blocks[1:]}}
}

// equal holds two extracts against each other, whatever their order.
func (w world) equal(got, want graph.Extract) {
	w.t.Helper()
	sameRows(w, "accounts", got.Accounts, want.Accounts, func(a graph.Account) (graph.Edge, time.Time) {
		return graph.Edge{FollowerID: a.ID}, time.UnixMicro(a.Followers*1000 + a.Following)
	})
	sameRows(w, "follows", got.Follows, want.Follows, func(f graph.DatedEdge) (graph.Edge, time.Time) { return f.Edge, f.Since })
	sameRows(w, "blocks", got.Blocks, want.Blocks, func(b graph.DatedBlock) (graph.Edge, time.Time) {
		return graph.Edge{FollowerID: b.BlockerID, FolloweeID: b.BlockedID}, b.Since
	})
	for i, a := range got.Accounts {
		if a.Gone != want.Accounts[i].Gone {
			w.t.Errorf("%s is gone: %v", a.ID, a.Gone)
		}
	}
}

// sameRows sorts both.
func sameRows[R any](w world, what string, got, want []R, of func(R) (graph.Edge, time.Time)) {
	w.t.Helper()
	order := func(a, b R) int {
		ea, ta := of(a)
		eb, tb := of(b)
		return cmp.Or(ea.Compare(eb), ta.Compare(tb))
	}
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if !slices.EqualFunc(got, want, func(a, b R) bool { return order(a, b) == 0 }) {
		w.t.Fatalf("%s: got %v\nwant %v", what, got, want)
	}
}
