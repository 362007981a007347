package load_test

import (
	"context"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/throng-social/throng/internal/lab/load"
)

func runClosed(t *testing.T, c load.Closed, do load.Do) *load.Result {
	t.Helper()
	to := load.NewRecorder()
	if err := c.Run(t.Context(), do, to); err != nil {
		t.Error(err)
	}
	return to.Total()
}

func TestUsersWhoDoNotThinkSendAsFastAsAnswersCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := load.Closed{Bounds: load.Bounds{Duration: 10 * time.Second, Timeout: time.Second}, Users: 8}
		r := runClosed(t, c, taking(ms(50)))
		if n := r.Count(load.OK); n != 8*200 || r.Due() != n {
			t.Errorf("%d of %d went well, want 1600", n, r.Due())
		}
		if p := r.Latency.Quantile(0.99); !within(p, ms(50)) {
			t.Errorf("they took %v, want 50 ms", p)
		}
	})
}

func TestThinkTimeAndAnswersMakeTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := load.Closed{Bounds: load.Bounds{Duration: 100 * time.Second, Timeout: time.Second}, Users: 100, Think: ms(450), Seed: 3}
		r := runClosed(t, c, taking(ms(50)))
		// The law of interactive response time: users / (think + answer) a second.
		if n, want := float64(r.Count(load.OK)), 100*100/0.5; math.Abs(n-want) > want/50 {
			t.Errorf("%v went well, want about %v", n, want)
		}
	})
}

func TestUsersBeginApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first := make([]time.Duration, 50)
		began := time.Now()
		c := load.Closed{Bounds: load.Bounds{Duration: time.Minute, Timeout: time.Second}, Users: 50, Think: time.Second}
		runClosed(t, c, func(_ context.Context, r load.Request) error {
			if first[r.User] == 0 {
				first[r.User] = time.Since(began)
			}
			return nil
		})
		seen := map[time.Duration]bool{}
		for _, d := range first {
			seen[d] = true
		}
		if len(seen) != 50 {
			t.Errorf("50 users began at %d moments", len(seen))
		}
	})
}

func TestAClosedRunEndsAfterSoManyRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := load.Closed{Bounds: load.Bounds{Duration: time.Hour, Requests: 100, Timeout: time.Second}, Users: 7}
		if r := runClosed(t, c, taking(ms(1))); r.Due() != 100 {
			t.Errorf("%d were sent, want 100", r.Due())
		}
	})
}

func TestAClosedRunOutOfBoundsIsRefused(t *testing.T) {
	t.Parallel()
	good := load.Bounds{Duration: time.Second, Timeout: time.Second}
	for name, c := range map[string]load.Closed{
		"no users":      {Bounds: good},
		"a long think":  {Bounds: good, Users: 1, Think: 48 * time.Hour},
		"no time":       {Bounds: load.Bounds{Timeout: time.Second}, Users: 1},
		"thinking back": {Bounds: good, Users: 1, Think: -1},
		"least is most": {Bounds: good, Users: 1, Least: 2, Most: 1},
		"most is long":  {Bounds: good, Users: 1, Most: 48 * time.Hour},
		"some too late": {Bounds: good, Users: 10, Ramp: 10},
		"backwards":     {Bounds: good, Users: 1, Ramp: -1},
		"no number":     {Bounds: good, Users: 1, Ramp: math.NaN()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := c.Run(t.Context(), taking(0), load.NewRecorder()); err == nil {
				t.Error("it ran")
			}
		})
	}
}

func TestUsersThinkBetweenTheLeastAndTheMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		last := make([]time.Time, 50)
		least, most := time.Hour, time.Duration(0)
		for i := range last {
			last[i] = time.Now()
		}
		c := load.Closed{Bounds: load.Bounds{Duration: 100 * time.Second, Timeout: time.Second}, Users: len(last), Least: time.Second, Most: 5 * time.Second}
		r := runClosed(t, c, func(_ context.Context, r load.Request) error {
			mu.Lock()
			defer mu.Unlock()
			least, most = min(least, time.Since(last[r.User])), max(most, time.Since(last[r.User]))
			last[r.User] = time.Now()
			return nil
		})
		if least < time.Second || least > 1100*time.Millisecond || most > 5*time.Second || most < 4900*time.Millisecond {
			t.Errorf("they thought for %v to %v", least, most)
		}
		if n, want := float64(r.Count(load.OK)), 50*100/3.0; math.Abs(n-want) > want/20 {
			t.Errorf("%v went well, want about %v", n, want)
		}
	})
}

// A user whose timer rings late has not waited for the server.
func TestAClosedRunCountsItsOwnLatenessApart(t *testing.T) {
	t.Parallel()
	c := load.Closed{Bounds: load.Bounds{Duration: 100 * time.Millisecond, Timeout: time.Second}, Users: 2, Least: ms(1), Most: ms(2)}
	r := runClosed(t, c, taking(0))
	if r.Lag.Count() == 0 || r.Lag.Max() == 0 || r.Lag.Count() != r.Due() {
		t.Errorf("of %d requests %d have a lag, %v at most", r.Due(), r.Lag.Count(), r.Lag.Max())
	}
}

func TestUsersComeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began, first := time.Now(), make([]time.Duration, 20)
		c := load.Closed{Bounds: load.Bounds{Duration: 10 * time.Second, Timeout: time.Second}, Users: len(first), Ramp: 4, Least: ms(100), Most: ms(200)}
		runClosed(t, c, func(_ context.Context, r load.Request) error {
			if first[r.User] == 0 {
				first[r.User] = time.Since(began)
			}
			return nil
		})
		for user, at := range first {
			if came := time.Duration(user) * 250 * time.Millisecond; at < came+ms(100) || at > came+ms(200) {
				t.Errorf("user %d asked first after %v", user, at)
			}
		}
		if there := c.AllThere(); there != 5*time.Second {
			t.Errorf("all are there after %v", there)
		}
	})
}
