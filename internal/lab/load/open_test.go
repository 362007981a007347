package load_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/throng-social/throng/internal/lab/load"
)

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// taking is a server that takes as long for each request.
func taking(d time.Duration) load.Do {
	return func(ctx context.Context, _ load.Request) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d):
			return nil
		}
	}
}

// tenASecond makes five requests, one each 100 ms, one at a time.
func tenASecond() load.Open {
	return load.Open{
		Bounds: load.Bounds{Duration: ms(500), Timeout: time.Second},
		Rate:   10, Arrivals: load.Steady, Concurrency: 1, Patience: time.Second,
	}
}

func run(t *testing.T, o load.Open, do load.Do) *load.Result {
	t.Helper()
	to := load.NewRecorder()
	if err := o.Run(t.Context(), do, to); err != nil {
		t.Error(err)
	}
	return to.Total()
}

// within tells whether a histogram could have kept this time.
func within(got, want time.Duration) bool {
	return math.Abs(float64(got-want)) <= float64(want)/1000+float64(time.Microsecond)
}

func TestLatencyCountsFromWhenARequestWasToBeSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, tenASecond(), taking(ms(200)))
		if r.Count(load.OK) != 5 || r.Due() != 5 {
			t.Fatalf("%d of %d went well, want 5", r.Count(load.OK), r.Due())
		}
		for i, want := range []time.Duration{ms(200), ms(300), ms(400), ms(500), ms(600)} {
			if got := r.Latency.Quantile(float64(i+1) / 5); !within(got, want) {
				t.Errorf("number %d took %v, want %v", i, got, want)
			}
		}
		if got := r.Lag.Max(); !within(got, ms(400)) {
			t.Errorf("the last was sent %v late, want 400 ms", got)
		}
	})
}

func TestWhatTheGeneratorCouldNotBeginInTimeIsCountedApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := tenASecond()
		o.Patience = ms(250)
		// They come to the one connection 0, 100, 200, 300 and 200 ms late.
		r := run(t, o, taking(ms(200)))
		if r.Count(load.OK) != 4 || r.Count(load.Dropped) != 1 {
			t.Errorf("%d went well and %d were dropped, want 4 and 1", r.Count(load.OK), r.Count(load.Dropped))
		}
		if r.Lag.Count() != 4 {
			t.Errorf("%d lags are known, want those of the 4 that were sent", r.Lag.Count())
		}
	})
}

func TestAServerThatStallsDoesNotSlowArrivalsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := load.Open{
			Bounds: load.Bounds{Duration: 10 * time.Second, Timeout: ms(100)},
			Rate:   1000, Seed: 7, Concurrency: 10, Patience: ms(100),
		}
		r := run(t, o, taking(time.Hour))
		if want := o.Expected(); r.Due() != want || want < 9500 || want > 10500 {
			t.Errorf("%d requests were due, %d expected, of about 10,000", r.Due(), want)
		}
		// Ten connections, each with a time-out every 100 ms.
		if n := r.Count(load.TimedOut); n < 990 || n > 1010 || n+r.Count(load.Dropped) != r.Due() {
			t.Errorf("%d timed out and %d were dropped of %d, want about 1000 and the rest", n, r.Count(load.Dropped), r.Due())
		}
	})
}

func TestNoMoreAreUnderWayThanAllowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		o := load.Open{
			Bounds: load.Bounds{Duration: time.Second, Timeout: time.Second},
			Rate:   5000, Concurrency: 3, Patience: time.Second,
		}
		run(t, o, func(ctx context.Context, r load.Request) error {
			defer now.Add(-1)
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			return taking(ms(20))(ctx, r)
		})
		if most.Load() != 3 {
			t.Errorf("%d were under way at once, want 3", most.Load())
		}
	})
}

func TestARunEndsAfterSoManyRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := tenASecond()
		o.Requests, o.Duration = 3, time.Hour
		seen := make([]bool, 3)
		began := time.Now()
		r := run(t, o, func(_ context.Context, r load.Request) error {
			seen[r.N] = true
			return nil
		})
		if r.Due() != 3 || slices.Contains(seen, false) || time.Since(began) != ms(200) {
			t.Errorf("after %v %d were due: %v", time.Since(began), r.Due(), seen)
		}
	})
}

func TestARunThatIsEndedFromOutsideCountsNothingItCutShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(ms(150), func() { cancel(cause) })
		o := tenASecond()
		o.Concurrency = 10
		to := load.NewRecorder()
		err := o.Run(ctx, taking(ms(100)), to)
		if r := to.Total(); !errors.Is(err, cause) || r.Due() != 1 || r.Count(load.OK) != 1 {
			t.Errorf("%v, %d of %d went well; want the cause and the first alone", err, r.Count(load.OK), r.Due())
		}
	})
}

func TestOutOfBoundsIsRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*load.Open){
		"no time":              func(o *load.Open) { o.Duration = 0 },
		"a week":               func(o *load.Open) { o.Duration = 7 * 24 * time.Hour },
		"requests without end": func(o *load.Open) { o.Requests = 1e12 },
		"no time-out":          func(o *load.Open) { o.Timeout = 0 },
		"no rate":              func(o *load.Open) { o.Rate = 0 },
		"no number":            func(o *load.Open) { o.Rate = math.NaN() },
		"too fast":             func(o *load.Open) { o.Rate = 1e9 },
		"nobody to send":       func(o *load.Open) { o.Concurrency = 0 },
		"too many at once":     func(o *load.Open) { o.Concurrency = 1_000_000 },
		"no patience":          func(o *load.Open) { o.Patience = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := tenASecond()
			change(&o)
			err := o.Run(t.Context(), func(context.Context, load.Request) error {
				t.Error("something was sent")
				return nil
			}, load.NewRecorder())
			if err == nil {
				t.Error("it ran")
			}
		})
	}
}

func TestArrivalsAreTheSameForASeedAndHaveTheirRate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := load.Open{
			Bounds: load.Bounds{Duration: time.Duration(rapid.IntRange(1, 20).Draw(t, "seconds")) * time.Second},
			Rate:   rapid.Float64Range(1, 2000).Draw(t, "rate"),
			Seed:   rapid.Uint64().Draw(t, "seed"),
		}
		n, want := float64(o.Expected()), o.Rate*o.Duration.Seconds()
		if math.Abs(n-want) > 6*math.Sqrt(want)+1 {
			t.Fatalf("%v requests are due, want about %v", n, want)
		}
		if again := o.Expected(); float64(again) != n {
			t.Fatalf("the same seed has %d requests the second time, %v the first", again, n)
		}
		o.Arrivals = load.Steady
		if n := float64(o.Expected()); math.Abs(n-want) > 1 {
			t.Fatalf("%v steady requests are due, want %v", n, want)
		}
	})
}

func ExampleOpen() {
	to := load.NewRecorder()
	o := load.Open{
		Bounds: load.Bounds{Duration: time.Minute, Requests: 100, Timeout: time.Second},
		Rate:   1000, Concurrency: 4, Patience: time.Second,
	}
	err := o.Run(context.Background(), func(_ context.Context, r load.Request) error {
		if r.N%10 == 9 {
			return load.Wrong("item %d is missing", r.N)
		}
		return nil
	}, to)
	r := to.Total()
	fmt.Println(err, r.Count(load.OK), r.Count(load.WrongBody))
	// Output: <nil> 90 10
}
