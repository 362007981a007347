package storetest

import (
	"sync"
	"sync/atomic"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/graph"
)

var follows = []test{
	{"a follow is told, counted and announced once", func(w world) {
		p := people(2)
		for range 2 {
			is(w, "after the follow", w.follow(p[0], p[1]), graph.Relationship{Following: true})
		}
		w.stands(p[0], 0, 1)
		w.stands(p[1], 1, 0)
		is(w, "after the follow back", w.follow(p[1], p[0]), graph.Relationship{Following: true, FollowedBy: true})
		for range 2 {
			is(w, "after the unfollow", w.unfollow(p[0], p[1]), graph.Relationship{FollowedBy: true})
		}
		w.stands(p[0], 1, 0)
		w.stands(p[1], 0, 1)
		events := w.Announced(w.t)
		if len(events) != 3 || len(events[0]) != 1 || events[0][0] != edge(p[0], p[1]) || events[1][0] != edge(p[1], p[0]) || events[2][0] != edge(p[0], p[1]) {
			w.t.Error("announced", events)
		}
		w.differs(0)
	}},
	{"what was never followed is not unfollowed", func(w world) {
		p := people(2)
		is(w, "after the unfollow", w.unfollow(p[0], p[1]), graph.Relationship{})
		w.stands(p[0], 0, 0)
		is(w, "events", len(w.Announced(w.t)), 0)
		w.differs(0)
	}},
	{"a follow anew has another moment", func(w world) {
		p := people(2)
		last := w.checked(edge(p[0], p[1]))[0]
		if !last.IsZero() {
			w.t.Error("a follow that is not began at", last)
		}
		for range 5 {
			w.follow(p[0], p[1])
			since := w.checked(edge(p[0], p[1]))[0]
			if since.IsZero() || since.Equal(last) || since.Nanosecond()%1000 != 0 {
				w.t.Errorf("began at %v, the time before at %v", since, last)
			}
			last = since
			w.unfollow(p[0], p[1])
		}
		if since := w.checked(edge(p[0], p[1]))[0]; !since.IsZero() {
			w.t.Error("a follow that ended began at", since)
		}
	}},
	{"the limit holds whoever is followed at once", func(w world) {
		const limit = 5
		p := people(15)
		var followed atomic.Int64
		var all sync.WaitGroup
		for _, other := range p[1:] {
			all.Go(func() {
				_, err := w.tryFollow(p[0], other, limit)
				switch {
				case err == nil:
					followed.Add(1)
				case !fault.Is(err, fault.Precondition) || err.Error() != graph.OverLimit(limit).Error():
					w.t.Error(err)
				}
			})
		}
		all.Wait()
		is(w, "followed", followed.Load(), limit)
		w.stands(p[0], 0, limit)
		is(w, "announced", len(w.announced()), limit)
		first := w.announced()[0].FolloweeID
		if _, err := w.tryFollow(p[0], first, limit); err != nil {
			w.t.Error("one who is followed already is refused:", err)
		}
		w.unfollow(p[0], first)
		if _, err := w.tryFollow(p[0], first, limit); err != nil {
			w.t.Error(err)
		}
		w.differs(0)
	}},
	{"counts are exact whoever follows one at once", func(w world) {
		p := people(25)
		var all sync.WaitGroup
		for i, fan := range p[1:] {
			all.Go(func() {
				if _, err := w.tryFollow(fan, p[0], many); err != nil {
					w.t.Error(err)
				}
				if i%3 == 0 {
					w.unfollow(fan, p[0])
				}
			})
		}
		all.Wait()
		w.stands(p[0], 16, 0)
		w.differs(0)
		is(w, "announced", len(w.announced()), 24+8)
	}},
	{"one follow at once from many sides comes to be once", func(w world) {
		p := people(2)
		for range 3 {
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					if r, err := w.tryFollow(p[0], p[1], many); err != nil || !r.Following {
						w.t.Error(r, err)
					}
				})
			}
			all.Wait()
			w.stands(p[1], 1, 0)
			w.unfollow(p[0], p[1])
		}
		is(w, "announced", len(w.announced()), 6)
		w.differs(0)
	}},
}
