package bench

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/timeline/policy"
	"github.com/throng-social/throng/internal/timeline/policy/simulation"
)

// A habit is how often people post and look: a mix of rates on the imported graph.
type habit struct {
	name  string
	days  float64
	rates func(w simulation.World, random *rand.Rand)
}

// sigma is the spread of lognormal rates, as measured on social networks.
const sigma = 1.5

func habits() []habit {
	return []habit{
		{"lognormal rates, 1 view a post", 60, lognormal(1.5, 1.5)},
		{"lognormal rates, 5 views a post", 60, lognormal(1, 5)},
		{"rates by degree, 50 views a post", 60, byDegree(0.5, 25)},
	}
}

// lognormal draws rates of posts and views, independent of each other, with these
// means a day.
func lognormal(posts, views float64) func(simulation.World, *rand.Rand) {
	return func(w simulation.World, random *rand.Rand) {
		for p := range w.Following {
			w.Posts[p] = posts * math.Exp(sigma*random.NormFloat64()-sigma*sigma/2)
			w.Views[p] = views * math.Exp(sigma*random.NormFloat64()-sigma*sigma/2)
		}
	}
}

// byDegree lets those post more who have more followers, and those look more who
// follow more, by the logarithm, with these means a day.
func byDegree(posts, views float64) func(simulation.World, *rand.Rand) {
	return func(w simulation.World, _ *rand.Rand) {
		var allPosts, allViews float64
		for p, followers := range w.Followers() {
			w.Posts[p], w.Views[p] = math.Log(2+float64(followers)), math.Log(2+float64(len(w.Following[p])))
			allPosts, allViews = allPosts+w.Posts[p], allViews+w.Views[p]
		}
		people := float64(len(w.Following))
		for p := range w.Following {
			w.Posts[p] *= posts * people / allPosts
			w.Views[p] *= views * people / allViews
		}
	}
}

// costRows compares what the strategies cost on the real graph, simulated with
// the shipped policy, at the costs that this machine measured.
func costRows(ctx context.Context, w *world, o options, r *report) error {
	f := &follows{world: w}
	source, err := f.choose(o)
	if err != nil {
		return err
	}
	if err := f.read(); err != nil {
		return err
	}
	costs, err := w.costs(ctx)
	if err != nil {
		return err
	}
	r.notef("Costs of strategies: %s, simulated with the shipped policy (a test on a database counts the same), a push at %.1f µs and a pull at %.1f µs as this deployment measured them. "+
		"It begins with the edges as push leaves them and nothing known of anybody. The limit is the choice for each edge of somebody who knows all that is to come.", source, costs.Push*1e6, costs.Pull*1e6)
	for _, h := range habits() {
		costRow(f, h, costs, r)
	}
	return nil
}

func costRow(f *follows, h habit, costs policy.Costs, r *report) {
	w := f.simulated()
	h.rates(w, rand.New(rand.NewPCG(1, 2)))
	tally, adaptive := simulation.NewTally(len(w.Following)), simulation.NewAdaptive(w, costs, time.Unix(1_700_000_000, 0), true)
	simulation.Events(w, h.days, 3, func(e simulation.Event) {
		tally.Add(e)
		adaptive.Add(e)
	})
	best, ours := tally.Optimum(w, costs), adaptive.Count.Cost(costs)
	push := tally.Fixed(w, policy.Policy{Strategy: timelinev1.Strategy_STRATEGY_PUSH}).Cost(costs)
	pull := tally.Fixed(w, policy.Policy{Strategy: timelinev1.Strategy_STRATEGY_PULL}).Cost(costs)
	hybrid, threshold := bestHybrid(w, tally, costs)
	r.pair("cost of adaptive, "+h.name, "s", "≤ 1.05", pair{ours, best, ours / best})
	r.notef("%s, %.0f days: push costs %.2f, pull %.2f and hybrid, at its best threshold of %d followers, %.2f of the optimum; "+
		"adaptive saves %.0f %% of the best of them (%d pushes, %d pulls, %d moves).",
		h.name, h.days, push/best, pull/best, threshold, hybrid/best, 100*(1-ours/min(push, pull, hybrid)), adaptive.Count.Pushes, adaptive.Count.Pulls, adaptive.Count.Moves)
}

// bestHybrid tries thresholds at quantiles of followers.
func bestHybrid(w simulation.World, t *simulation.Tally, costs policy.Costs) (cost float64, threshold int) {
	followers := w.Followers()
	slices.Sort(followers)
	cost = math.Inf(1)
	for _, q := range []float64{0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999} {
		at := max(followers[int(q*float64(len(followers)-1))], 1)
		if c := t.Fixed(w, simulation.Hybrid(at)).Cost(costs); c < cost {
			cost, threshold = c, at
		}
	}
	return cost, threshold
}

// simulated is the graph by numbers.
func (f *follows) simulated() simulation.World {
	numbers := map[uuid.UUID]int32{}
	number := func(id uuid.UUID) int32 {
		n, ok := numbers[id]
		if !ok {
			n = int32(len(numbers)) //nolint:gosec // some ten thousand
			numbers[id] = n
		}
		return n
	}
	following := map[int32][]int32{}
	for _, e := range f.edges {
		reader, author := number(e[0]), number(e[1])
		following[reader] = append(following[reader], author)
	}
	w := simulation.World{Following: make([][]int32, len(numbers)), Posts: make([]float64, len(numbers)), Views: make([]float64, len(numbers))}
	for reader, authors := range following {
		slices.SortFunc(authors, cmp.Compare)
		w.Following[reader] = authors
	}
	return w
}
