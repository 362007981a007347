package storetest

import (
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/timeline"
)

func unknownReader(s *suite) {
	snap := s.page(s.anyID())
	if snap.Horizon != uuid.Nil || len(snap.Pushed)+len(snap.PostIDs) > 0 {
		s.Errorf("the page is %v", snap)
	}
}

func pushedFromSettlement(s *suite) {
	ids := s.ids(3)
	author, reader, place := ids[0], ids[1], ids[2]
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{{Author: author, Reader: reader, Since: 7}}))
	s.wantPushed(reader)
	generation, promoted, err := s.Store.PromoteEdges(s.Context(), []timeline.Edge{{Author: author, Reader: reader, Since: 7}})
	s.must(err)
	s.wantPushed(reader)
	n, err := s.Store.SettleEdges(s.Context(), timeline.Settlement{
		Generation: generation, Edges: promoted, PushedAfter: []uuid.UUID{place}, Versions: []int64{s.state(reader).Version}, Moment: s.moment,
	})
	s.must(err)
	s.wantPushed(reader, author)
	if snap := s.page(reader); n != 1 || snap.PushedSince[0] != 7 || snap.PushedAfter[0] != place {
		s.Errorf("%d edges were settled, as %v", n, snap)
	}
}

func pageOfEntries(s *suite) {
	author, reader := s.anyID(), s.anyID()
	posts := s.ids(6)
	s.push(edge(author, reader))
	s.write(reader, author, posts...)
	s.must(s.Store.RaiseHorizons(s.Context(), []timeline.Raised{{Reader: reader, Horizon: posts[1]}}))
	for _, c := range []struct {
		before uuid.UUID
		limit  int
		want   []uuid.UUID
	}{
		{id.Max, 10, []uuid.UUID{posts[5], posts[4], posts[3], posts[2], posts[1]}},
		{id.Max, 2, []uuid.UUID{posts[5], posts[4]}},
		{posts[4], 2, []uuid.UUID{posts[3], posts[2]}},
		{posts[2], 10, []uuid.UUID{posts[1]}},
		{posts[1], 10, nil},
		{posts[0], 10, nil},
	} {
		snap, err := s.Store.ReadPage(s.Context(), reader, c.before, c.limit)
		s.must(err)
		if !slices.Equal(snap.PostIDs, c.want) || len(snap.AuthorIDs) != len(c.want) || snap.Horizon != posts[1] {
			s.Errorf("before %v come %v, want %v", c.before, snap, c.want)
		}
	}
}

func authorsAscend(s *suite) {
	reader := s.anyID()
	authors := s.ids(40)
	edges := make([]timeline.Edge, 0, len(authors))
	for _, a := range authors {
		edges = append(edges, edge(a, reader))
	}
	slices.Reverse(edges)
	s.push(edges...)
	s.wantPushed(reader, authors...)
}

func epochs(s *suite) {
	author, other, reader := s.anyID(), s.anyID(), s.anyID()
	s.push(edge(author, reader), edge(other, reader))
	s.flip(author, true, true)
	s.wantPushed(reader, other)
	s.flip(author, false, true)
	s.wantPushed(reader, other)
	s.push(edge(author, reader))
	s.wantPushed(reader, author, other)
}

func (s *suite) flip(author uuid.UUID, pulled, want bool) {
	s.Helper()
	flipped, err := s.Store.FlipAuthor(s.Context(), author, pulled)
	s.must(err)
	if flipped != want {
		s.Fatalf("flipped: %v, want %v", flipped, want)
	}
}

func flips(s *suite) {
	author := s.anyID()
	s.wantAuthor(author, false)
	s.flip(author, false, false)
	s.flip(author, true, true)
	s.wantAuthor(author, true)
	s.flip(author, true, false)
	s.flip(author, false, true)
	s.wantAuthor(author, false)
	s.flip(author, false, false)
}

func (s *suite) wantAuthor(author uuid.UUID, pulled bool) {
	s.Helper()
	state, err := s.Store.FindAuthor(s.Context(), author)
	s.must(err)
	if state.Pulled != pulled || state.Unread && !pulled {
		s.Fatalf("the author is %v", state)
	}
}

func explanations(s *suite) {
	author, reader, post := s.anyID(), s.anyID(), s.anyID()
	_, err := s.Store.FindEdge(s.Context(), author, reader)
	if !fault.Is(err, fault.NotFound) {
		s.Errorf("an edge that is not there: %v", err)
	}
	s.push(edge(author, reader))
	s.wantMode(author, reader, timeline.ModePush)
	s.flip(author, true, true)
	s.wantMode(author, reader, timeline.ModePull)
	if _, err = s.Store.FindEntry(s.Context(), reader, post); !fault.Is(err, fault.NotFound) {
		s.Errorf("an entry that is not there: %v", err)
	}
	s.write(reader, author, post)
	at, err := s.Store.FindEntry(s.Context(), reader, post)
	s.must(err)
	if at.IsZero() {
		s.Error("nobody knows when the post was written")
	}
}

func (s *suite) wantMode(author, reader uuid.UUID, mode int16) {
	s.Helper()
	state, err := s.Store.FindEdge(s.Context(), author, reader)
	s.must(err)
	if state.Mode != mode {
		s.Fatalf("the edge is %v, want mode %d", state, mode)
	}
}
