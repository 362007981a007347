package simulation

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/timeline/policy"
)

// village is some people who follow one another at random, with lognormal rates.
func village(people, follows int, posts, views float64) World {
	random := rand.New(rand.NewPCG(1, 2))
	w := World{Following: make([][]int32, people), Posts: make([]float64, people), Views: make([]float64, people)}
	for p := range people {
		for len(w.Following[p]) < follows {
			w.Following[p] = append(w.Following[p], int32(random.IntN(people)))
		}
		w.Posts[p], w.Views[p] = lognormal(random, posts), lognormal(random, views)
	}
	return w
}

func lognormal(random *rand.Rand, mean float64) float64 {
	const sigma = 1.5
	return mean * math.Exp(sigma*random.NormFloat64()-sigma*sigma/2)
}

func TestAdaptiveComesCloseToTheOptimumAndIsNeverWorseThanOneMode(t *testing.T) {
	t.Parallel()
	const people = 1000
	for _, ratio := range []float64{1, 5} {
		for _, costs := range []policy.Costs{{Push: 1, Pull: 1}, {Push: 1, Pull: 2}} {
			w := village(people, 20, 2, 2*ratio)
			tally, adaptive := NewTally(people), NewAdaptive(w, costs, time.Unix(1e9, 0), false)
			Events(w, 90, 7, func(e Event) {
				tally.Add(e)
				adaptive.Add(e)
			})
			best := tally.Optimum(w, costs)
			push := tally.Fixed(w, policy.Policy{Strategy: timelinev1.Strategy_STRATEGY_PUSH}).Cost(costs)
			pull := tally.Fixed(w, policy.Policy{Strategy: timelinev1.Strategy_STRATEGY_PULL}).Cost(costs)
			ours := adaptive.Count.Cost(costs)
			t.Logf("%v:1 %v: adaptive %.3f, push %.3f, pull %.3f of the optimum; %d moves, %d pushes, %d pulls", ratio, costs, ours/best, push/best, pull/best, adaptive.Count.Moves, adaptive.Count.Pushes, adaptive.Count.Pulls)
			if ours > 1.05*best || ours > push || ours > pull {
				t.Errorf("adaptive costs %.3f of the optimum", ours/best)
			}
		}
	}
}
