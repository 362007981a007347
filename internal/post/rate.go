package post

import (
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"github.com/throng-social/throng/internal/fault"
)

// maxPaced bounds how many authors' rates are remembered. Whoever falls out
// begins with a full burst again.
const maxPaced = 100_000

// Rate is how fast one author may post, counted in each process by itself.
type Rate struct {
	PerMinute int
	// Burst is how many posts may come at once after a pause, at least 1.
	Burst int
}

// DefaultRate is for people, and hurried ones.
var DefaultRate = Rate{PerMinute: 60, Burst: 30}

// pace holds authors to a rate.
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

// admit lets the author post, or says when he may.
func (p *pace) admit(author uuid.UUID, now time.Time) error {
	if p.limiters == nil {
		return nil
	}
	limiter, _ := p.limiters.ComputeIfAbsent(author, func() (*rate.Limiter, bool) {
		return rate.NewLimiter(rate.Limit(p.rate.PerMinute)/60, p.rate.Burst), false
	})
	r := limiter.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	r.CancelAt(now)
	return fault.New(fault.Exhausted, "rate_limited", "you are posting too fast; please wait a moment").After(wait)
}
