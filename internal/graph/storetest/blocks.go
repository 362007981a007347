package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/graph"
)

var blocks = []test{
	{"a block ends both follows at once and unblocking restores nothing", func(w world) {
		p := people(2)
		w.follow(p[0], p[1])
		w.follow(p[1], p[0])
		for range 2 {
			is(w, "after the block", w.block(p[0], p[1]), graph.Relationship{Blocking: true})
		}
		w.stands(p[0], 0, 0)
		w.stands(p[1], 0, 0)
		if events := w.Announced(w.t); len(events) != 3 || len(events[2]) != 2 {
			w.t.Error("announced", events)
		}
		w.refuses(p[0], p[1], graph.ErrBlocked)
		w.refuses(p[1], p[0], graph.ErrBlocked)
		back := must(w, func(ctx context.Context) ([]graph.Relationship, error) { return w.Relationships(ctx, p[1], p[:1]) })
		is(w, "seen from the blocked", back[0], graph.Relationship{})
		for range 2 {
			is(w, "after the unblock", w.unblock(p[0], p[1]), graph.Relationship{})
		}
		is(w, "after a follow", w.follow(p[1], p[0]), graph.Relationship{Following: true})
		w.differs(0)
	}},
	{"unblocking lifts one side only", func(w world) {
		p := people(2)
		w.block(p[0], p[1])
		is(w, "after the other's block", w.block(p[1], p[0]), graph.Relationship{Blocking: true})
		is(w, "after the unblock", w.unblock(p[0], p[1]), graph.Relationship{})
		w.refuses(p[0], p[1], graph.ErrBlocked)
		w.refuses(p[1], p[0], graph.ErrBlocked)
		w.unblock(p[1], p[0])
		w.follow(p[0], p[1])
		w.differs(0)
	}},
	{"a block that ends nothing is not announced", func(w world) {
		p := people(2)
		w.block(p[0], p[1])
		w.unblock(p[0], p[1])
		w.unblock(p[0], p[1])
		is(w, "events", len(w.Announced(w.t)), 0)
		w.stands(p[0], 0, 0)
		w.differs(0)
	}},
	{"no follow stands across a block whatever runs at once", func(w world) {
		p := people(5)
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				for range 25 {
					w.anything(p)
				}
			})
		}
		all.Go(func() {
			for range 5 {
				if _, err := asked(w, func(ctx context.Context) (graph.Stored, error) { return w.StoreRows(ctx, rows(among(p)...), false) }); err != nil {
					w.t.Error(err)
				}
			}
		})
		all.Wait()
		w.differs(0)
		w.agrees(p)
	}},
}

// anything does one thing among people.
func (w world) anything(p []uuid.UUID) {
	i := rand.N(len(p))
	a, b := p[i], p[(i+1+rand.N(len(p)-1))%len(p)]
	_, err := asked(w, func(ctx context.Context) (graph.Relationship, error) {
		switch rand.N(6) {
		case 0, 1, 2:
			return w.Follow(ctx, edge(a, b), many)
		case 3:
			return w.Unfollow(ctx, edge(a, b))
		case 4:
			return w.Block(ctx, graph.Block{BlockerID: a, BlockedID: b})
		default:
			return w.Unblock(ctx, graph.Block{BlockerID: a, BlockedID: b})
		}
	})
	if err != nil && !errors.Is(err, graph.ErrBlocked) && !fault.Is(err, fault.Precondition) {
		w.t.Error(err)
	}
}

// agrees holds that each edge was announced as often as it changed: an odd number
// of times if it stands, else an even one.
func (w world) agrees(p []uuid.UUID) {
	w.t.Helper()
	changes := map[graph.Edge]int{}
	for _, e := range w.announced() {
		changes[e]++
	}
	edges := among(p)
	for i, since := range w.checked(edges...) {
		if n := changes[edges[i]]; (n%2 == 1) == since.IsZero() {
			w.t.Errorf("%v began at %v, and its changes were announced %d times", edges[i], since, n)
		}
	}
}
