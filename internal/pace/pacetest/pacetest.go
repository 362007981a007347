// Package pacetest is what every limiter must keep.
package pacetest

import (
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/pace"
)

// Hourly is so slow that nothing comes back during a test.
var Hourly = pace.Rate{PerMinute: 1.0 / 60, Burst: 3}

// Run holds a limiter to its contract. make makes one that has counted nothing,
// by the real clock.
func Run(t *testing.T, limiter func(t *testing.T) pace.Limiter) {
	t.Helper()
	for name, promise := range map[string]func(*testing.T, pace.Limiter){
		"a burst is let through at once and then no more":      burst,
		"keys are counted apart":                               apart,
		"what is told to wait is let through after that":       refill,
		"in the long run no more is let through than the rate": longRun,
		"a try that is refused is not counted":                 refused,
		"a rate that is no limit lets everything through":      unlimited,
		"those who try at the same time share one burst":       together,
		"a burst of nothing is one":                            least,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			promise(t, limiter(t))
		})
	}
}

// Admitted counts how many of n tries are let through.
func Admitted(t *testing.T, l pace.Limiter, key string, r pace.Rate, n int) (admitted int) {
	t.Helper()
	for range n {
		if l.Take(t.Context(), key, r) == 0 {
			admitted++
		}
	}
	return admitted
}

func burst(t *testing.T, l pace.Limiter) {
	if n := Admitted(t, l, "ada", Hourly, 10); n != 3 {
		t.Errorf("%d were let through, want 3", n)
	}
	if wait := l.Take(t.Context(), "ada", Hourly); wait <= 50*time.Minute || wait > time.Hour {
		t.Errorf("the next must wait %v, want an hour less what the test took", wait)
	}
}

func apart(t *testing.T, l pace.Limiter) {
	for _, key := range []string{"ada", "ben", "", "ada lovelace"} {
		if n := Admitted(t, l, key, Hourly, 5); n != 3 {
			t.Errorf("%d of %q were let through, want 3", n, key)
		}
	}
}

func refill(t *testing.T, l pace.Limiter) {
	quick := pace.Rate{PerMinute: 600, Burst: 1}
	Admitted(t, l, "ada", quick, 1)
	wait := l.Take(t.Context(), "ada", quick)
	if wait <= 0 || wait > 100*time.Millisecond {
		t.Skipf("the machine is too slow for this: it must wait %v", wait)
	}
	<-time.After(wait + 10*time.Millisecond)
	if wait := l.Take(t.Context(), "ada", quick); wait != 0 {
		t.Errorf("after that it must wait another %v", wait)
	}
}

func longRun(t *testing.T, l pace.Limiter) {
	quick := pace.Rate{PerMinute: 6000, Burst: 5}
	began, admitted := time.Now(), 0
	for time.Since(began) < 300*time.Millisecond {
		admitted += Admitted(t, l, "ada", quick, 1)
	}
	if most := 5 + int(math.Ceil(float64(time.Since(began))/float64(10*time.Millisecond))); admitted > most || admitted < 5 {
		t.Errorf("%d were let through, want 5 to %d", admitted, most)
	}
}

func refused(t *testing.T, l pace.Limiter) {
	first := l.Take(t.Context(), "ada", pace.Rate{PerMinute: 1, Burst: 1})
	second := l.Take(t.Context(), "ada", pace.Rate{PerMinute: 1, Burst: 1})
	Admitted(t, l, "ada", pace.Rate{PerMinute: 1, Burst: 1}, 100)
	if last := l.Take(t.Context(), "ada", pace.Rate{PerMinute: 1, Burst: 1}); first != 0 || second <= 0 || last > second {
		t.Errorf("it must wait %v at first, then %v, and %v after a hundred refusals", first, second, last)
	}
}

func unlimited(t *testing.T, l pace.Limiter) {
	for _, r := range []pace.Rate{{}, {PerMinute: math.Inf(1)}, {Burst: 1}} {
		if n := Admitted(t, l, "ada", r, 100); n != 100 {
			t.Errorf("with %+v %d of 100 were let through", r, n)
		}
	}
}

func together(t *testing.T, l pace.Limiter) {
	var admitted atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				if l.Take(t.Context(), "ada", pace.Rate{PerMinute: 1.0 / 60, Burst: 20}) == 0 {
					admitted.Add(1)
				}
			}
		})
	}
	all.Wait()
	if n := admitted.Load(); n != 20 {
		t.Errorf("%d were let through, want 20", n)
	}
}

func least(t *testing.T, l pace.Limiter) {
	if n := Admitted(t, l, "ada", pace.Rate{PerMinute: 1.0 / 60}, 5); n != 1 {
		t.Errorf("%d were let through, want 1", n)
	}
}
