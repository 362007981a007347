package storetest

import (
	"sync"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/timeline"
)

func addEdges(s *suite) {
	author, reader, fresh := s.anyID(), s.anyID(), s.anyID()
	s.push(edge(author, reader))
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{edge(author, reader), edge(author, fresh)}))
	s.wantPushed(reader, author)
	s.wantMode(author, fresh, timeline.ModePull)
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{{Author: author, Reader: reader, Since: 2}}))
	s.wantPushed(reader)
	if state, err := s.Store.FindEdge(s.Context(), author, reader); err != nil || state.Since != 2 {
		s.Errorf("the edge is %v, %v", state, err)
	}
	s.push(timeline.Edge{Author: author, Reader: reader, Since: 2})
	s.wantPushed(reader, author)
}

func promoteEdges(s *suite) {
	author, reader := s.anyID(), s.anyID()
	s.push(edge(author, reader))
	s.wantPromoted(edge(author, reader), 0)
	s.wantPromoted(timeline.Edge{Author: author, Reader: reader, Since: 2}, 1)
	s.wantPushed(reader)
	s.push(timeline.Edge{Author: author, Reader: reader, Since: 2})
	s.flip(author, true, true)
	s.flip(author, false, true)
	s.wantPromoted(timeline.Edge{Author: author, Reader: reader, Since: 2}, 1)
}

func (s *suite) wantPromoted(e timeline.Edge, want int) {
	s.Helper()
	_, promoted, err := s.Store.PromoteEdges(s.Context(), []timeline.Edge{e})
	s.must(err)
	if len(promoted) != want || want > 0 && promoted[0] != e {
		s.Fatalf("promoted were %v, want %d", promoted, want)
	}
}

func promoteKnown(s *suite) {
	author, other, reader := s.anyID(), s.anyID(), s.anyID()
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{edge(author, reader), {Author: other, Reader: reader, Since: 2}}))
	_, promoted, err := s.Store.PromoteKnownEdges(s.Context(), []timeline.Edge{edge(author, reader), edge(other, reader), edge(s.anyID(), reader)})
	s.must(err)
	if len(promoted) != 1 || promoted[0] != edge(author, reader) {
		s.Errorf("promoted were %v", promoted)
	}
	s.wantMode(other, reader, timeline.ModePull)
}

func settleGeneration(s *suite) {
	author, reader := s.anyID(), s.anyID()
	e := edge(author, reader)
	promote := func() int64 {
		generation, _, err := s.Store.PromoteEdges(s.Context(), []timeline.Edge{e})
		s.must(err)
		return generation
	}
	for what, between := range map[string]func(){
		"promoted anew": func() { promote() },
		"demoted":       func() { s.must(second(s.Store.DemoteEdges(s.Context(), []timeline.Edge{e}, s.moment))) },
		"ended":         func() { s.must(s.Store.DeleteEdges(s.Context(), []timeline.Edge{e})) },
		"ended and begun": func() {
			s.must(s.Store.DeleteEdges(s.Context(), []timeline.Edge{e}))
			s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{e}))
		},
		"ended and promoted": func() {
			s.must(s.Store.DeleteEdges(s.Context(), []timeline.Edge{e}))
			promote()
		},
	} {
		generation := promote()
		between()
		if n := s.settle(generation, e); n != 0 {
			s.Errorf("an edge that was %s meanwhile was settled", what)
		}
		s.wantPushed(reader)
	}
}

func second[A, B any](_ A, b B) B { return b }

func settleVersion(s *suite) {
	author, other, reader, old := s.anyID(), s.anyID(), s.anyID(), s.anyID()
	s.push(edge(other, reader))
	s.write(reader, other, old)
	generation, promoted, err := s.Store.PromoteEdges(s.Context(), []timeline.Edge{edge(author, reader)})
	s.must(err)
	version := s.state(reader).Version
	s.must(s.Store.RaiseHorizons(s.Context(), []timeline.Raised{{Reader: reader, Horizon: s.anyID()}}))
	s.must(s.Store.DeleteBelow(s.Context(), []uuid.UUID{reader}))
	n, err := s.Store.SettleEdges(s.Context(), timeline.Settlement{
		Generation: generation, Edges: promoted, PushedAfter: make([]uuid.UUID, 1), Versions: []int64{version}, Moment: s.moment,
	})
	s.must(err)
	if n != 0 {
		s.Error("the edge was settled although entries went")
	}
	s.wantPushed(reader, other)
	if n := s.settle(generation, promoted...); n != 1 {
		s.Error("the edge cannot be settled any more")
	}
}

func settleOnce(s *suite) {
	author, reader := s.anyID(), s.anyID()
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{edge(author, reader)}))
	var mu sync.Mutex
	var movers sync.WaitGroup
	settled := 0
	for range 6 {
		movers.Go(func() {
			generation, promoted, err := s.Store.PromoteEdges(s.Context(), []timeline.Edge{edge(author, reader)})
			if err != nil {
				s.Error(err)
				return
			}
			m := timeline.Settlement{Generation: generation, Edges: promoted, PushedAfter: make([]uuid.UUID, len(promoted)), Versions: make([]int64, len(promoted)), Moment: s.moment}
			n, err := s.Store.SettleEdges(s.Context(), m)
			if err != nil {
				s.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			settled += n
		})
	}
	movers.Wait()
	if settled != 1 {
		s.Errorf("%d settled the edge", settled)
	}
	s.wantPushed(reader, author)
}

func demote(s *suite) {
	author, reader, pulled := s.anyID(), s.anyID(), s.anyID()
	s.push(edge(author, reader))
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{edge(author, pulled)}))
	n, err := s.Store.DemoteEdges(s.Context(), []timeline.Edge{edge(author, reader), edge(author, pulled), edge(author, s.anyID())}, s.moment)
	s.must(err)
	if n != 1 {
		s.Errorf("%d edges were demoted", n)
	}
	s.wantPushed(reader)
	s.fanOut(author, s.anyID())
	s.wantEntries(pulled)
	s.wantMode(author, reader, timeline.ModePull)
	s.push(edge(author, reader))
	s.wantPushed(reader, author)
}

func deleteEdges(s *suite) {
	author, other, reader := s.anyID(), s.anyID(), s.anyID()
	s.push(edge(author, reader), edge(other, reader))
	s.must(s.Store.DeleteEdges(s.Context(), []timeline.Edge{{Author: author, Reader: reader}, edge(author, s.anyID())}))
	s.must(s.Store.DeleteEdges(s.Context(), []timeline.Edge{{Author: author, Reader: reader}}))
	s.wantPushed(reader, other)
	s.fanOut(author, s.anyID())
	s.wantEntries(reader)
}
