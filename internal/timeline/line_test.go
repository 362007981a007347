package timeline

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestALineFindsWhatOneMoreUnitTakes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fixed, each := rapid.Float64Range(0, 1e-2).Draw(t, "fixed"), rapid.Float64Range(1e-6, 1e-3).Draw(t, "each")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var l line
		for range 2000 {
			n := float64(1 + random.IntN(4000))
			l.add(n, (fixed+each*n)*(0.9+0.2*random.Float64()))
		}
		slope, ok := l.slope()
		if !ok || math.Abs(slope-each) > 0.25*each+fixed/4000 {
			t.Fatalf("%v %v, want %v beside %v", slope, ok, each, fixed)
		}
	})
}

func TestALineThroughOneSizeSaysNothing(t *testing.T) {
	t.Parallel()
	var l line
	for range 100 {
		l.add(7, 0.001)
		if slope, ok := l.slope(); ok {
			t.Fatal("it says", slope)
		}
	}
}

func TestACostIsNeverNothing(t *testing.T) {
	t.Parallel()
	var l line
	for n := range 100 {
		l.add(float64(n), 1/float64(n+1))
	}
	if slope, ok := l.slope(); !ok || slope != leastCost {
		t.Error(slope, ok)
	}
}
