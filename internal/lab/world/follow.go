package world

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// lists are lists of people, one for each person, in one piece.
type lists struct {
	all []int32
	// ends says where in it each list ends.
	ends []int
}

func (l lists) of(person int) []int32 {
	from := 0
	if person > 0 {
		from = l.ends[person-1]
	}
	return l.all[from:l.ends[person]]
}

// turned are the same pairs by their other side; each list is ascending.
func (l lists) turned() lists {
	out := lists{all: make([]int32, len(l.all)), ends: make([]int, len(l.ends))}
	for _, p := range l.all {
		out.ends[p]++
	}
	place := make([]int, len(l.ends))
	sum := 0
	for p, n := range out.ends {
		place[p] = sum
		sum += n
		out.ends[p] = sum
	}
	for p := range l.ends {
		for _, other := range l.of(p) {
			out.all[place[other]] = int32(p)
			place[other]++
		}
	}
	return out
}

// follow decides who follows whom.
func (w *World) follow() {
	budgets := w.budgets()
	pairs := newPairs(w.Size(), w.random(streamPairs))
	if w.Star > 0 {
		w.followStar(budgets, pairs)
	}
	drawn := drawFollowers(w.class, w.random(streamFollowers))
	wanted, factor := shares(drawn, budgets)
	w.Factor = factor
	pairs.fill(budgets, wanted)
	w.following = pairs.taken().turned()
	pairs.leftTo(w.following, w.class)
	w.following = pairs.taken().turned()
	w.followers = w.following.turned()
}

// budgets draws how many everybody follows.
func (w *World) budgets() []int {
	random := w.random(streamFollowing)
	budgets := make([]int, w.Size())
	for person, c := range w.class {
		budgets[person] = c.drawFollowing(random, w.Size()-1)
	}
	return budgets
}

// followStar lets as many follow the star as the spec says.
func (w *World) followStar(budgets []int, p *pairs) {
	star := w.Size() - 1
	for _, fan := range w.random(streamStar).Perm(star)[:w.Star] {
		p.take(star, fan)
		budgets[fan]--
	}
}

// pairs are the follows as they are decided.
type pairs struct {
	random *rand.Rand
	// list is of followees with their followers, in the order of the decisions.
	list [][]int32
	// open has everybody as often as he has follows to give.
	open []int32
	// last is whom somebody was last decided to follow, plus one.
	last []int
}

func newPairs(people int, random *rand.Rand) *pairs {
	return &pairs{random: random, list: make([][]int32, people), last: make([]int, people)}
}

func (p *pairs) take(followee, follower int) {
	p.list[followee] = append(p.list[followee], int32(follower)) //nolint:gosec // people are at most 500,001
	p.last[follower] = followee + 1
}

// fill gives every account its followers, at random among the follows that are
// left to give. Who wants most is first, while there are most to choose from: so
// nearly all of them come true.
func (p *pairs) fill(budgets, wanted []int) {
	for person, k := range budgets {
		for range k {
			p.open = append(p.open, int32(person))
		}
	}
	order := make([]int, len(wanted))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(wanted[b], wanted[a]) })
	for _, followee := range order {
		p.gather(followee, wanted[followee])
	}
}

// The patience of an account whose every try meets a follower that it has.
const (
	triesEach  = 100
	triesLeast = 10_000
)

// gather finds so many followers for an account. What it cannot find within its
// patience stays open.
func (p *pairs) gather(followee, wanted int) {
	p.list[followee] = slices.Grow(p.list[followee], wanted)
	for tries := triesLeast + triesEach*wanted; wanted > 0 && tries > 0 && len(p.open) > 0; tries-- {
		at := p.random.IntN(len(p.open))
		follower := int(p.open[at])
		if follower == followee || p.last[follower] == followee+1 {
			continue
		}
		p.take(followee, follower)
		p.open[at] = p.open[len(p.open)-1]
		p.open = p.open[:len(p.open)-1]
		wanted--
	}
}

// leftTo lets those who have follows left follow anybody whom they do not follow
// yet, but for a star, which has its number.
func (p *pairs) leftTo(following lists, class []Class) {
	slices.Sort(p.open)
	var known map[int]bool
	for i, f := range p.open {
		follower := int(f)
		if i == 0 || p.open[i-1] != f {
			known = map[int]bool{follower: true}
			for _, followee := range following.of(follower) {
				known[int(followee)] = true
			}
		}
		if followee, ok := p.stranger(known, class); ok {
			known[followee] = true
			p.take(followee, follower)
		}
	}
	p.open = nil
}

// stranger is somebody who is not known, from a random place on. There is one, as
// nobody follows more people than there are.
func (p *pairs) stranger(known map[int]bool, class []Class) (int, bool) {
	from := p.random.IntN(len(class))
	for i := range class {
		if other := (from + i) % len(class); !known[other] && class[other] != Star {
			return other, true
		}
	}
	return 0, false
}

// taken are the followers of everybody so far.
func (p *pairs) taken() lists {
	out := lists{ends: make([]int, len(p.list))}
	sum := 0
	for person, followers := range p.list {
		sum += len(followers)
		out.ends[person] = sum
	}
	out.all = make([]int32, 0, sum)
	for _, followers := range p.list {
		out.all = append(out.all, followers...)
	}
	return out
}
