package storetest

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
)

func switches(s *suite) {
	if _, err := s.Store.FindPolicy(s.Context()); !fault.Is(err, fault.NotFound) {
		s.Errorf("a policy before the first switch: %v", err)
	}
	sweep := func(version int64) queue.Task { return task(fmt.Sprint("test.", version)) }
	s.must(s.Store.SetPolicy(s.Context(), 1, 10, sweep))
	first := s.policy(10)
	s.wantTopics(fmt.Sprint("test.", first.Version))
	s.must(s.Store.SetPolicy(s.Context(), 1, 10, sweep))
	s.wantTopics()
	s.must(s.Store.SettlePolicy(s.Context(), first.Version))
	if s.policy(10).SettledAt == nil {
		s.Error("the sweep is never through")
	}
	s.must(s.Store.SetPolicy(s.Context(), 1, 11, sweep))
	next := s.policy(11)
	s.wantTopics(fmt.Sprint("test.", next.Version))
	if next.Version <= first.Version || next.SettledAt != nil || next.SwitchedAt.Before(first.SwitchedAt) {
		s.Errorf("after %v comes %v", first, next)
	}
	s.must(s.Store.SettlePolicy(s.Context(), first.Version))
	if s.policy(11).SettledAt != nil {
		s.Error("the sweep of the switch before counts")
	}
}

func (s *suite) policy(threshold int32) timeline.StoredPolicy {
	s.Helper()
	p, err := s.Store.FindPolicy(s.Context())
	s.must(err)
	if p.Strategy != 1 || p.Threshold != threshold || p.SwitchedAt.IsZero() {
		s.Fatalf("the policy is %v", p)
	}
	return p
}

func costs(s *suite) {
	for _, c := range []timeline.Cost{{Kind: 1, Seconds: 1e-6}, {Kind: 2, Seconds: 3e-6}, {Kind: 1, Seconds: 2e-6}} {
		s.must(s.Store.ShareCost(s.Context(), c.Kind, c.Seconds))
	}
	found, err := s.Store.ListCosts(s.Context())
	s.must(err)
	got := map[int16]float64{}
	for _, c := range found {
		got[c.Kind] = c.Seconds
	}
	if len(found) != 2 || got[1] != 2e-6 || got[2] != 3e-6 {
		s.Errorf("the costs are %v", found)
	}
}

// grid is edges from several authors to several readers.
func (s *suite) grid() map[timeline.Edge]bool {
	s.Helper()
	authors, readers := s.ids(3), s.ids(4)
	want := map[timeline.Edge]bool{}
	for i, a := range authors {
		for j, r := range readers {
			if (i+j)%5 > 0 {
				e := edge(a, r)
				want[e] = true
				s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{e}))
			}
		}
	}
	return want
}

func walks(s *suite) {
	want := s.grid()
	byAuthor := s.walk(2, func(after timeline.Edge) (edges []timeline.Edge) {
		found, err := s.Store.ListEdgesByAuthor(s.Context(), after, 2)
		s.must(err)
		for _, e := range found {
			if edges = append(edges, e.Edge); e.Mode != timeline.ModePull || e.AuthorPulled {
				s.Errorf("the edge is %v", e)
			}
		}
		return edges
	})
	s.wantWalk(want, byAuthor, func(e timeline.Edge) uuid.UUID { return e.Author })
	byReader := s.walk(2, func(after timeline.Edge) []timeline.Edge {
		edges, err := s.Store.ListEdgesByReader(s.Context(), after, 2)
		s.must(err)
		return edges
	})
	s.wantWalk(want, byReader, func(e timeline.Edge) uuid.UUID { return e.Reader })
}

func (s *suite) walk(limit int, next func(after timeline.Edge) []timeline.Edge) (all []timeline.Edge) {
	for after := (timeline.Edge{}); ; {
		edges := next(after)
		if all = append(all, edges...); len(edges) < limit || len(all) > 1000 {
			return all
		}
		after = edges[len(edges)-1]
	}
}

// wantWalk holds that each edge came once, and those of one end together.
func (s *suite) wantWalk(want map[timeline.Edge]bool, got []timeline.Edge, end func(timeline.Edge) uuid.UUID) {
	s.Helper()
	met, ends := map[timeline.Edge]bool{}, map[uuid.UUID]bool{}
	for i, e := range got {
		if met[e] || !want[e] {
			s.Errorf("the walk meets %v", e)
		}
		if met[e] = true; i > 0 && end(got[i-1]) != end(e) && ends[end(e)] {
			s.Errorf("the walk comes back to %v", end(e))
		}
		ends[end(e)] = true
	}
	if len(met) != len(want) {
		s.Errorf("the walk meets %d of %d edges", len(met), len(want))
	}
}

func countEdges(s *suite) {
	whole, author, reader := s.anyID(), s.anyID(), s.anyID()
	s.push(edge(whole, reader), edge(author, reader))
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{edge(s.anyID(), reader)}))
	s.flip(whole, true, true)
	push, all, err := s.Store.CountEdges(s.Context())
	s.must(err)
	if push != 1 || all != 3 {
		s.Errorf("%d of %d edges are push", push, all)
	}
}
