package timeline

import "math"

const (
	// fading is the weight of all measurements before against a new one.
	fading = 0.99
	// leastMeasured is the weight of measurements from which on a line says
	// anything, and leastSpread how far their sizes must lie apart (variance).
	leastMeasured = 10
	leastSpread   = 1
	// leastCost and mostCost bound what a unit can take: seconds.
	leastCost, mostCost = 1e-7, 1e-2
)

// line is a straight line through measurements of how long n units took, by least
// squares, in which older ones count less. Its slope is what one more unit takes.
type line struct{ weight, n, t, nn, nt float64 }

func (l *line) add(n, t float64) {
	l.weight = l.weight*fading + 1
	l.n = l.n*fading + n
	l.t = l.t*fading + t
	l.nn = l.nn*fading + n*n
	l.nt = l.nt*fading + n*t
}

// slope says nothing before there are measurements enough, of different sizes.
func (l *line) slope() (seconds float64, ok bool) {
	if l.weight < leastMeasured {
		return 0, false
	}
	mean := l.n / l.weight
	spread := l.nn/l.weight - mean*mean
	if spread < leastSpread {
		return 0, false
	}
	slope := (l.nt/l.weight - mean*l.t/l.weight) / spread
	return math.Min(math.Max(slope, leastCost), mostCost), true
}
