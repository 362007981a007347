// Package pace holds accounts to a rate.
//
// Each account has a bucket of tokens that fills at a rate and holds a burst; a
// write takes one. Buckets are kept in this process alone, as many as are likely
// to matter: whoever falls out of memory begins with a full burst again.
package pace

import (
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"github.com/throng-social/throng/internal/fault"
)

// maxPaced bounds how many accounts are remembered.
const maxPaced = 100_000

// Rate is how fast one account may do something; the zero Rate is no limit.
type Rate struct {
	PerMinute int
	// Burst is how often it may be done at once after a pause, at least 1.
	Burst int
}

// Pace remembers how fast accounts have been.
type Pace struct {
	rate    Rate
	message string
	buckets *otter.Cache[uuid.UUID, *rate.Limiter]
}

// New makes a pace; message tells people what they do too fast.
func New(r Rate, message string) *Pace {
	if r.PerMinute <= 0 {
		return &Pace{}
	}
	r.Burst = max(r.Burst, 1)
	// By then a burst is full again, so forgetting makes no difference.
	refilled := time.Minute * time.Duration(r.Burst) / time.Duration(r.PerMinute)
	return &Pace{rate: r, message: message, buckets: otter.Must(&otter.Options[uuid.UUID, *rate.Limiter]{
		MaximumSize:      maxPaced,
		ExpiryCalculator: otter.ExpiryAccessing[uuid.UUID, *rate.Limiter](refilled + time.Second),
	})}
}

// Admit lets the account do it once more, or is a fault that says when it may.
func (p *Pace) Admit(account uuid.UUID, now time.Time) error {
	if p.buckets == nil {
		return nil
	}
	bucket, _ := p.buckets.ComputeIfAbsent(account, func() (*rate.Limiter, bool) {
		return rate.NewLimiter(rate.Limit(p.rate.PerMinute)/60, p.rate.Burst), false
	})
	r := bucket.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	r.CancelAt(now)
	return fault.New(fault.Exhausted, "rate_limited", "%s", p.message).After(wait)
}
