package storetest

import (
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/timeline"
)

func raise(s *suite) {
	reader, places := s.sleep(), s.ids(2)
	reader = s.reader(reader)
	for _, c := range []struct{ to, want uuid.UUID }{{places[1], places[1]}, {places[0], places[1]}, {uuid.Nil, places[1]}, {id.Max, id.Max}} {
		s.must(s.Store.RaiseHorizons(s.Context(), []timeline.Raised{{Reader: reader, Horizon: c.to}, {Reader: s.anyID(), Horizon: c.to}}))
		if got := s.state(reader).Horizon; got != c.want {
			s.Errorf("the horizon is %v, want %v", got, c.want)
		}
	}
}

// reader makes one known.
func (s *suite) reader(reader uuid.UUID) uuid.UUID {
	s.Helper()
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{edge(s.anyID(), reader)}))
	return reader
}

func deleteBelow(s *suite) {
	author, reader, other := s.anyID(), s.reader(s.anyID()), s.reader(s.anyID())
	posts := s.ids(250)
	s.write(reader, author, posts...)
	s.write(other, author, posts[0])
	s.must(s.Store.RaiseHorizons(s.Context(), []timeline.Raised{{Reader: reader, Horizon: posts[248]}}))
	before := s.state(reader)
	s.must(s.Store.DeleteBelow(s.Context(), []uuid.UUID{reader, other}))
	after := s.state(reader)
	if after.Version == before.Version {
		s.Error("nobody notices what went")
	}
	s.wantEntries(reader, posts[249], posts[248])
	s.wantEntries(other, posts[0])
	for _, gone := range []uuid.UUID{posts[0], posts[247]} {
		if _, err := s.Store.FindEntry(s.Context(), reader, gone); !fault.Is(err, fault.NotFound) {
			s.Errorf("an entry below the horizon is there: %v", err)
		}
	}
	s.must(s.Store.DeleteBelow(s.Context(), []uuid.UUID{reader}))
	if s.state(reader) != after {
		s.Error("nothing went, and it was noticed")
	}
}

func copyEntries(s *suite) {
	author, reader, posts := s.anyID(), s.anyID(), s.ids(60)
	s.write(reader, author, posts[:40]...)
	s.write(reader, author, posts...)
	want := slices.Clone(posts)
	slices.Reverse(want)
	s.wantEntries(reader, want...)
	if n := s.page(reader).AuthorIDs; n[0] != author || n[59] != author {
		s.Errorf("the authors are %v", n)
	}
}

func trimmed(s *suite) {
	author := s.anyID()
	want := map[uuid.UUID]uuid.UUID{}
	for n := range 7 {
		reader, posts := s.reader(s.anyID()), s.ids(n)
		s.write(reader, author, posts...)
		want[reader] = uuid.Nil
		if n >= 4 {
			want[reader] = posts[n-4]
		}
	}
	s.soon("everybody is found who has too much", func() bool {
		found := s.surpluses()
		for reader, surplus := range want {
			if found[reader] != surplus {
				return false
			}
		}
		return true
	})
}

// surpluses walks over all readers, some at a time.
func (s *suite) surpluses() map[uuid.UUID]uuid.UUID {
	s.Helper()
	found := map[uuid.UUID]uuid.UUID{}
	var after uuid.UUID
	for range 20 {
		readers, next, err := s.Store.ListReadersToTrim(s.Context(), after, 4, 2)
		s.must(err)
		for _, r := range readers {
			found[r.Reader] = r.Surplus
		}
		if after = next; after == uuid.Nil {
			return found
		}
	}
	s.Fatal("the walk never ends")
	return nil
}

func forget(s *suite) {
	author, reader, other := s.anyID(), s.anyID(), s.anyID()
	posts := s.ids(30)
	s.push(edge(author, reader), edge(author, other))
	s.write(reader, author, posts...)
	s.must(s.Store.ForgetReader(s.Context(), s.anyID()))
	s.must(s.Store.ForgetReader(s.Context(), reader))
	s.wantPushed(reader)
	s.wantPushed(other, author)
	if state := s.state(reader); state.Horizon != id.Max {
		s.Errorf("the reader is %v", state)
	}
	gone := 0
	for n := 10; n == 10; {
		var err error
		n, err = s.Store.DeleteEntries(s.Context(), reader, 10)
		s.must(err)
		gone += n
	}
	if _, err := s.Store.FindEntry(s.Context(), reader, posts[0]); gone != 30 || !fault.Is(err, fault.NotFound) {
		s.Errorf("%d entries went, %v", gone, err)
	}
	s.fanOut(author, s.anyID())
	if n, err := s.Store.DeleteEntries(s.Context(), reader, 10); n != 0 || err != nil {
		s.Errorf("%d entries were written, %v", n, err)
	}
}
