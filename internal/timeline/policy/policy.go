// Package policy decides how posts come from authors to readers.
//
// A policy is a pure decision: it says which edges ought to be pushed and which
// authors ought to be pulled as a whole, and nothing else. The timeline moves
// them there in its own time (see internal/timeline), so a policy can be wrong,
// stale or switched at any moment and no timeline is: only the cost differs.
//
// The strategy adaptive decides for each author and reader by cost. With φ_c the
// reader's views and φ_p the author's posts a day, H the cost of a push and L
// that of a pull, writing costs φ_p·H a day and reading φ_c·L; so an edge is
// pushed if φ_c/φ_p ≥ H/L (Silberstein, Terrace, Cooper, Ramakrishnan: "Feeding
// Frenzy: Selectively Materializing Users' Event Feeds", SIGMOD 2010, Lemma 1).
package policy

import (
	"time"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
)

const (
	// DefaultThreshold is from how many followers on hybrid pulls an author.
	DefaultThreshold = 50_000
	// hysteresis keeps an edge near the border where it is: what is pushed must
	// fall below the border by this factor, what is pulled rise above it.
	hysteresis = 1.15
	// busiest is how often a day the most eager reader looks: every ten seconds.
	// An author who posts more than pays even for him is pulled as a whole.
	busiest = float64(24 * 60 * 60 / 10)
	// leastBurst is how many posts in a minute make a burst at least.
	leastBurst = 5
	// DormantAfter is how long a reader stays away until nothing is pushed to him.
	DormantAfter = 30 * 24 * time.Hour
	// FirstPage is how many items people look at.
	FirstPage = 20
	// MoveEvery is how often an edge is moved at most.
	MoveEvery = time.Hour
)

// Policy is a deployment's strategy with its threshold.
type Policy struct {
	Strategy timelinev1.Strategy
	// Threshold is for hybrid alone: followers.
	Threshold int
}

// Costs are what a push and a pull cost, in any one unit.
type Costs struct{ Push, Pull float64 }

// Edge is what is known of an author and a reader.
type Edge struct {
	// Pushed is how it is at present.
	Pushed bool
	// Views and Posts are rates, a day.
	Views, Posts float64
	// Dormant says that the reader has not come by for DormantAfter.
	Dormant bool
}

// Author is what is known of an author.
type Author struct {
	// Pulled is how he is at present.
	Pulled bool
	// Followers counts them, at least up to the threshold.
	Followers int
	// Burst is how many posts he wrote in about a minute.
	Burst float64
}

// PushEdge says whether an edge ought to be pushed, of an author who is not
// pulled as a whole.
func (p Policy) PushEdge(e Edge, c Costs) bool {
	switch p.Strategy {
	case timelinev1.Strategy_STRATEGY_PULL:
		return false
	case timelinev1.Strategy_STRATEGY_ADAPTIVE:
		return !e.Dormant && e.Views >= LeastViews(e.Posts, e.Pushed, c)
	default:
		return true
	}
}

// LeastViews is how often a day a reader must look for it to pay to push to him
// what an author posts.
func LeastViews(posts float64, pushed bool, c Costs) float64 {
	border := posts * c.Push / c.Pull
	if pushed {
		return border / hysteresis
	}
	return border * hysteresis
}

// PullAuthor says whether an author ought to be pulled as a whole. Who is so
// stays so until he is clearly below the border.
func (p Policy) PullAuthor(a Author, c Costs) bool {
	switch p.Strategy {
	case timelinev1.Strategy_STRATEGY_HYBRID:
		if a.Pulled {
			return a.Followers >= p.Threshold-p.Threshold/10
		}
		return a.Followers >= p.Threshold
	case timelinev1.Strategy_STRATEGY_ADAPTIVE:
		border := max(leastBurst, busiest/(24*60)*c.Pull/c.Push)
		if a.Pulled {
			border /= 2
		}
		return a.Burst > border
	default:
		return false
	}
}

// PushesNew says whether a new follow is pushed at once. Adaptive waits for the
// reader to come by, when his rate is known.
func (p Policy) PushesNew() bool {
	return p.Strategy == timelinev1.Strategy_STRATEGY_PUSH || p.Strategy == timelinev1.Strategy_STRATEGY_HYBRID
}

// Reviews says whether edges are looked at anew as people come by and post.
func (p Policy) Reviews() bool { return p.Strategy == timelinev1.Strategy_STRATEGY_ADAPTIVE }

// Copies is how many older posts of an author are written when an edge becomes
// push, where keep is what a timeline keeps. Adaptive writes those on the first
// page only: what is below is pulled, which costs less.
func (p Policy) Copies(keep int) int {
	if p.Reviews() {
		return min(keep, FirstPage)
	}
	return keep
}
