package storetest

import (
	"context"
	"errors"
	"sync"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/queue"
)

var upkeep = []test{
	{"an account that is gone gets no new edges and no blocks", func(w world) {
		p := people(2)
		w.gone(p[1])
		w.gone(p[1])
		w.refuses(p[0], p[1], graph.ErrNoAccount)
		w.refuses(p[1], p[0], graph.ErrNoAccount)
		for _, b := range []graph.Block{{BlockerID: p[0], BlockedID: p[1]}, {BlockerID: p[1], BlockedID: p[0]}} {
			_, err := asked(w, func(ctx context.Context) (graph.Relationship, error) { return w.Block(ctx, b) })
			if !errors.Is(err, graph.ErrNoAccount) {
				w.t.Error("got", err)
			}
		}
		w.stands(p[0], 0, 0)
		w.stands(p[1], 0, 0)
		is(w, "events", len(w.Announced(w.t)), 0)
		w.differs(0)
	}},
	{"nothing of an account that is gone stays", func(w world) {
		p := people(113)
		star, fans := p[0], p[1:111]
		var edges []graph.Edge
		for _, fan := range fans {
			edges = append(edges, edge(fan, star), edge(star, fan))
		}
		w.store(true, rows(edges...)...)
		w.block(star, p[111])
		w.block(p[112], star)
		w.gone(star)
		for range 2 {
			w.removed(star)
			is(w, "announced", len(w.announced()), 2*len(edges))
			w.stands(star, 0, 0)
			w.stands(fans[0], 0, 0)
		}
		for _, since := range w.checked(edges...) {
			if !since.IsZero() {
				w.t.Error("an edge stands since", since)
			}
		}
		back := must(w, func(ctx context.Context) ([]graph.Relationship, error) { return w.Relationships(ctx, p[112], p[:1]) })
		is(w, "who had blocked it", back[0], graph.Relationship{})
		w.differs(0)
	}},
	{"follows while an account goes leave nothing behind", func(w world) {
		p := people(20)
		var all sync.WaitGroup
		for _, other := range p[1:] {
			all.Go(func() {
				for _, e := range []graph.Edge{edge(p[0], other), edge(other, p[0])} {
					if _, err := w.tryFollow(e.FollowerID, e.FolloweeID, many); err != nil && !errors.Is(err, graph.ErrNoAccount) {
						w.t.Error(err)
					}
				}
				w.unfollow(other, p[0])
			})
		}
		all.Go(func() {
			if _, err := asked(w, func(ctx context.Context) (graph.Stored, error) { return w.StoreRows(ctx, rows(among(p)...), false) }); err != nil {
				w.t.Error(err)
			}
		})
		all.Go(func() {
			w.gone(p[0])
			w.removed(p[0])
		})
		all.Wait()
		w.removed(p[0])
		w.stands(p[0], 0, 0)
		w.differs(0)
	}},
	{"a task waits in the queue", func(w world) {
		ev := &eventv1.Event{Body: &eventv1.Event_AccountDeleted{AccountDeleted: &eventv1.AccountDeleted{UserId: uuid.NewString()}}}
		must(w, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, w.Enqueue(ctx, queue.Task{Topic: "graph.account_deleted", Queue: queue.Events, Message: ev})
		})
		if tasks := w.Enqueued(w.t); len(tasks) == 0 || tasks[0] != "graph.account_deleted" {
			w.t.Error("these wait:", tasks)
		}
	}},
	{"a recount finds what is wrong", func(w world) {
		p := people(5)
		w.follow(p[0], p[1])
		w.follow(p[1], p[2])
		w.follow(p[3], p[2])
		w.differs(0)
		w.Miscount(w.t, p[1], graph.Counts{Followers: 1})
		w.Miscount(w.t, p[3], graph.Counts{Following: -1})
		w.Miscount(w.t, p[4], graph.Counts{Following: 7})
		w.Smuggle(w.t, graph.Block{BlockerID: p[1], BlockedID: p[0]})
		w.differs(4)
	}},
}

// removed removes page by page.
func (w world) removed(account uuid.UUID) {
	w.t.Helper()
	for must(w, func(ctx context.Context) (bool, error) { return w.RemovePage(ctx, account) }) {
	}
}
