package user

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestLimitsRefillAtTheirRate(t *testing.T) {
	t.Parallel()
	c := &clock{now: time.Now()}
	l := newLimiter(Limits{LoginPerAccount: Rate{PerMinute: 6, Burst: 3}}, nil, c.Now)
	for range 3 {
		must(t, l.take(t.Context(), l.LoginPerAccount, "ada"))
	}
	err := l.take(t.Context(), l.LoginPerAccount, "ada")
	refused(t, err, fault.Exhausted, "rate_limited")
	equal(t, "hint", err.(*fault.Error).RetryAfter, 10*time.Second) //nolint:errorlint // refused has looked
	must(t, l.take(t.Context(), l.LoginPerAccount, "ben"))

	c.forward(9 * time.Second)
	refused(t, l.take(t.Context(), l.LoginPerAccount, "ada"), fault.Exhausted, "rate_limited")
	c.forward(time.Second)
	must(t, l.take(t.Context(), l.LoginPerAccount, "ada"))
	refused(t, l.take(t.Context(), l.LoginPerAccount, "ada"), fault.Exhausted, "rate_limited")
	c.forward(time.Hour)
	for range 3 {
		must(t, l.take(t.Context(), l.LoginPerAccount, "ada"))
	}
	refused(t, l.take(t.Context(), l.LoginPerAccount, "ada"), fault.Exhausted, "rate_limited")
}

func TestZeroLimitsAreTheDefaults(t *testing.T) {
	t.Parallel()
	equal(t, "limits", newLimiter(Limits{}, nil, time.Now).Limits, DefaultLimits())
	custom := Limits{RegisterPerAddress: Unlimited, Counted: 7}
	got := newLimiter(custom, nil, time.Now).Limits
	equal(t, "unlimited", got.RegisterPerAddress, Unlimited)
	equal(t, "counted", got.Counted, 7)
	equal(t, "the rest", got.LoginPerAccount, DefaultLimits().LoginPerAccount)
}

func TestAnIPv6NetworkCountsAsOneAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"fe80::1%eth0", "fe80::1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
	} {
		got := network(netip.MustParseAddr(c.a)) == network(netip.MustParseAddr(c.b))
		equal(t, c.a+" and "+c.b, got, c.same)
	}
	network(netip.Addr{})
}

func TestLoginIsLimitedPerAccountWhetherItExistsOrNot(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam, func(d *Deps) { d.Limits.LoginPerAccount = Rate{PerMinute: 10, Burst: 2} })
		p.register(t, "ada")
		for _, login := range []string{"ada", "nobody"} {
			for i, spelling := range []string{login, " " + login, "@" + login} {
				// Every try comes from somewhere else.
				ctx := from(t, netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}).String())
				_, err := p.Login(ctx, &userv1.LoginRequest{Login: spelling, Password: "wrong password"})
				if i < 2 {
					refused(t, err, fault.Unauthenticated, "wrong_login")
				} else {
					refused(t, err, fault.Exhausted, "rate_limited")
				}
			}
		}
		p.clock.forward(6 * time.Second)
		p.login(t, "ada")
	})
}

func TestSignInIsLimitedPerAddress(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		once := Rate{PerMinute: 1, Burst: 1}
		p := setup(t, seam, func(d *Deps) {
			d.Limits.LoginPerAddress, d.Limits.RegisterPerAddress, d.Limits.RefreshPerAddress = once, once, once
		})
		tokens := p.register(t, "ada").GetTokens()
		for name, call := range map[string]func(address string) error{
			"Login": func(address string) error {
				_, err := p.Login(from(t, address), &userv1.LoginRequest{Login: uuid.NewString(), Password: password})
				return err
			},
			"Register": func(address string) error {
				_, err := p.Register(from(t, address), &userv1.RegisterRequest{Email: "ada@example.org", Handle: "ada", Password: password})
				return err
			},
			"Refresh": func(address string) error {
				_, err := p.Refresh(from(t, address), &userv1.RefreshRequest{RefreshToken: "no such token at all"})
				return err
			},
		} {
			if err := call("192.0.2.1"); fault.Is(err, fault.Exhausted) {
				t.Errorf("%s: the first was refused", name)
			}
			refused(t, call("192.0.2.1"), fault.Exhausted, "rate_limited")
			if err := call("192.0.2.2"); fault.Is(err, fault.Exhausted) {
				t.Errorf("%s: another address was refused", name)
			}
		}
		p.refresh(t, tokens.GetRefreshToken())
	})
}

func TestChecksOfOnesOwnPasswordAreLimited(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam, func(d *Deps) { d.Limits.LoginPerAccount = Rate{PerMinute: 1, Burst: 2} })
		ctx := p.as(t, p.register(t, "ada").GetTokens())
		_, err := p.ChangePassword(ctx, &userv1.ChangePasswordRequest{CurrentPassword: "wrong password", NewPassword: "another password"})
		refused(t, err, fault.Denied, "wrong_password")
		_, err = p.DeleteAccount(ctx, &userv1.DeleteAccountRequest{Password: "wrong password"})
		refused(t, err, fault.Denied, "wrong_password")
		_, err = p.DeleteAccount(ctx, &userv1.DeleteAccountRequest{Password: password})
		refused(t, err, fault.Exhausted, "rate_limited")
	})
}
