package storetest

import (
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/policy"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-6*(1+math.Abs(b)) }

func countPosts(s *suite) {
	author := s.anyID()
	var posted, burst policy.Counter
	for _, after := range []time.Duration{0, 10 * time.Second, 3 * 24 * time.Hour, time.Minute} {
		s.moment = s.moment.Add(after)
		posted, burst = posted.Add(s.moment, 1, policy.Memory.Seconds()), burst.Add(s.moment, 1, policy.BurstMemory.Seconds())
		rates, err := s.Store.CountPost(s.Context(), author, s.moment)
		s.must(err)
		if !near(rates.Posted, posted.Count) || !near(rates.Burst, burst.Count) || !rates.CountedAt.Equal(s.moment) || !rates.Since.Equal(posted.Since) {
			s.Fatalf("counted are %v, want %v and %v", rates, posted, burst)
		}
	}
	s.must(s.Store.MarkAuthorReviewed(s.Context(), author, s.moment))
	rates, err := s.Store.CountPost(s.Context(), author, s.moment)
	s.must(err)
	if !rates.ReviewedAt.Equal(s.moment) {
		s.Errorf("the readers were looked through at %v", rates.ReviewedAt)
	}
}

func countViews(s *suite) {
	reader, stranger := s.reader(s.anyID()), s.anyID()
	if _, err := s.Store.FindReaderRate(s.Context(), stranger); !fault.Is(err, fault.NotFound) {
		s.Errorf("a reader who is not known: %v", err)
	}
	first, err := s.Store.FindReaderRate(s.Context(), reader)
	s.must(err)
	counted := policy.Counter{Count: first.Views, At: first.ViewedAt, Since: first.Since}
	for _, n := range []float64{1, 4, 2} {
		s.moment = s.moment.Add(24 * time.Hour)
		counted = counted.Add(s.moment, n, policy.Memory.Seconds())
		s.must(s.Store.CountViews(s.Context(), timeline.Views{Readers: []uuid.UUID{reader, stranger}, Views: []float64{n, 1}, Moment: s.moment}, nil))
	}
	rate, err := s.Store.FindReaderRate(s.Context(), reader)
	s.must(err)
	if !near(rate.Views, counted.Count) || !rate.ViewedAt.Equal(s.moment) || !rate.Since.Equal(first.Since) {
		s.Errorf("counted are %v, want %v", rate, counted)
	}
}

func dueOnce(s *suite) {
	reader, reviewed := s.reader(s.anyID()), s.reader(s.anyID())
	s.Topics(s.T)
	v := timeline.Views{Readers: []uuid.UUID{reader}, Views: []float64{1}, Moment: s.moment, ReviewedBefore: s.moment.Add(-time.Hour)}
	due := func(who uuid.UUID) queue.Task { return task("test." + who.String()) }
	s.must(s.Store.CountViews(s.Context(), v, due))
	s.wantTopics("test." + reader.String())
	v.Moment = s.moment.Add(time.Minute)
	v.Readers, v.Views = []uuid.UUID{reader, reviewed}, []float64{1, 1}
	s.must(s.Store.CountViews(s.Context(), v, due))
	s.wantTopics("test." + reviewed.String())
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{edge(s.anyID(), reader)}))
	v.Moment = s.moment.Add(2 * time.Minute)
	s.must(s.Store.CountViews(s.Context(), v, due))
	s.wantTopics("test." + reader.String())
}

func readerEdges(s *suite) {
	reader, authors := s.anyID(), s.ids(3)
	pushed, pulled, whole := authors[0], authors[1], authors[2]
	s.push(edge(pushed, reader), edge(whole, reader))
	s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{edge(pulled, reader)}))
	rates, err := s.Store.CountPost(s.Context(), pulled, s.moment)
	s.must(err)
	s.flip(whole, true, true)
	var edges []timeline.ReaderEdge
	s.soon("the authors' rates are those of now", func() bool {
		edges, err = s.Store.ListReaderEdges(s.Context(), reader, 10)
		s.must(err)
		return len(edges) == 3 && edges[1].Posted > 0 && edges[2].AuthorPulled
	})
	for i, want := range []timeline.ReaderEdge{
		{AuthorID: pushed, Since: 1, Pushed: true, MovedAt: s.moment},
		{AuthorID: pulled, Since: 1, Posted: rates.Posted},
		{AuthorID: whole, Since: 1, AuthorPulled: true, MovedAt: s.moment},
	} {
		got := edges[i]
		if got.AuthorID != want.AuthorID || got.Since != want.Since || got.Pushed != want.Pushed || got.AuthorPulled != want.AuthorPulled || !near(got.Posted, want.Posted) {
			s.Errorf("an edge is %v, want %v", got, want)
		}
		if want.Pushed && !got.MovedAt.Equal(want.MovedAt) || want.Posted > 0 && !got.CountedAt.Equal(s.moment) {
			s.Errorf("an edge is %v, want %v", got, want)
		}
	}
}

func pulledAuthors(s *suite) {
	authors := s.ids(5)
	for _, a := range authors {
		s.flip(a, true, true)
	}
	s.flip(authors[2], false, true)
	_, err := s.Store.CountPost(s.Context(), authors[3], s.moment)
	s.must(err)
	var got []timeline.PulledAuthor
	for after := uuid.Nil; ; {
		next, err := s.Store.ListPulledAuthors(s.Context(), after, 2)
		s.must(err)
		if len(next) == 0 {
			break
		}
		got, after = append(got, next...), next[len(next)-1].Author
	}
	if len(got) != 4 || got[0].Author != authors[0] || got[1].Author != authors[1] || got[2].Author != authors[3] || got[3].Author != authors[4] {
		s.Fatalf("pulled are %v of %v", got, authors)
	}
	if got[0].Burst != 0 || !near(got[2].Burst, 1) || !got[2].CountedAt.Equal(s.moment) {
		s.Errorf("pulled are %v", got)
	}
}

func audience(s *suite) {
	author := s.anyID()
	s.wantAudience(author, 10, 0)
	for range 4 {
		s.must(s.Store.AddEdges(s.Context(), []timeline.Edge{edge(author, s.anyID())}))
	}
	s.wantAudience(author, 10, 4)
	s.wantAudience(author, 3, 3)
}

func (s *suite) wantAudience(author uuid.UUID, atMost, want int) {
	s.Helper()
	s.soon("a count of an audience", func() bool {
		n, err := s.Store.CountAudience(s.Context(), author, atMost)
		s.must(err)
		return n == want
	})
}
