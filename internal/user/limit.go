package user

import (
	"context"
	"math"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/pace"
)

// Rate is how often something may be tried: Burst times at once, and PerMinute
// in the long run.
type Rate = pace.Rate

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
	// Counted is how many accounts and addresses this process counts at once;
	// 100,000.
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

// limiter counts tries.
type limiter struct {
	Limits
	counter pace.Limiter
}

func newLimiter(l Limits, counter pace.Limiter, now func() time.Time) *limiter {
	standard := DefaultLimits()
	for rate, fallback := range map[*Rate]Rate{
		&l.LoginPerAccount:    standard.LoginPerAccount,
		&l.LoginPerAddress:    standard.LoginPerAddress,
		&l.RegisterPerAddress: standard.RegisterPerAddress,
		&l.RefreshPerAddress:  standard.RefreshPerAddress,
	} {
		if *rate == (Rate{}) {
			*rate = fallback
		}
	}
	if l.Counted == 0 {
		l.Counted = standard.Counted
	}
	if counter == nil {
		counter = pace.NewMemory(l.Counted, now)
	}
	return &limiter{Limits: l, counter: counter}
}

// login counts a sign-in. Counting by what was typed means that an account with
// two logins has two buckets; one for both would tell which address belongs to
// which handle.
func (l *limiter) login(ctx context.Context, from netip.Addr, login string) error {
	if err := l.take(ctx, l.LoginPerAddress, "login from "+network(from)); err != nil {
		return err
	}
	return l.take(ctx, l.LoginPerAccount, "login to "+login)
}

// ownPassword counts a check of the password of somebody who is signed in.
func (l *limiter) ownPassword(ctx context.Context, id uuid.UUID) error {
	return l.take(ctx, l.LoginPerAccount, "password of "+id.String())
}

func (l *limiter) register(ctx context.Context, from netip.Addr) error {
	return l.take(ctx, l.RegisterPerAddress, "register from "+network(from))
}

func (l *limiter) refresh(ctx context.Context, from netip.Addr) error {
	return l.take(ctx, l.RefreshPerAddress, "refresh from "+network(from))
}

// take counts one try, or says when to come back.
func (l *limiter) take(ctx context.Context, r Rate, key string) error {
	if wait := l.counter.Take(ctx, key, r); wait > 0 {
		return fault.New(fault.Exhausted, "rate_limited", "too many attempts; please wait a little").After(wait)
	}
	return nil
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
