// Package simulation counts what strategies cost, on a graph of any size and over
// months, without a database.
//
// People post and look as Poisson processes with rates of their own. The policies
// are the shipped ones (internal/timeline/policy), and they are asked at the same
// moments as by the timeline: about an author's readers when he posts, about a
// reader's authors when he looks. A push is an entry written, a pull an author's
// log read for one view of a first page; copies by moves count as pushes. A test holds that a database counts the same.
package simulation

import (
	"container/heap"
	"math/rand/v2"
	"time"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/timeline/policy"
)

// World is people, their follows and their habits.
type World struct {
	// Following lists for each person whom he follows.
	Following [][]int32
	// Posts and Views are rates, a day.
	Posts, Views []float64
}

// Count is what one strategy did.
type Count struct {
	Pushes, Pulls int64
	// Moves are edges that came to another mode.
	Moves int64
}

// Cost is what that costs.
func (c Count) Cost(of policy.Costs) float64 {
	return float64(c.Pushes)*of.Push + float64(c.Pulls)*of.Pull
}

// Event is somebody posting or looking.
type Event struct {
	At     time.Duration
	Person int32
	View   bool
}

// Events are what happens in a world for a time: the same for the same seed.
func Events(w World, days float64, seed uint64, each func(Event)) {
	random := rand.New(rand.NewPCG(seed, 0))
	end := time.Duration(days * 24 * float64(time.Hour))
	var q queue
	for p := range w.Following {
		for _, view := range []bool{false, true} {
			if e := (Event{Person: int32(p), View: view}); w.next(&e, random, end) {
				q = append(q, e)
			}
		}
	}
	heap.Init(&q)
	for len(q) > 0 {
		each(q[0])
		if w.next(&q[0], random, end) {
			heap.Fix(&q, 0)
		} else {
			heap.Pop(&q)
		}
	}
}

// next moves an event to when it happens again.
func (w World) next(e *Event, random *rand.Rand, end time.Duration) bool {
	rate := w.Posts[e.Person]
	if e.View {
		rate = w.Views[e.Person]
	}
	if rate <= 0 {
		return false
	}
	e.At += time.Duration(random.ExpFloat64() / rate * 24 * float64(time.Hour))
	return e.At < end
}

// queue orders events by time.
type queue []Event

// Len implements heap.Interface.
func (q queue) Len() int { return len(q) }

// Less implements heap.Interface.
func (q queue) Less(i, j int) bool { return q[i].At < q[j].At }

// Swap implements heap.Interface.
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *queue) Push(e any) { *q = append(*q, e.(Event)) } //nolint:forcetypeassert // only heap calls it

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// Tally is how often everybody posted and looked.
type Tally struct{ Posts, Views []int64 }

// NewTally is an empty one.
func NewTally(people int) *Tally {
	return &Tally{make([]int64, people), make([]int64, people)}
}

// Add counts an event.
func (t *Tally) Add(e Event) {
	if e.View {
		t.Views[e.Person]++
	} else {
		t.Posts[e.Person]++
	}
}

// Fixed is what a policy costs that goes by followers alone and is where it wants
// to be from the beginning: push, pull and hybrid.
func (t *Tally) Fixed(w World, p policy.Policy) Count {
	followers := w.Followers()
	var c Count
	for reader, authors := range w.Following {
		for _, a := range authors {
			pulled := p.PullAuthor(policy.Author{Followers: followers[a]}, policy.Costs{Push: 1, Pull: 1})
			if pulled || !p.PushEdge(policy.Edge{}, policy.Costs{Push: 1, Pull: 1}) {
				c.Pulls += t.Views[reader]
			} else {
				c.Pushes += t.Posts[a]
			}
		}
	}
	return c
}

// Optimum is the least cost that any choice of push or pull for each edge could
// have had, by somebody who knew all that was to come.
func (t *Tally) Optimum(w World, of policy.Costs) float64 {
	var cost float64
	for reader, authors := range w.Following {
		for _, a := range authors {
			cost += min(float64(t.Posts[a])*of.Push, float64(t.Views[reader])*of.Pull)
		}
	}
	return cost
}

// Followers counts them for each person.
func (w World) Followers() []int {
	n := make([]int, len(w.Following))
	for _, authors := range w.Following {
		for _, a := range authors {
			n[a]++
		}
	}
	return n
}

// Hybrid is the policy that pulls authors from so many followers on.
func Hybrid(threshold int) policy.Policy {
	return policy.Policy{Strategy: timelinev1.Strategy_STRATEGY_HYBRID, Threshold: threshold}
}
