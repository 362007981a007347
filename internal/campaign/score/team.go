package score

import "slices"

// team is a team that somebody is in, or was.
type team struct {
	standing
	members map[*person]bool
	// points are those that were made for it.
	points int64
	// weights count the members who have checked in.
	weights []weight
	// earliest and latest find the ends of their most recent check-ins.
	earliest, latest moments
}

// weight counts members who have checked in and are in so many teams.
type weight struct{ teams, all, fresh int }

// weigh counts one member more, or one less.
func (t *team) weigh(teams int, returning bool, sign int) {
	i := slices.IndexFunc(t.weights, func(w weight) bool { return w.teams == teams })
	if i < 0 {
		i, t.weights = len(t.weights), append(t.weights, weight{teams: teams})
	}
	w := &t.weights[i]
	w.all += sign
	if !returning {
		w.fresh += sign
	}
	if w.all == 0 {
		t.weights = slices.Delete(t.weights, i, i+1)
	}
}

// saw notes the moment of a member's most recent check-in.
func (t *team) saw(p *person) {
	if max(len(t.earliest), len(t.latest)) > 2*len(t.members)+spare {
		t.earliest, t.latest = t.earliest[:0], t.latest[:0]
		for m := range t.members {
			t.note(m)
		}
		return
	}
	t.note(p)
}

func (t *team) note(p *person) {
	if len(p.checkIns) > 0 {
		t.earliest.push(seen{p.latest, p})
		t.latest.push(seen{-p.latest, p})
	}
}

// spread answers the ends of the members' most recent check-ins. There is one.
func (t *team) spread() (earliest, latest int64) {
	early := t.earliest.top(func(s seen) bool { return t.holds(s.who, s.key) })
	late := t.latest.top(func(s seen) bool { return t.holds(s.who, -s.key) })
	return early, -late
}

// holds tells whether p is a member whose most recent check-in was then.
func (t *team) holds(p *person, moment int64) bool {
	return t.members[p] && len(p.checkIns) > 0 && p.latest == moment
}

// together are the terms of the formula.
func (t *team) together() terms {
	if len(t.weights) == 0 {
		return terms{}
	}
	earliest, latest := t.spread()
	return together(t.weights, latest-earliest)
}

// spare is how many entries a heap may have beyond two a member before it is made
// anew from the members alone.
const spare = 64

// moments is a heap, the least key on top. Entries that do not hold any more are
// dropped when they come to the top.
type moments []seen

type seen struct {
	key int64
	who *person
}

func (m *moments) push(s seen) {
	*m = append(*m, s)
	h := *m
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if h[up].key <= h[i].key {
			return
		}
		h[up], h[i] = h[i], h[up]
		i = up
	}
}

// top is the least key that holds, of which there must be one.
func (m *moments) top(holds func(seen) bool) int64 {
	for len(*m) > 0 && !holds((*m)[0]) {
		m.pop()
	}
	if len(*m) == 0 {
		return 0
	}
	return (*m)[0].key
}

func (m *moments) pop() {
	h := *m
	last := len(h) - 1
	h[0], h[last] = h[last], seen{}
	h = h[:last]
	*m = h
	for i := 0; ; {
		down := 2*i + 1
		if down >= len(h) {
			return
		}
		if down+1 < len(h) && h[down+1].key < h[down].key {
			down++
		}
		if h[i].key <= h[down].key {
			return
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
}
