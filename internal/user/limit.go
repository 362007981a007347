package user

import (
	"math"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"github.com/throng-social/throng/internal/fault"
)

// Rate is how often something may be tried: Burst times at once, and PerMinute
// in the long run.
type Rate struct {
	PerMinute float64
	Burst     int
}

// Unlimited is no limit.
var Unlimited = Rate{PerMinute: math.Inf(1)}

// Limits is how often passwords and tokens may be tried. A zero Rate stands for
// the default.
type Limits struct {
	// LoginPerAccount counts by the login that was typed, whether there is such
	// an account or not, and the owner's own password checks.
	LoginPerAccount Rate
	// The others count by address: by network of 64 bits for IPv6.
	LoginPerAddress    Rate
	RegisterPerAddress Rate
	RefreshPerAddress  Rate
	// Counted is how many accounts and addresses are counted at once; 100,000.
	Counted int
}

// DefaultLimits leave room for a household or an office behind one address.
func DefaultLimits() Limits {
	return Limits{
		LoginPerAccount:    Rate{PerMinute: 10, Burst: 10},
		LoginPerAddress:    Rate{PerMinute: 60, Burst: 60},
		RegisterPerAddress: Rate{PerMinute: 20.0 / 60, Burst: 20},
		RefreshPerAddress:  Rate{PerMinute: 120, Burst: 120},
		Counted:            100_000,
	}
}

// NoLimits lets everything pass; for tests and load generators.
func NoLimits() Limits {
	return Limits{LoginPerAccount: Unlimited, LoginPerAddress: Unlimited, RegisterPerAddress: Unlimited, RefreshPerAddress: Unlimited}
}

// limiter counts. It forgets whoever kept away long enough to have the full
// burst again.
type limiter struct {
	Limits
	now     func() time.Time
	buckets *otter.Cache[string, *rate.Limiter]
}

func newLimiter(l Limits, now func() time.Time) *limiter {
	standard := DefaultLimits()
	longest := time.Minute
	for rate, fallback := range map[*Rate]Rate{
		&l.LoginPerAccount:    standard.LoginPerAccount,
		&l.LoginPerAddress:    standard.LoginPerAddress,
		&l.RegisterPerAddress: standard.RegisterPerAddress,
		&l.RefreshPerAddress:  standard.RefreshPerAddress,
	} {
		if *rate == (Rate{}) {
			*rate = fallback
		}
		longest = max(longest, rate.refill())
	}
	if l.Counted == 0 {
		l.Counted = standard.Counted
	}
	return &limiter{Limits: l, now: now, buckets: otter.Must(&otter.Options[string, *rate.Limiter]{
		MaximumSize:      l.Counted,
		ExpiryCalculator: otter.ExpiryAccessing[string, *rate.Limiter](longest),
	})}
}

// refill is how long an empty bucket takes to be full again.
func (r Rate) refill() time.Duration {
	return time.Duration(float64(r.Burst) / r.PerMinute * float64(time.Minute))
}

// login counts a sign-in. Counting by what was typed means that an account with
// two logins has two buckets; one for both would tell which address belongs to
// which handle.
func (l *limiter) login(from netip.Addr, login string) error {
	if err := l.take(l.LoginPerAddress, "login from "+network(from)); err != nil {
		return err
	}
	return l.take(l.LoginPerAccount, "login to "+login)
}

// ownPassword counts a check of the password of somebody who is signed in.
func (l *limiter) ownPassword(id uuid.UUID) error {
	return l.take(l.LoginPerAccount, "password of "+id.String())
}

func (l *limiter) register(from netip.Addr) error {
	return l.take(l.RegisterPerAddress, "register from "+network(from))
}

func (l *limiter) refresh(from netip.Addr) error {
	return l.take(l.RefreshPerAddress, "refresh from "+network(from))
}

// take counts one try, or says when to come back.
func (l *limiter) take(r Rate, key string) error {
	if math.IsInf(r.PerMinute, 1) {
		return nil
	}
	bucket, _ := l.buckets.ComputeIfAbsent(key, func() (*rate.Limiter, bool) {
		return rate.NewLimiter(rate.Limit(r.PerMinute/60), r.Burst), false
	})
	now := l.now()
	try := bucket.ReserveN(now, 1)
	wait := try.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	try.CancelAt(now)
	return fault.New(fault.Exhausted, "rate_limited", "too many attempts; please wait a little").After(wait)
}

// network is what counts as one address. Who has an IPv6 address has 2^64 of
// them.
func network(a netip.Addr) string {
	if a.Is6() && !a.Is4In6() {
		p, _ := a.WithZone("").Prefix(64)
		return p.String()
	}
	return a.Unmap().String()
}
