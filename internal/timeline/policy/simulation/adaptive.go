package simulation

import (
	"time"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/timeline/policy"
)

// Adaptive runs that policy over events. In the beginning nothing is known of
// anybody.
type Adaptive struct {
	Count Count

	costs   policy.Costs
	start   time.Time
	edges   []edge
	authors []author
	readers []reader
}

type edge struct {
	author, reader int32
	pushed         bool
	movedAt        time.Time
	// until is from when on nothing was written, the edge having been push before.
	until time.Time
}

type author struct {
	edges        []int32
	posts, burst policy.Counter
	reviewed     time.Time
	recent       ring
	pulled       bool
}

type reader struct {
	edges    []int32
	views    policy.Counter
	reviewed time.Time
	// page is when the posts of his first page were written.
	page ring
	// pulled counts his edges that are not push.
	pulled int64
}

// ring keeps the newest times.
type ring struct {
	times [policy.FirstPage]time.Time
	n     int
}

func (r *ring) add(t time.Time) {
	r.times[r.n%policy.FirstPage] = t
	r.n++
}

// oldest is the last one kept; zero if there were fewer than it keeps.
func (r *ring) oldest() time.Time {
	if r.n < policy.FirstPage {
		return time.Time{}
	}
	return r.times[r.n%policy.FirstPage]
}

// missing counts those later than the end of a page and not written before.
func (r *ring) missing(pageEnd, until time.Time) (n int64) {
	for _, at := range r.times[:min(r.n, policy.FirstPage)] {
		if at.After(pageEnd) && !at.Before(until) {
			n++
		}
	}
	return n
}

// NewAdaptive begins at a moment with all edges pushed, as the strategy push
// leaves them, or with all pulled, as an import or the strategy pull does.
func NewAdaptive(w World, costs policy.Costs, start time.Time, pushed bool) *Adaptive {
	s := &Adaptive{costs: costs, start: start, authors: make([]author, len(w.Following)), readers: make([]reader, len(w.Following))}
	for r, following := range w.Following {
		s.readers[r].views = policy.Counter{At: start, Since: start}
		for _, a := range following {
			n := int32(len(s.edges)) //nolint:gosec // far fewer edges
			s.edges = append(s.edges, edge{author: a, reader: int32(r), pushed: pushed})
			s.readers[r].edges = append(s.readers[r].edges, n)
			if !pushed {
				s.readers[r].pulled++
			}
			s.authors[a].edges = append(s.authors[a].edges, n)
		}
	}
	return s
}

// Add has an event happen.
func (s *Adaptive) Add(e Event) {
	now := s.start.Add(e.At)
	if e.View {
		s.view(&s.readers[e.Person], now)
	} else {
		s.post(&s.authors[e.Person], now)
		s.readers[e.Person].page.add(now)
	}
}

var adaptive = policy.Policy{Strategy: timelinev1.Strategy_STRATEGY_ADAPTIVE}

func (s *Adaptive) post(a *author, now time.Time) {
	a.posts = a.posts.Add(now, 1, policy.Memory.Seconds())
	a.burst = a.burst.Add(now, 1, policy.BurstMemory.Seconds())
	a.recent.add(now)
	if pulled := adaptive.PullAuthor(policy.Author{Pulled: a.pulled, Burst: a.burst.Count}, s.costs); pulled != a.pulled {
		s.flip(a, pulled, now)
	}
	leastViews := 0.0
	if !a.pulled && now.Sub(a.reviewed) >= policy.MoveEvery {
		a.reviewed = now
		leastViews = policy.LeastViews(a.posts.Rate(now), true, s.costs)
	}
	for _, n := range a.edges {
		e := &s.edges[n]
		s.readers[e.reader].page.add(now)
		if e.pushed {
			s.push(e, leastViews, now)
		}
	}
}

// flip makes all edges pull, as a new epoch does.
func (s *Adaptive) flip(a *author, pulled bool, now time.Time) {
	a.pulled = pulled
	for _, n := range a.edges {
		if e := &s.edges[n]; e.pushed {
			e.pushed, e.until = false, now
			s.readers[e.reader].pulled++
		}
	}
}

// push writes to a reader, or moves him to pull if that does not pay.
func (s *Adaptive) push(e *edge, leastViews float64, now time.Time) {
	r := &s.readers[e.reader]
	dormant := now.Sub(r.views.At) > policy.DormantAfter
	if leastViews > 0 && now.Sub(e.movedAt) >= policy.MoveEvery && (dormant || r.views.Rate(now) < leastViews) {
		e.pushed, e.movedAt, e.until = false, now, now
		r.pulled++
		s.Count.Moves++
		return
	}
	s.Count.Pushes++
}

// view reads a first page, and looks at the reader's edges if it is time. What an
// edge that becomes push has on the page is copied.
func (s *Adaptive) view(r *reader, now time.Time) {
	s.Count.Pulls += r.pulled
	r.views = r.views.Add(now, 1, policy.Memory.Seconds())
	if now.Sub(r.reviewed) < policy.MoveEvery {
		return
	}
	r.reviewed = now
	for _, n := range s.wanted(r, now) {
		e := &s.edges[n]
		e.pushed, e.movedAt = true, now
		r.pulled--
		s.Count.Moves++
		s.Count.Pushes += s.authors[e.author].recent.missing(r.page.oldest(), e.until)
	}
}

// wanted are the reader's edges that are to become push.
func (s *Adaptive) wanted(r *reader, now time.Time) (wanted []int32) {
	views := r.views.Rate(now)
	for _, n := range r.edges {
		e := &s.edges[n]
		a := &s.authors[e.author]
		if e.pushed || a.pulled || now.Sub(e.movedAt) < policy.MoveEvery {
			continue
		}
		if adaptive.PushEdge(policy.Edge{Views: views, Posts: postRate(a, now)}, s.costs) {
			wanted = append(wanted, n)
		}
	}
	return wanted
}

func postRate(a *author, now time.Time) float64 {
	if a.posts.Since.IsZero() {
		return policy.Counter{At: time.Unix(0, 0), Since: time.Unix(0, 0)}.Rate(now)
	}
	return a.posts.Rate(now)
}
