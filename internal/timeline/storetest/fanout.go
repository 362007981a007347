package storetest

import (
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
)

func fanoutModes(s *suite) {
	author, post := s.anyID(), s.anyID()
	pulled, promoting, pushed, ended := s.anyID(), s.anyID(), s.anyID(), s.anyID()
	s.push(edge(author, pushed), edge(author, ended))
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{edge(author, pulled)}))
	_, _, err := s.Store.PromoteEdges(s.Context(), []timeline.Edge{edge(author, promoting)})
	s.must(err)
	s.must(s.Store.DeleteEdges(s.Context(), []timeline.Edge{edge(author, ended)}))
	s.fanOut(author, post)
	s.wantEntries(promoting, post)
	s.wantEntries(pushed, post)
	s.wantEntries(pulled)
	s.wantEntries(ended)
}

func fanoutPages(s *suite) {
	author, post, readers := s.anyID(), s.anyID(), s.ids(7)
	for _, r := range readers {
		s.push(edge(author, r))
	}
	met := map[uuid.UUID]bool{}
	p := timeline.FanoutPage{Post: post, Author: author, Limit: 3}
	for more := true; more; {
		w, err := s.Store.WriteFanoutPage(s.Context(), p, nil)
		s.must(err)
		if w.Readers > p.Limit || w.More && w.Last == p.AfterReader {
			s.Fatalf("after %v comes %v", p.AfterReader, w)
		}
		for _, r := range readers {
			if len(s.page(r).PostIDs) == 1 {
				met[r] = true
			}
		}
		p.AfterReader, more = w.Last, w.More
	}
	if len(met) != len(readers) {
		s.Errorf("%d of %d readers were reached", len(met), len(readers))
	}
}

func fanoutNext(s *suite) {
	author := s.anyID()
	for range 3 {
		s.push(edge(author, s.anyID()))
	}
	var next uuid.UUID
	goOn := func(last uuid.UUID) queue.Task {
		next = last
		return task("test.next")
	}
	s.Topics(s.T)
	w, err := s.Store.WriteFanoutPage(s.Context(), timeline.FanoutPage{Post: s.anyID(), Author: author, Limit: 2}, goOn)
	s.must(err)
	s.wantTopics("test.next")
	if !w.More || w.Last != next {
		s.Errorf("the next page begins after %v, the task says %v", w, next)
	}
	w, err = s.Store.WriteFanoutPage(s.Context(), timeline.FanoutPage{Post: s.anyID(), Author: author, AfterReader: w.Last, Limit: 2}, goOn)
	s.must(err)
	s.wantTopics()
	if w.More {
		s.Errorf("after the last page comes %v", w)
	}
}

func fanoutRepeated(s *suite) {
	author, first, post := s.anyID(), s.anyID(), s.anyID()
	s.push(edge(author, first))
	s.fanOut(author, post)
	second := s.anyID()
	s.push(edge(author, second))
	if n := s.fanOut(author, post); n != 2 {
		s.Errorf("%d readers were looked at", n)
	}
	s.wantEntries(first, post)
	s.wantEntries(second, post)
}

func fanoutReview(s *suite) {
	author, post, keen, rare, moved := s.anyID(), s.anyID(), s.anyID(), s.anyID(), s.anyID()
	early := s.moment.Add(-2 * time.Hour)
	s.push(edge(author, moved))
	s.moment = early
	s.push(edge(author, keen), edge(author, rare))
	now := early.Add(2 * time.Hour)
	s.must(s.Store.CountViews(s.Context(), timeline.Views{Readers: []uuid.UUID{keen}, Views: []float64{1000}, Moment: now}, nil))
	w, err := s.Store.WriteFanoutPage(s.Context(), timeline.FanoutPage{Post: post, Author: author, Limit: 10, Review: &timeline.Review{
		LeastViews: 100, Moment: now, MovedBefore: now.Add(-time.Hour), DormantBefore: now.Add(-1000 * time.Hour),
	}}, nil)
	s.must(err)
	if w.Moved != 1 || w.Readers != 3 {
		s.Errorf("the page did %v", w)
	}
	s.wantPushed(keen, author)
	s.wantPushed(rare)
	s.wantPushed(moved, author)
	s.wantEntries(keen, post)
	s.wantEntries(moved, post)
	s.fanOut(author, s.anyID())
	if n := len(s.page(rare).PostIDs); n > 1 {
		s.Errorf("%d posts were written for whom it does not pay", n)
	}
}
