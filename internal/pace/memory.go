package pace

import (
	"context"
	"time"

	"github.com/maypok86/otter/v2"
)

// defaultSize bounds how many keys are remembered.
const defaultSize = 100_000

// Memory is a limiter that counts in this process, as many keys as are likely to
// matter: whoever falls out of memory begins with a full burst again.
type Memory struct {
	now func() time.Time
	// full is when the bucket of a key will be full.
	full *otter.Cache[string, time.Time]
}

var _ Limiter = (*Memory)(nil)

// NewMemory makes a limiter of so many keys; 0 means 100,000.
func NewMemory(size int, now func() time.Time) *Memory {
	if size == 0 {
		size = defaultSize
	}
	untilFull := func(e otter.Entry[string, time.Time]) time.Duration { return max(e.Value.Sub(now()), time.Second) }
	return &Memory{now: now, full: otter.Must(&otter.Options[string, time.Time]{
		MaximumSize:      size,
		ExpiryCalculator: otter.ExpiryWritingFunc(untilFull),
	})}
}

// Take implements Limiter.
func (m *Memory) Take(_ context.Context, key string, r Rate) (wait time.Duration) {
	if r.Unlimited() {
		return 0
	}
	now, every := m.now(), r.Every()
	m.full.Compute(key, func(full time.Time, _ bool) (time.Time, otter.ComputeOp) {
		if full.Before(now) {
			full = now
		}
		full = full.Add(every)
		if wait = full.Add(-every * time.Duration(max(r.Burst, 1))).Sub(now); wait > 0 {
			return full, otter.CancelOp
		}
		wait = 0
		return full, otter.WriteOp
	})
	return wait
}
