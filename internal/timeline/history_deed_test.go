package timeline_test

import (
	"math/rand/v2"

	"github.com/throng-social/throng/internal/timeline"
)

// deed is what happens in a duel, more or less often.
type deed struct {
	weight int
	begin  func(h *history) func(*rand.Rand) error
}

// draw draws a deed.
func (h *history) draw(r *rand.Rand, from []deed) func(*rand.Rand) error {
	sum := 0
	for _, d := range from {
		sum += d.weight
	}
	n := r.IntN(sum)
	for _, d := range from {
		if n -= d.weight; n < 0 {
			return d.begin(h)
		}
	}
	return h.post
}

// scenery is what may have happened before a duel.
var scenery = []deed{
	{10, func(h *history) func(*rand.Rand) error { return h.somePosts }},
	{4, func(h *history) func(*rand.Rand) error { return h.post }},
	{6, func(h *history) func(*rand.Rand) error { return h.carried(h.follow) }},
	{3, func(h *history) func(*rand.Rand) error { return h.anew }},
	{2, func(h *history) func(*rand.Rand) error { return h.carried(h.unfollow) }},
	{6, func(h *history) func(*rand.Rand) error { return h.carried(h.switchOver) }},
	{4, func(h *history) func(*rand.Rand) error { return h.switchOver }},
	{8, func(h *history) func(*rand.Rand) error { return h.comesBy }},
	{8, func(h *history) func(*rand.Rand) error { return h.chill }},
	{4, func(h *history) func(*rand.Rand) error { return h.upkeep("trim_readers") }},
	{4, func(h *history) func(*rand.Rand) error { return h.moveReader }},
	{4, func(h *history) func(*rand.Rand) error { return h.timePasses }},
	{2, func(h *history) func(*rand.Rand) error { return h.upkeep("calm_authors") }},
	{2, func(h *history) func(*rand.Rand) error { return h.dies }},
}

// movers are held between two of their steps.
var movers = []deed{
	{12, func(h *history) func(*rand.Rand) error { return h.anew }},
	{3, func(h *history) func(*rand.Rand) error { return h.carried(h.follow) }},
	{3, func(h *history) func(*rand.Rand) error { return h.carried(h.unfollow) }},
	{12, func(h *history) func(*rand.Rand) error { return h.cools }},
	{4, func(h *history) func(*rand.Rand) error { return h.moveReader }},
	{8, func(h *history) func(*rand.Rand) error { return h.turns }},
	{3, func(h *history) func(*rand.Rand) error { return h.carried(h.post) }},
	{3, func(h *history) func(*rand.Rand) error { return h.deliver }},
	{3, func(h *history) func(*rand.Rand) error { return h.comesBy }},
	{3, func(h *history) func(*rand.Rand) error { return h.upkeep("trim_readers") }},
	{1, func(h *history) func(*rand.Rand) error { return h.chill }},
	{1, func(h *history) func(*rand.Rand) error { return h.upkeep("calm_authors") }},
	{2, func(h *history) func(*rand.Rand) error { return h.readSome }},
}

// rivals come in between.
var rivals = []deed{
	{12, func(h *history) func(*rand.Rand) error { return h.somePosts }},
	{4, func(h *history) func(*rand.Rand) error { return h.carried(h.post) }},
	{4, func(h *history) func(*rand.Rand) error { return h.post }},
	{5, func(h *history) func(*rand.Rand) error { return h.hastily }},
	{16, func(h *history) func(*rand.Rand) error { return h.anew }},
	{2, func(h *history) func(*rand.Rand) error { return h.carried(h.follow) }},
	{2, func(h *history) func(*rand.Rand) error { return h.carried(h.unfollow) }},
	{3, func(h *history) func(*rand.Rand) error { return h.turns }},
	{6, func(h *history) func(*rand.Rand) error { return h.cools }},
	{3, func(h *history) func(*rand.Rand) error { return h.chill }},
	{3, func(h *history) func(*rand.Rand) error { return h.upkeep("trim_readers") }},
	{3, func(h *history) func(*rand.Rand) error { return h.moveReader }},
	{2, func(h *history) func(*rand.Rand) error { return h.deliver }},
	{1, func(h *history) func(*rand.Rand) error { return h.redeliver }},
	{1, func(h *history) func(*rand.Rand) error { return h.deletePost }},
	{1, func(h *history) func(*rand.Rand) error { return h.carried(h.block) }},
	{1, func(h *history) func(*rand.Rand) error { return h.timePasses }},
}

// posts are some by one author, delivered to all.
func (h *history) posts(n int) func(*rand.Rand) error {
	return h.quietly(func(r *rand.Rand) error {
		for range n {
			if err := h.carried(h.post)(r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *history) somePosts(r *rand.Rand) error {
	return h.posts([]int{1, 1, 2, h.config.Keep}[r.IntN(4)])(r)
}

// anew ends a follow, if there is one, and begins it again; somebody posts
// meanwhile. Only what follows from the new one is held.
func (h *history) anew(r *rand.Rand) error {
	defer h.among(h.couple(r))()
	unfollow := h.unfollow
	if r.IntN(8) > 0 {
		unfollow = h.carried(unfollow)
	}
	return inOrder(r, h.quietly(unfollow), h.perhaps(75, h.quietly(h.somePosts)), h.carried(h.follow))
}

// hastily posts and follows anew before any message is delivered.
func (h *history) hastily(r *rand.Rand) error {
	defer h.among(h.couple(r))()
	return h.quietly(func(r *rand.Rand) error { return inOrder(r, h.post, h.unfollow, h.follow, h.glimpse) })(r)
}

// among has only two people do something to one another.
func (h *history) among(p pair) (end func()) {
	h.only = &p
	return func() { h.only = nil }
}

// cools forgets a reader, or trims, and wakes him.
func (h *history) cools(r *rand.Rand) error {
	cool := h.chill
	if r.IntN(3) == 0 {
		cool = h.upkeep("trim_readers")
	}
	return inOrder(r, h.quietly(cool), h.moveReader)
}

// turns switches to one strategy and, when somebody has posted, to another.
func (h *history) turns(r *rand.Rand) error {
	first := h.carried(h.switchOver)
	if r.IntN(3) == 0 {
		first = h.switchOver
	}
	return inOrder(r, h.quietly(first), h.perhaps(60, h.somePosts), h.carried(h.switchOver))
}

// comesBy is a reader who looks at his timeline, which is counted.
func (h *history) comesBy(r *rand.Rand) error {
	return inOrder(r, h.glimpse, h.carried(h.views))
}

// dies is a move that ends for good between two of its steps.
func (h *history) dies(r *rand.Rand) error {
	defer func(haste int) { h.haste = haste }(h.haste)
	h.haste = 0
	if err := h.moveReader(r); err != nil {
		return err
	}
	h.abandon()
	return nil
}

// switchOver switches the strategy. Most processes learn of that at once, unless
// somebody is held: he may be looking at the policy, and they would wait for him.
func (h *history) switchOver(r *rand.Rand) error {
	if err := h.change(r); err != nil || len(h.held) > 0 {
		return err
	}
	for _, p := range h.processes {
		if r.IntN(8) > 0 {
			p.believe()
			timeline.LookAtPolicy(h.ctx, p.timeline)
		}
	}
	return nil
}
