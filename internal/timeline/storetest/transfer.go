package storetest

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
)

// arrivesCold takes everything out of a store and puts it back, each page twice.
func arrivesCold(s *suite) {
	p := s.ids(6)
	ann, bob, star, cat, dan, post := p[0], p[1], p[2], p[3], p[4], p[5]
	followed := []timeline.Edge{
		{Author: ann, Reader: cat, Since: 7}, {Author: bob, Reader: cat, Since: 8}, {Author: star, Reader: cat, Since: 9}, {Author: ann, Reader: dan, Since: 10},
	}
	s.must(s.Store.AddEdges(s.Context(), followed))
	s.push(followed[0], followed[1])
	s.write(cat, ann, post)
	s.live(ann, star, cat)
	was, totals := s.export(2), s.totals()
	if want := (timeline.Totals{Readers: 2, Pulled: 1, Edges: 4}); totals != want {
		s.Fatalf("there are %v, want %v", totals, want)
	}
	s.clear()
	if n := s.totals(); n != (timeline.Totals{}) || len(s.page(cat).PostIDs) > 0 {
		s.Fatalf("after everything was removed there are %v", n)
	}
	s.Topics(s.T)
	for _, page := range partsOf(was) {
		s.must(s.Store.Import(s.Context(), page))
		s.must(s.Store.Import(s.Context(), page))
	}
	s.sameExtract(s.export(1000), was)
	if n := s.totals(); n != totals {
		s.Fatalf("there are %v, were %v", n, totals)
	}
	s.wantTopics()
	s.wantPushed(cat)
	if snap := s.page(cat); snap.Horizon != id.Max || len(snap.PostIDs) > 0 {
		s.Fatalf("the page is %v", snap)
	}
	s.wakesUp(cat, ann, bob, star)
}

// live counts, flips and switches.
func (s *suite) live(author, star, reader uuid.UUID) {
	s.Helper()
	for i := range 3 {
		_, err := s.Store.CountPost(s.Context(), author, s.moment.Add(time.Duration(i)*time.Minute))
		s.must(err)
	}
	s.must(s.Store.MarkAuthorReviewed(s.Context(), author, s.moment))
	for _, pulled := range []bool{true, false, true} {
		_, err := s.Store.FlipAuthor(s.Context(), star, pulled)
		s.must(err)
	}
	due := func(uuid.UUID) queue.Task { return task("timeline.move_reader") }
	s.must(s.Store.CountViews(s.Context(), timeline.Views{Readers: []uuid.UUID{reader}, Views: []float64{2.5}, Moment: s.moment, ReviewedBefore: s.moment}, due))
	s.must(s.Store.SetPolicy(s.Context(), 3, 77, func(int64) queue.Task { return task("timeline.sweep_edges") }))
	s.must(s.Store.SettlePolicy(s.Context(), 1))
}

// wakesUp holds that a reader who is cold becomes as anybody else.
func (s *suite) wakesUp(reader, ann, bob, star uuid.UUID) {
	s.Helper()
	s.must(s.Store.LeaseColdReader(s.Context(), reader, 1, time.Minute, task("timeline.move_reader")))
	s.wantTopics("timeline.move_reader")
	w, err := s.Store.BeginWake(s.Context(), reader, []uuid.UUID{ann, star})
	s.must(err)
	settled, err := s.Store.SettleReader(s.Context(), w, uuid.Nil, s.moment)
	s.must(err)
	if !settled {
		s.Fatal("the reader does not wake")
	}
	s.wantPushed(reader, ann)
	s.push(timeline.Edge{Author: bob, Reader: reader, Since: 8})
	s.wantPushed(reader, ann, bob)
	flipped, err := s.Store.FlipAuthor(s.Context(), star, false)
	s.must(err)
	if !flipped {
		s.Error("the star was not pulled any more")
	}
	s.push(timeline.Edge{Author: star, Reader: reader, Since: 9})
	s.soon("the star is read as pushed", func() bool { return len(s.page(reader).Pushed) == 3 })
	s.must(s.Store.DeleteEdges(s.Context(), []timeline.Edge{{Author: ann, Reader: reader}}))
	s.wantPushed(reader, bob, star)
}

// exportPages has readers with more edges than a page, with fewer and with none left.
func exportPages(s *suite) {
	authors, readers := s.ids(7), s.ids(70)
	var edges []timeline.Edge
	for i, r := range readers {
		for _, a := range authors[:1+i%7] {
			edges = append(edges, edge(a, r))
		}
	}
	s.must(s.Store.AddEdges(s.Context(), edges))
	s.must(s.Store.DeleteEdges(s.Context(), []timeline.Edge{edge(authors[0], readers[0])}))
	for _, most := range []int{2, 5, 1000} {
		e := s.export(most)
		if len(e.Readers) != len(readers) || len(e.Edges) != len(edges)-1 {
			s.Fatalf("by pages of %d there are %d readers and %d edges, want %d and %d", most, len(e.Readers), len(e.Edges), len(readers), len(edges)-1)
		}
		met := map[timeline.Edge]bool{}
		for _, f := range e.Edges {
			met[f] = true
		}
		if len(met) != len(e.Edges) {
			s.Fatalf("by pages of %d some edges come twice", most)
		}
	}
}

