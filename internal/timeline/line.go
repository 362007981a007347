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
type line struct{ weight, n, t, nn, nt, tt float64 }

func (l *line) add(n, t float64) {
	l.weight = l.weight*fading + 1
	l.n = l.n*fading + n
	l.t = l.t*fading + t
	l.nn = l.nn*fading + n*n
	l.nt = l.nt*fading + n*t
	l.tt = l.tt*fading + t*t
}

// slope says nothing before there are measurements enough, of different sizes. Within is
// its standard error: where sizes lie close together, and times are disturbed, it is
// greater than the slope.
func (l *line) slope() (seconds, within float64, ok bool) {
	if l.weight < leastMeasured {
		return 0, 0, false
	}
	mean, took := l.n/l.weight, l.t/l.weight
	spread := l.nn/l.weight - mean*mean
	if spread < leastSpread {
		return 0, 0, false
	}
	slope := (l.nt/l.weight - mean*took) / spread
	beside := math.Max(l.tt/l.weight-took*took-slope*slope*spread, 0)
	return math.Min(math.Max(slope, leastCost), mostCost), math.Sqrt(beside / (l.weight * spread)), true
}
