// Package pace holds accounts, and addresses, to a rate.
//
// Who does something has a bucket of tokens under a key, which fills at a rate and
// holds a burst; a try takes one. Of a bucket only the time at which it will be
// full is kept (the generic cell rate algorithm), so one that is full need not be
// kept at all, and forgetting it makes no difference.
//
// Two limiters count: Memory in this process, and redispace for all processes of a
// deployment together. Both pass pacetest.
package pace

import (
	"context"
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
)

// Rate is how fast one account may do something; the zero Rate is no limit.
type Rate struct {
	// PerMinute is how often in the long run; infinity is no limit either.
	PerMinute float64
	// Burst is how often it may be done at once after a pause, at least 1.
	Burst int
}

// Unlimited says that the rate is no limit.
func (r Rate) Unlimited() bool { return r.PerMinute <= 0 || math.IsInf(r.PerMinute, 1) }

// Every is how long a token takes to come back, at least a microsecond.
func (r Rate) Every() time.Duration {
	return max(time.Duration(float64(time.Minute)/r.PerMinute), time.Microsecond)
}

// Limiter counts how often things are done.
type Limiter interface {
	// Take counts one try under a key, or answers how long to wait until it would be
	// let through; such a try is not counted. Keys of one rate have a beginning of
	// their own. It answers within moments whatever is away, and counts always, if
	// need be in this process alone.
	Take(ctx context.Context, key string, r Rate) (wait time.Duration)
}

// Pace holds accounts to one rate.
type Pace struct {
	limiter Limiter
	name    string
	rate    Rate
	message string
}

// New makes a pace: name is what is done, message tells people that they do it too
// fast. Without a limiter it counts in this process.
func New(l Limiter, name string, r Rate, message string) *Pace {
	if l == nil {
		l = NewMemory(0, time.Now)
	}
	return &Pace{limiter: l, name: name, rate: r, message: message}
}

// Admit lets the account do it once more, or is a fault that says when it may.
func (p *Pace) Admit(ctx context.Context, account uuid.UUID) error {
	if p.rate.Unlimited() {
		return nil
	}
	if wait := p.limiter.Take(ctx, p.name+" "+account.String(), p.rate); wait > 0 {
		return fault.New(fault.Exhausted, "rate_limited", "%s", p.message).After(wait)
	}
	return nil
}
