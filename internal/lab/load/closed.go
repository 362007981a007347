package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Closed is the closed model.
type Closed struct {
	Bounds
	// Users is how many there are, and so how many requests are under way at most.
	Users int
	// Think is how long a user thinks between an answer and his next request, in
	// the mean: some think little and few think long (exponentially distributed).
	// With 0 nobody thinks.
	Think time.Duration
	// Least and Most bound how long users think of whom each length between is as
	// likely; with Most they take the place of Think.
	Least, Most time.Duration
	// Ramp is how many users come a second, one after the other; with 0 all are there
	// from the beginning.
	Ramp float64
	// Seed decides on how long.
	Seed uint64
}

// Check says why there can be no such run.
func (c Closed) Check() error {
	if c.Think < 0 || c.Think > maxDuration || c.Most > maxDuration {
		return fmt.Errorf("a user thinks for at most %v, not %v", maxDuration, max(c.Think, c.Most))
	}
	if c.Least < 0 || c.Least > c.Most {
		return fmt.Errorf("nobody thinks for at least %v and at most %v", c.Least, c.Most)
	}
	if err := checkConcurrency(c.Users); err != nil {
		return err
	}
	if !(c.Ramp >= 0) || c.Ramp > 0 && float64(c.Users)/c.Ramp >= c.Duration.Seconds() { // and so is NaN
		return errRamp
	}
	return c.check()
}

var errRamp = errors.New("all users come before the run ends, so many a second or all at once")

// AllThere is how long it takes until all users have come.
func (c Closed) AllThere() time.Duration {
	if c.Ramp == 0 {
		return 0
	}
	return time.Duration(float64(c.Users) / c.Ramp * float64(time.Second))
}

// Run lets the users go on until a bound is met, and returns when all have ended.
// Each begins by thinking, so that they do not come all at once.
func (c Closed) Run(ctx context.Context, do Do, to *Recorder) error {
	if err := c.Check(); err != nil {
		return err
	}
	began, begun := time.Now(), &atomic.Int64{}
	var users sync.WaitGroup
	for user := range c.Users {
		users.Go(func() { c.live(ctx, user, began, begun, do, to) })
	}
	users.Wait()
	return context.Cause(ctx)
}

// live is the life of one user.
func (c Closed) live(ctx context.Context, user int, began time.Time, begun *atomic.Int64, do Do, to *Recorder) {
	random := rand.New(rand.NewPCG(c.Seed, uint64(user))) //nolint:gosec // a user is no negative number
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	if c.Ramp > 0 && !sleep(ctx, timer, time.Duration(float64(user)/c.Ramp*float64(time.Second))) {
		return
	}
	for {
		think := c.think(random)
		due, left := time.Now().Add(think), c.Duration-time.Since(began)
		if !sleep(ctx, timer, min(think, left)) || think >= left {
			return
		}
		n := begun.Add(1) - 1
		if n >= c.requests() {
			return
		}
		// The user's wait begins with the sending; how late that was is the generator's.
		lag := time.Since(due)
		send(ctx, Request{N: n, User: user, Due: time.Now()}, lag, c.Timeout, do, to)
	}
}

func (c Closed) think(random *rand.Rand) time.Duration {
	if c.Most > 0 {
		return c.Least + time.Duration(random.Float64()*float64(c.Most-c.Least))
	}
	return time.Duration(random.ExpFloat64() * float64(c.Think))
}