func exportNothing(s *suite) {
	s.sameExtract(s.export(2), timeline.Extract{})
	s.must(s.Store.Import(s.Context(), timeline.Extract{}))
	s.clear()
	if n := s.totals(); n != (timeline.Totals{}) {
		s.Errorf("there are %v", n)
	}
	if _, err := s.Store.FindPolicy(s.Context()); !fault.Is(err, fault.NotFound) {
		s.Error("a policy is found:", err)
	}
}

// export takes everything, in pages of some rows.
func (s *suite) export(most int) (all timeline.Extract) {
	s.Helper()
	for place, more := "", true; more; more = place != "" {
		e, next, err := s.Store.Export(s.Context(), place, most)
		s.must(err)
		if e.Policy != nil {
			all.Policy = e.Policy
		}
		all.Rates, all.Epochs = append(all.Rates, e.Rates...), append(all.Epochs, e.Epochs...)
		all.Readers, all.Edges = append(all.Readers, e.Readers...), append(all.Edges, e.Edges...)
		place = next
	}
	return all
}

func (s *suite) totals() timeline.Totals {
	s.Helper()
	n, err := s.Store.Totals(s.Context())
	s.must(err)
	return n
}

func (s *suite) clear() {
	s.Helper()
	for more := true; more; {
		var err error
		more, err = s.Store.Clear(s.Context())
		s.must(err)
	}
}

// partsOf are put one after another, edges before their readers.
func partsOf(e timeline.Extract) []timeline.Extract {
	return []timeline.Extract{{Policy: e.Policy, Edges: e.Edges[:3]}, {Rates: e.Rates, Edges: e.Edges[3:]}, {Epochs: e.Epochs, Readers: e.Readers}}
}

// sameExtract holds two extracts against each other, whatever their order.
func (s *suite) sameExtract(got, want timeline.Extract) {
	s.Helper()
	for _, e := range []*timeline.Extract{&got, &want} {
		slices.SortFunc(e.Readers, func(a, b timeline.LookingRate) int { return compare(a.Reader, b.Reader) })
		slices.SortFunc(e.Edges, func(a, b timeline.Edge) int { return cmp.Or(compare(a.Author, b.Author), compare(a.Reader, b.Reader)) })
	}
	if !slices.Equal(got.Edges, want.Edges) {
		s.Fatalf("the edges are %v, want %v", got.Edges, want.Edges)
	}
	if !slices.EqualFunc(got.Readers, want.Readers, func(a, b timeline.LookingRate) bool {
		return a.Reader == b.Reader && a.Views == b.Views && a.ViewedAt.Equal(b.ViewedAt) && a.Since.Equal(b.Since)
	}) {
		s.Fatalf("the readers are %v, want %v", got.Readers, want.Readers)
	}
	s.sameAuthors(got, want)
	s.samePolicy(got.Policy, want.Policy)
}

func (s *suite) sameAuthors(got, want timeline.Extract) {
	s.Helper()
	if !slices.EqualFunc(got.Rates, want.Rates, func(a, b timeline.PostingRate) bool {
		return a.Author == b.Author && a.Posted == b.Posted && a.Burst == b.Burst && a.CountedAt.Equal(b.CountedAt) && a.Since.Equal(b.Since) &&
			a.ReviewedAt.Equal(b.ReviewedAt)
	}) {
		s.Fatalf("the rates are %v, want %v", got.Rates, want.Rates)
	}
	if !slices.EqualFunc(got.Epochs, want.Epochs, func(a, b timeline.AuthorEpoch) bool {
		return a.Author == b.Author && a.Number == b.Number && a.Pulled == b.Pulled && a.FlippedAt.Equal(b.FlippedAt)
	}) {
		s.Fatalf("the epochs are %v, want %v", got.Epochs, want.Epochs)
	}
}

func (s *suite) samePolicy(got, want *timeline.StoredPolicy) {
	s.Helper()
	if got == nil || want == nil {
		if got != want {
			s.Fatalf("the policy is %v, want %v", got, want)
		}
		return
	}
	same := got.Strategy == want.Strategy && got.Threshold == want.Threshold && got.Version == want.Version && got.SwitchedAt.Equal(want.SwitchedAt) &&
		(got.SettledAt == nil) == (want.SettledAt == nil) && (got.SettledAt == nil || got.SettledAt.Equal(*want.SettledAt))
	if !same {
		s.Fatalf("the policy is %v, want %v", got, want)
	}
}
