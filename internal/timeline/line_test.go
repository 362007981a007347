package timeline

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

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
		slope, within, ok := l.slope()
		if !ok || within < 0 || math.Abs(slope-each) > 0.25*each+fixed/4000 {
			t.Fatalf("%v %v, want %v beside %v", slope, ok, each, fixed)
		}
	})
}

func TestALineThroughOneSizeSaysNothing(t *testing.T) {
	t.Parallel()
	var l line
	for range 100 {
		l.add(7, 0.001)
		if slope, _, ok := l.slope(); ok {
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
	if slope, _, ok := l.slope(); !ok || slope != leastCost {
		t.Error(slope, ok)
	}
}

// Fan-outs to one to four readers, at times that vary by milliseconds, say nothing of
// what one more reader takes; those to thousands do.
func TestACostIsBelievedOnlyWhereItIsCertain(t *testing.T) {
	t.Parallel()
	const each = 20e-6
	random, c := rand.New(rand.NewPCG(1, 2)), newCosts(0)
	measure := func(sizes int) {
		for range 2000 {
			n := 1 + random.IntN(sizes)
			took := 1e-3 + 5e-3*random.Float64() + each*float64(n)
			c.measure(costPush, time.Duration(took*float64(time.Second)), n)
		}
	}
	measure(4)
	if c.seconds[costPush] != assumedPush {
		t.Errorf("few readers have it believe %v", c.seconds[costPush])
	}
	measure(4000)
	if got := c.seconds[costPush]; math.Abs(got-each) > each/4 {
		t.Errorf("thousands of readers have it believe %v, not %v", got, each)
	}
}
