package timeline_test

import "math/rand/v2"

// A duel is a short history of two or three people. A scene is set quietly; then
// somebody who moves edges, entries or horizons is held between two of his steps,
// others come in between, and all go on in any order. Long histories find what
// nobody thought of; duels find soon what goes wrong only in one gap of a move.

// duelSettings are those of a duel: few people, who do nearly everything to one
// another, and mostly strategies under which something moves.
func duelSettings(r *rand.Rand) settings {
	s := settingsOf(r)
	s.config.Strategy = []string{"push", "push", "push", "push", "pull", "hybrid", "adaptive"}[r.IntN(7)]
	s.crowd, s.steps, s.devotion = 2+r.IntN(2), 3+r.IntN(3), 90
	s.haste, s.evenly = 0, true
	s.opening, s.step = (*history).scene, (*history).duel
	return s
}

// quietly does something that nothing comes in between of.
func (h *history) quietly(do func(*rand.Rand) error) func(*rand.Rand) error {
	return func(r *rand.Rand) error {
		defer func(haste int) { h.haste = haste }(h.haste)
		h.haste = 100
		return do(r)
	}
}

// carried does something and delivers what it announces, up to the first message
// that is held.
func (h *history) carried(do func(*rand.Rand) error) func(*rand.Rand) error {
	return func(r *rand.Rand) error {
		first, held := len(h.messages), len(h.held)
		if r.IntN(8) > 0 {
			do = h.quietly(do)
		}
		if err := do(r); err != nil {
			return err
		}
		if err := h.collect(); err != nil {
			return err
		}
		for i := first; i < len(h.messages) && len(h.held) == held; i++ {
			if err := h.goOn(h.delivery(h.messages[i], r), h.holds(r)); err != nil {
				return err
			}
		}
		return nil
	}
}

// scene is how a duel finds the world: an author has posted, is followed, and
// some of what happens to timelines has happened.
func (h *history) scene(r *rand.Rand) error {
	return h.quietly(func(r *rand.Rand) error {
		deeds := []func(*rand.Rand) error{h.posts(r.IntN(h.config.Keep + 3)), h.carried(h.follow)}
		for range r.IntN(6) {
			deeds = append(deeds, h.draw(r, scenery))
		}
		return inOrder(r, deeds...)
	})(r)
}

// duel is one round: a mover is held, up to three rivals come in between, and all
// who are held go on.
func (h *history) duel(r *rand.Rand) error {
	if err := h.draw(r, movers)(r); err != nil {
		return err
	}
	for range 1 + r.IntN(3) {
		rival := h.draw(r, rivals)
		if len(h.held) >= processes-1 || r.IntN(3) == 0 {
			rival = h.quietly(rival)
		}
		if err := rival(r); err != nil {
			return err
		}
	}
	return inOrder(r, h.perhaps(30, h.quietly(h.somePosts)), h.perhaps(50, h.glimpse), h.letGo, h.compare)
}

// letGo lets those who are held go on, to their end or to another hold, or kills
// them.
func (h *history) letGo(r *rand.Rand) error {
	for len(h.held) > 0 {
		o := h.held[r.IntN(len(h.held))]
		if o.mortal && r.IntN(8) == 0 {
			o.kill()
			if err := h.leave(o); err != nil {
				return err
			}
			continue
		}
		hold := neverHold
		if r.IntN(4) == 0 {
			hold = h.holds(r)
		}
		if err := inOrder(r, func(*rand.Rand) error { return h.goOn(o, hold) }, h.perhaps(80, h.glimpse)); err != nil {
			return err
		}
	}
	return nil
}

// glimpse is a look at the first page.
func (h *history) glimpse(r *rand.Rand) error {
	if err := h.collect(); err != nil {
		return err
	}
	return h.goOn(h.look(reading{reader: h.hotReader, size: 1 + r.IntN(20), pages: 1}, r), neverHold)
}

// compare reads the timeline over which the duel is, to its end.
func (h *history) compare(r *rand.Rand) error {
	if err := h.collect(); err != nil {
		return err
	}
	return h.goOn(h.look(reading{reader: h.hotReader, size: 1 + r.IntN(8), pages: 20}, r), neverHold)
}

// perhaps does something so often of a hundred times.
func (h *history) perhaps(often int, do func(*rand.Rand) error) func(*rand.Rand) error {
	return func(r *rand.Rand) error {
		if r.IntN(100) >= often {
			return nil
		}
		return do(r)
	}
}

// inOrder does one thing after the other, up to the first that goes wrong.
func inOrder(r *rand.Rand, deeds ...func(*rand.Rand) error) error {
	for _, do := range deeds {
		if err := do(r); err != nil {
			return err
		}
	}
	return nil
}

// evenly draws one of the next stops, mostly of those after which moves have
// steps to go.
func evenly(r *rand.Rand) holding {
	n, all := r.IntN(6), r.IntN(3) == 0
	return func(at string) bool {
		if all || between[at] {
			n--
		}
		return n < 0
	}
}
