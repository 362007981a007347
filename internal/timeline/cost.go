package timeline

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/throng-social/throng/internal/timeline/policy"
)

const (
	costPush = int16(1)
	costPull = int16(2)
	// assumedPush and assumedPull are believed until something was measured:
	// seconds, as measured once on two cores.
	assumedPush = 6e-6
	assumedPull = 12e-6
	// extreme bounds the ratio of both, either way, so that a disturbed machine
	// does not move all edges.
	extreme    = 20
	shareEvery = time.Minute
	// A measurement is believed whose error is small beside what was believed before, or
	// so small beside what it says that it is none by chance: fan-outs to a few readers
	// each say little of one more.
	besideBelieved, besideSaid = 1.0 / 3, 1.0 / 6
)

// costs measures what a push and a pull take on this deployment: by how much a
// page of a fan-out takes longer for one more entry, and reading logs for one
// more author. What a transaction or a call takes by itself is spent either way.
// What this process does not do itself, others measure and share in the database.
type costs struct {
	mu       sync.Mutex
	seconds  [3]float64
	measured [3]bool
	lines    [3]line
	sharedAt time.Time
	// ratio stands in place of all measurements where it is set.
	ratio float64
}

func newCosts(ratio float64) *costs {
	return &costs{seconds: [3]float64{costPush: assumedPush, costPull: assumedPull}, ratio: ratio}
}

// measure takes in that n units of a kind took so long.
func (c *costs) measure(kind int16, took time.Duration, n int) {
	if n == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines[kind].add(float64(n), took.Seconds())
	if slope, within, ok := c.lines[kind].slope(); ok && within <= math.Max(besideSaid*slope, besideBelieved*c.seconds[kind]) {
		c.seconds[kind], c.measured[kind] = slope, true
	}
}

func (c *costs) now() policy.Costs {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ratio > 0 {
		return policy.Costs{Push: c.ratio * c.seconds[costPull], Pull: c.seconds[costPull]}
	}
	return bounded(c.seconds[costPush], c.seconds[costPull])
}

func bounded(push, pull float64) policy.Costs {
	return policy.Costs{Push: math.Min(math.Max(push, pull/extreme), pull*extreme), Pull: pull}
}

// due answers what this process measured, if it is time to share it.
func (c *costs) due() (kinds []int16, seconds []float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.sharedAt) < shareEvery {
		return nil, nil
	}
	for kind, ok := range c.measured {
		if ok {
			kinds, seconds = append(kinds, int16(kind)), append(seconds, c.seconds[kind])
		}
	}
	if len(kinds) > 0 {
		c.sharedAt = time.Now()
	}
	return kinds, seconds
}

// shareCosts writes down what this process measured, from time to time, and takes
// what it did not measure from others.
func (s *Service) shareCosts(ctx context.Context, known *policy.Costs) error {
	kinds, seconds := s.costs.due()
	for i, kind := range kinds {
		if err := s.Store.ShareCost(ctx, kind, seconds[i]); err != nil {
			return err
		}
	}
	shared, err := s.Store.ListCosts(ctx)
	if err != nil {
		return err
	}
	for _, c := range shared {
		s.costs.adopt(c.Kind, c.Seconds)
	}
	*known = s.costs.now()
	return nil
}

// adopt takes what another process measured, where this one did not.
func (c *costs) adopt(kind int16, seconds float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.measured[kind] {
		c.seconds[kind] = seconds
	}
}
