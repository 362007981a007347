package storetest

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/graph"
)

var bulk = []test{
	{"rows are stored once whatever was guessed of them", func(w world) {
		p := people(30)
		edges := among(p)[:200]
		list := rows(append(slices.Clone(edges), edges[0], edges[7])...)
		for i, fresh := range []bool{true, true, false} {
			done := w.store(fresh, list...)
			if want := []int{200, 0, 0}[i]; done.Created != want || done.Edges != 200 || len(done.Refused) != 0 {
				w.t.Errorf("time %d: %+v, want %d created", i+1, done, want)
			}
		}
		w.holds(edges)
		done := w.store(true, rows(among(p)[150:250]...)...)
		is(w, "created of those that overlap", done.Created, 50)
		w.holds(among(p)[:250])
	}},
	{"a star's followers and somebody's many follows are stored", func(w world) {
		p := people(130)
		var edges []graph.Edge
		for _, other := range p[1:] {
			edges = append(edges, edge(other, p[0]), edge(p[0], other))
		}
		done := w.store(true, rows(edges...)...)
		is(w, "created", done.Created, len(edges))
		w.stands(p[0], 129, 129)
		w.stands(p[1], 1, 1)
		w.holds(edges)
	}},
	{"no limit holds in bulk", func(w world) {
		p := people(5)
		w.store(true, rows(edge(p[0], p[1]), edge(p[0], p[2]), edge(p[0], p[3]))...)
		if _, err := w.tryFollow(p[0], p[4], 3); err == nil || err.Error() != graph.OverLimit(3).Error() {
			w.t.Error("got", err)
		}
		w.stands(p[0], 0, 3)
	}},
	{"rows are refused one by one and by line", func(w world) {
		p := people(5)
		w.block(p[0], p[1])
		w.gone(p[3])
		list := rows(edge(p[0], p[1]), edge(p[1], p[0]), edge(p[3], p[0]), edge(p[2], p[0]), edge(p[2], p[3]), edge(p[1], p[2]), edge(p[2], p[3]))
		want := map[int64]string{
			1: graph.ReasonBlocked, 2: graph.ReasonBlocked, 3: graph.ReasonMissing, 5: graph.ReasonMissing, 7: graph.ReasonMissing,
		}
		for i, fresh := range []bool{true, false, true} {
			done := w.store(fresh, list...)
			is(w, "created", done.Created, []int{2, 0, 0}[i])
			is(w, "refused", len(done.Refused), len(want))
			for _, r := range done.Refused {
				is(w, "the reason", r.Reason, want[r.Line])
			}
		}
		w.holds([]graph.Edge{edge(p[2], p[0]), edge(p[1], p[2])})
	}},
	{"the same rows at once are exact", func(w world) {
		p := people(14)
		edges := among(p)
		var created atomic.Int64
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				mine := slices.Clone(edges)
				rand.Shuffle(len(mine), func(a, b int) { mine[a], mine[b] = mine[b], mine[a] })
				for part := range slices.Chunk(mine, 50) {
					done, err := asked(w, func(ctx context.Context) (graph.Stored, error) { return w.StoreRows(ctx, rows(part...), true) })
					if err != nil {
						w.t.Error(err)
					}
					created.Add(int64(done.Created))
				}
			})
		}
		all.Wait()
		is(w, "created", created.Load(), int64(len(edges)))
		w.holds(edges)
	}},
}

// holds checks that these edges stand, each announced once, and no other.
func (w world) holds(edges []graph.Edge) {
	w.t.Helper()
	want := slices.SortedFunc(slices.Values(edges), graph.Edge.Compare)
	if got := w.announced(); !slices.Equal(got, want) {
		w.t.Errorf("%d edges are announced, want %d", len(got), len(want))
	}
	for i, since := range w.checked(edges...) {
		if since.IsZero() {
			w.t.Errorf("%v does not stand", edges[i])
		}
	}
	for account, c := range graph.Tally(edges) {
		w.stands(account, c.Followers, c.Following)
	}
	w.differs(0)
}

func (w world) gone(account uuid.UUID) {
	w.t.Helper()
	must(w, func(ctx context.Context) (struct{}, error) { return struct{}{}, w.MarkGone(ctx, account) })
}
