package rush

import (
	"math/rand/v2"
	"time"
)

// kind is a kind of things that people do.
type kind int

const (
	look kind = iota
	join
	create
	checkIn
	signIn

	kinds = iota
)

var kindNames = [kinds]string{"leaderboard", "join a team", "create a team", "check in", "sign in"}

func (k kind) String() string { return kindNames[k] }

// phase is a stretch of the clock, until a share of it has passed.
type phase struct {
	until   float64
	weights [kinds]int
}

// phases are the reference's: people look around and find together, and in the end
// everybody checks in.
var phases = [...]phase{
	{0.45, [kinds]int{5, 2, 2, 2, 0}},
	{0.75, [kinds]int{3, 3, 2, 3, 0}},
	{0.80, [kinds]int{1, 2, 2, 8, 0}},
	{0.90, [kinds]int{1, 1, 0, 6, 0}},
	{1.00, [kinds]int{2, 1, 0, 32, 1}},
}

// phaseAt is the phase in which something begins.
func phaseAt(passed, of time.Duration) phase {
	for _, p := range phases {
		if passed.Seconds() < p.until*of.Seconds() {
			return p
		}
	}
	return phases[len(phases)-1]
}

// draw chooses what somebody does.
func (p phase) draw(random *rand.Rand) kind {
	sum := 0
	for _, w := range p.weights {
		sum += w
	}
	n := random.IntN(sum)
	for k, w := range p.weights {
		if n < w {
			return kind(k)
		}
		n -= w
	}
	return look // not reached: n is less than the sum
}
