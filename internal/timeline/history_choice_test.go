package timeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/timeline"
)

// settings are what is the same through a history.
type settings struct {
	config timeline.Config
	// push is the cost of a push where a pull costs 1.
	push float64
	// crowd is how many people take part; of them one author and one reader are
	// busier than others.
	crowd, hotAuthor, hotReader int
	// devotion is how often, of a hundred, it is they to whom something happens.
	devotion int
	// opening is how a history begins; then come so many steps.
	opening func(*history, *rand.Rand) error
	step    func(*history, *rand.Rand) error
	steps   int
	// patience is how often, of a hundred, an operation that is held goes on before
	// another begins; haste how often one is not held at all; diligence how often
	// the messages of a step are delivered at once.
	patience, haste, diligence int
	// evenly says that the next stops of an operation are equally likely to hold it.
	evenly  bool
	weights []int
	sum     int
}

// drawn are those of a seed: three of four histories are duels.
func drawn(seed uint64) settings {
	r := rand.New(rand.NewPCG(seed, 0))
	if seed%4 > 0 {
		return duelSettings(r)
	}
	return settingsOf(r)
}

func settingsOf(r *rand.Rand) settings {
	s := settings{crowd: []int{2, 2, 3, 4}[r.IntN(4)], steps: 50, devotion: 75, patience: 10 + r.IntN(30), haste: r.IntN(60), diligence: 30 + r.IntN(60)}
	s.opening, s.step = (*history).prologue, (*history).goesOn
	s.hotAuthor, s.hotReader = 0, 1
	if r.IntN(2) == 0 {
		s.hotAuthor, s.hotReader = 1, 0
	}
	s.push = []float64{0.05, 0.3, 1, 4}[r.IntN(4)]
	s.config = timeline.Config{
		Strategy: []string{"push", "push", "push", "pull", "hybrid", "hybrid", "adaptive", "adaptive"}[r.IntN(8)], Threshold: 1 + r.IntN(2),
		Keep: 2 + r.IntN(7), FanoutPage: 1 + r.IntN(3), FanoutTurn: time.Duration(r.IntN(2)) * time.Hour, HeadLife: time.Second,
	}
	for _, k := range kinds {
		s.weights = append(s.weights, k.weight*[]int{1, 1, 0, 2, 4}[r.IntN(2+k.variance)])
		s.sum += s.weights[len(s.weights)-1]
	}
	return s
}

// kind is something that a step begins.
type kind struct {
	weight int
	// variance is 3 for what some histories do without or do often, 0 for what all
	// need.
	variance int
	begin    func(h *history) func(*rand.Rand) error
}

var kinds = []kind{
	{24, 0, func(h *history) func(*rand.Rand) error { return h.diligently(h.post) }},
	{10, 0, func(h *history) func(*rand.Rand) error { return h.diligently(h.follow) }},
	{5, 3, func(h *history) func(*rand.Rand) error { return h.diligently(h.unfollow) }},
	{1, 3, func(h *history) func(*rand.Rand) error { return h.deletePost }},
	{1, 3, func(h *history) func(*rand.Rand) error { return h.diligently(h.block) }},
	{14, 0, func(h *history) func(*rand.Rand) error { return h.readSome }},
	{24, 0, func(h *history) func(*rand.Rand) error { return h.deliver }},
	{3, 3, func(h *history) func(*rand.Rand) error { return h.redeliver }},
	{6, 3, func(h *history) func(*rand.Rand) error { return h.moveReader }},
	{4, 3, func(h *history) func(*rand.Rand) error { return h.chill }},
	{4, 3, func(h *history) func(*rand.Rand) error { return h.upkeep("trim_readers") }},
	{2, 3, func(h *history) func(*rand.Rand) error { return h.upkeep("calm_authors") }},
	{6, 3, func(h *history) func(*rand.Rand) error { return h.diligently(h.change) }},
	{2, 3, func(h *history) func(*rand.Rand) error { return h.lookAtPolicy }},
	{2, 3, func(h *history) func(*rand.Rand) error { return h.diligently(h.views) }},
	{2, 3, func(h *history) func(*rand.Rand) error { return h.timePasses }},
}

func (h *history) choose(r *rand.Rand) func(*rand.Rand) error {
	n := r.IntN(h.sum)
	for i, w := range h.weights {
		if n -= w; n < 0 {
			return kinds[i].begin(h)
		}
	}
	return h.post
}

// couple draws a reader and an author.
func (h *history) couple(r *rand.Rand) pair {
	if h.only != nil {
		return *h.only
	}
	if r.IntN(100) < h.devotion {
		return pair{h.hotReader, h.hotAuthor}
	}
	who, whom := r.IntN(h.crowd), r.IntN(h.crowd-1)
	if whom >= who {
		whom++
	}
	return pair{who, whom}
}

func (h *history) readSome(r *rand.Rand) error {
	how := reading{reader: h.couple(r).who, size: 1 + r.IntN(6), pages: 1 + r.IntN(4)}
	if r.IntN(8) == 0 {
		how.strategy = timelinev1.Strategy(1 + r.IntN(4))
	}
	return h.goOn(h.look(how, r), h.holds(r))
}

func (h *history) chill(r *rand.Rand) error {
	who := h.couple(r).who
	o := h.operation(fmt.Sprint(who, " is forgotten as a dormant reader"), r, func(ctx context.Context, o *operation) error {
		return h.pardon(o, o.process.timeline.Chill(ctx, h.people[who]))
	})
	o.mortal = true
	return h.goOn(o, h.holds(r))
}

// lookAtPolicy is a process finding out about a switch, as all do after a second.
func (h *history) lookAtPolicy(r *rand.Rand) error {
	o := h.operation("a process looks at the policy", r, func(ctx context.Context, o *operation) error {
		timeline.LookAtPolicy(ctx, o.process.timeline)
		return nil
	})
	return h.goOn(o, neverHold)
}

// timePasses for rates.
func (h *history) timePasses(r *rand.Rand) error {
	d := []time.Duration{time.Minute, 10 * time.Minute, 2 * time.Hour, 2 * time.Hour, 40 * 24 * time.Hour}[r.IntN(5)]
	h.clock.Add(int64(d))
	h.note(d, "pass")
	return nil
}
