package graph

import (
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"github.com/throng-social/throng/internal/fault"
)

// maxPaced bounds how many accounts' rates are remembered. Whoever falls out
// begins with a full burst again.
const maxPaced = 100_000

// Rate is how fast one account may follow, counted in each process by itself.
type Rate struct {
	PerMinute int
	// Burst is how many follows may come at once after a pause, at least 1.
	Burst int
}

// DefaultRate lets somebody follow a list of friends at once, and no crawler.
var DefaultRate = Rate{PerMinute: 120, Burst: 60}

// pace holds accounts to a rate.
type pace struct {
	rate     Rate
	limiters *otter.Cache[uuid.UUID, *rate.Limiter]
}

func newPace(r Rate) *pace {
	if r.PerMinute <= 0 {
		return &pace{}
	}
	r.Burst = max(r.Burst, 1)
	// By then a burst is full again, so forgetting makes no difference.
	refilled := time.Minute * time.Duration(r.Burst) / time.Duration(r.PerMinute)
	return &pace{rate: r, limiters: otter.Must(&otter.Options[uuid.UUID, *rate.Limiter]{
		MaximumSize:      maxPaced,
		ExpiryCalculator: otter.ExpiryAccessing[uuid.UUID, *rate.Limiter](refilled + time.Second),
	})}
}

// admit lets the account follow somebody, or says when it may.
func (p *pace) admit(account uuid.UUID, now time.Time) error {
	if p.limiters == nil {
		return nil
	}
	limiter, _ := p.limiters.ComputeIfAbsent(account, func() (*rate.Limiter, bool) {
		return rate.NewLimiter(rate.Limit(p.rate.PerMinute)/60, p.rate.Burst), false
	})
	r := limiter.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	r.CancelAt(now)
	return fault.New(fault.Exhausted, "rate_limited", "you are following too fast; please wait a moment").After(wait)
}
