package storetest

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/timeline"
)

// sleep makes a reader cold who follows authors, each pushed.
func (s *suite) sleep(authors ...uuid.UUID) (reader uuid.UUID) {
	s.Helper()
	reader = s.anyID()
	for _, a := range authors {
		s.push(edge(a, reader))
	}
	s.must(s.Store.RaiseHorizons(s.Context(), []timeline.Raised{{Reader: reader, Horizon: id.Max}}))
	return reader
}

func (s *suite) beginWake(reader uuid.UUID, authors ...uuid.UUID) timeline.Wake {
	s.Helper()
	w, err := s.Store.BeginWake(s.Context(), reader, authors)
	s.must(err)
	return w
}

func (s *suite) settleReader(w timeline.Wake, horizon uuid.UUID, want bool) {
	s.Helper()
	settled, err := s.Store.SettleReader(s.Context(), w, horizon, s.moment)
	s.must(err)
	if settled != want {
		s.Fatalf("settled: %v, want %v", settled, want)
	}
}

func wake(s *suite) {
	wanted, fresh, other := s.anyID(), s.anyID(), s.anyID()
	reader := s.sleep(wanted, other)
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{edge(fresh, reader)}))
	w := s.beginWake(reader, wanted, fresh, s.anyID())
	promoted := slices.Clone(w.Authors)
	slices.SortFunc(promoted, compare)
	if want := []uuid.UUID{wanted, fresh}; !slices.Equal(promoted, want) {
		s.Errorf("promoted were %v, want %v", promoted, want)
	}
	s.wantPushed(reader)
	post, before := s.anyID(), s.state(reader).Version
	s.fanOut(wanted, post)
	horizon := post
	s.settleReader(w, horizon, true)
	s.wantPushed(reader, wanted, fresh)
	s.wantEntries(reader, post)
	if snap := s.page(reader); snap.PushedAfter[0] != uuid.Nil {
		s.Errorf("after a wake edges are complete after %v", snap.PushedAfter)
	}
	if state := s.state(reader); state.Horizon != horizon || state.Version == before {
		s.Errorf("the reader is %v", state)
	}
	s.wantMode(wanted, reader, timeline.ModePush)
	s.wantPromoted(edge(wanted, reader), 0)
}

func wakeAfterDeletion(s *suite) {
	author := s.anyID()
	reader := s.sleep(author)
	s.write(reader, author, s.anyID())
	w := s.beginWake(reader, author)
	s.must(s.Store.DeleteBelow(s.Context(), []uuid.UUID{reader}))
	s.settleReader(w, uuid.Nil, false)
	s.wantPushed(reader)
	if state := s.state(reader); state.Horizon != id.Max {
		s.Errorf("the reader is %v", state)
	}
	s.settleReader(s.beginWake(reader, author), uuid.Nil, true)
	s.wantPushed(reader, author)
}

func wakeAfterSettlement(s *suite) {
	author, other := s.anyID(), s.anyID()
	reader := s.sleep(author)
	w := s.beginWake(reader, author)
	s.push(edge(other, reader))
	s.settleReader(w, uuid.Nil, false)
	s.wantPushed(reader, other)
}

func wakeBesidePromotion(s *suite) {
	author, other := s.anyID(), s.anyID()
	reader := s.sleep(author, other)
	w := s.beginWake(reader, author, other)
	_, promoted, err := s.Store.PromoteKnownEdges(s.Context(), []timeline.Edge{edge(other, reader)})
	s.must(err)
	if len(promoted) != 1 {
		s.Fatalf("promoted were %v", promoted)
	}
	s.settleReader(w, uuid.Nil, true)
	s.wantPushed(reader, author)
}

func settleAfterWake(s *suite) {
	author, other := s.anyID(), s.anyID()
	reader := s.sleep(author)
	w := s.beginWake(reader, author)
	generation, promoted, err := s.Store.PromoteEdges(s.Context(), []timeline.Edge{edge(other, reader)})
	s.must(err)
	version := s.state(reader).Version
	s.settleReader(w, uuid.Nil, true)
	n, err := s.Store.SettleEdges(s.Context(), timeline.Settlement{
		Generation: generation, Edges: promoted, PushedAfter: make([]uuid.UUID, 1), Versions: []int64{version}, Moment: s.moment,
	})
	s.must(err)
	if n != 0 {
		s.Error("an edge was settled that was copied down to another horizon")
	}
	s.wantPushed(reader, author)
}

func wakeAgain(s *suite) {
	first, second, third := s.anyID(), s.anyID(), s.anyID()
	reader := s.sleep(first, second)
	s.settleReader(s.beginWake(reader, first, second), uuid.Nil, true)
	s.push(edge(third, reader))
	s.wantPushed(reader, first, second, third)
	w := s.beginWake(reader, second, third)
	s.wantPushed(reader)
	s.settleReader(w, uuid.Nil, true)
	s.wantPushed(reader, second, third)
	s.must(s.Store.DeleteEdges(s.Context(), []timeline.Edge{edge(second, reader)}))
	_, err := s.Store.DemoteEdges(s.Context(), []timeline.Edge{edge(third, reader)}, s.moment)
	s.must(err)
	s.wantPushed(reader)
	s.fanOut(second, s.anyID())
	s.fanOut(third, s.anyID())
	s.wantEntries(reader)
}

func lease(s *suite) {
	reader := s.sleep(s.anyID())
	s.Topics(s.T)
	for range 3 {
		s.must(s.Store.LeaseColdReader(s.Context(), reader, 5, time.Hour, task("test.wake")))
	}
	s.wantTopics("test.wake")
	brief := s.sleep(s.anyID())
	s.Topics(s.T)
	taken := 0
	for began := time.Now(); taken < 2 && time.Since(began) < 10*time.Second; {
		s.must(s.Store.LeaseColdReader(s.Context(), brief, 5, time.Millisecond, task("test.wake")))
		taken += len(s.Topics(s.T))
	}
	if taken < 2 {
		s.Error("a lease never ends")
	}
}

func leaseWarm(s *suite) {
	author := s.anyID()
	reader := s.sleep(author)
	posts := s.ids(3)
	s.settleReader(s.beginWake(reader, author), posts[0], true)
	s.write(reader, author, posts...)
	s.Topics(s.T)
	s.must(s.Store.LeaseColdReader(s.Context(), reader, 3, time.Hour, task("test.wake")))
	s.must(s.Store.LeaseColdReader(s.Context(), s.anyID(), 3, time.Hour, task("test.wake")))
	s.wantTopics()
	s.must(s.Store.LeaseColdReader(s.Context(), reader, 4, time.Hour, task("test.wake")))
	s.wantTopics("test.wake")
	s.settleReader(s.beginWake(reader, author), uuid.Nil, true)
	s.must(s.Store.LeaseColdReader(s.Context(), reader, 10, time.Hour, task("test.wake")))
	s.wantTopics()
}
