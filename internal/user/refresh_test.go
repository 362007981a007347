package user

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestRefreshTradesATokenForTheNext(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ada := p.register(t, "ada")
		tokens := ada.GetTokens()
		session := p.check(t, tokens.GetAccessToken()).Session
		for range 3 {
			p.clock.forward(29 * 24 * time.Hour)
			next := p.refresh(t, tokens.GetRefreshToken())
			if next.GetRefreshToken() == tokens.GetRefreshToken() || !strings.HasPrefix(next.GetRefreshToken(), refreshPrefix) {
				t.Fatalf("got %q", next.GetRefreshToken())
			}
			c := p.check(t, next.GetAccessToken())
			equal(t, "session", c.Session, session)
			equal(t, "account", c.Subject, ada.GetUser().GetId())
			equal(t, "life", next.GetAccessExpiresAt().AsTime().Sub(p.clock.Now().Truncate(time.Second)), accessLife)
			tokens = next
		}
		equal(t, "tokens in the clear", p.count(t, "SELECT count(*) FROM user_refresh_tokens WHERE position(convert_to($1, 'UTF8') IN hash) > 0", tokens.GetRefreshToken()), 0)
	})
}

func TestWhatIsNoLiveTokenIsRefused(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		for name, end := range map[string]func(t *testing.T, r *userv1.RegisterResponse){
			"expired": func(_ *testing.T, _ *userv1.RegisterResponse) { p.clock.forward(sessionLife) },
			"logged_out": func(t *testing.T, r *userv1.RegisterResponse) {
				t.Helper()
				for range 2 {
					_, err := p.Logout(t.Context(), &userv1.LogoutRequest{RefreshToken: r.GetTokens().GetRefreshToken()})
					must(t, err)
				}
			},
			"deleted": func(t *testing.T, r *userv1.RegisterResponse) {
				t.Helper()
				_, err := p.DeleteAccount(p.as(t, r.GetTokens()), &userv1.DeleteAccountRequest{Password: password})
				must(t, err)
			},
		} {
			r := p.register(t, name)
			end(t, r)
			_, err := p.Refresh(t.Context(), &userv1.RefreshRequest{RefreshToken: r.GetTokens().GetRefreshToken()})
			refused(t, err, fault.Unauthenticated, "refresh_invalid")
		}
		_, err := p.Refresh(t.Context(), &userv1.RefreshRequest{RefreshToken: refreshPrefix + "no such token"})
		refused(t, err, fault.Unauthenticated, "refresh_invalid")
		_, err = p.Logout(t.Context(), &userv1.LogoutRequest{RefreshToken: refreshPrefix + "no such token"})
		must(t, err)
	})
}

func TestATokenUsedTwiceEndsItsSessionAlone(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		stolen := p.register(t, "ada").GetTokens()
		other := p.login(t, "ada").GetTokens()
		next := p.refresh(t, stolen.GetRefreshToken())
		latest := p.refresh(t, next.GetRefreshToken())

		_, err := p.Refresh(t.Context(), &userv1.RefreshRequest{RefreshToken: stolen.GetRefreshToken()})
		refused(t, err, fault.Unauthenticated, "refresh_invalid")
		_, err = p.Refresh(t.Context(), &userv1.RefreshRequest{RefreshToken: latest.GetRefreshToken()})
		refused(t, err, fault.Unauthenticated, "refresh_invalid")
		p.refresh(t, other.GetRefreshToken())
	})
}

func TestOfRefreshesAtTheSameTimeOneSucceedsAndTheSessionEnds(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		tokens := p.register(t, "ada").GetTokens()
		var succeeded atomic.Int32
		var next atomic.Value
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				res, err := p.Refresh(t.Context(), &userv1.RefreshRequest{RefreshToken: tokens.GetRefreshToken()})
				if err == nil {
					succeeded.Add(1)
					next.Store(res.GetTokens().GetRefreshToken())
					return
				}
				if !fault.Is(err, fault.Unauthenticated) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		equal(t, "successes", succeeded.Load(), 1)
		_, err := p.Refresh(t.Context(), &userv1.RefreshRequest{RefreshToken: next.Load().(string)})
		refused(t, err, fault.Unauthenticated, "refresh_invalid")
	})
}

func TestARefreshBringsTheRoleOfTheDay(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		tokens := p.register(t, "ada").GetTokens()
		must(t, p.service.SetRole(t.Context(), "@Ada", accessv1.Role_ROLE_ADMIN))
		equal(t, "role", p.check(t, p.refresh(t, tokens.GetRefreshToken()).GetAccessToken()).Role, accessv1.Role_ROLE_ADMIN)
		equal(t, "role", p.login(t, "ada").GetUser().GetRole(), accessv1.Role_ROLE_ADMIN)
		refused(t, p.service.SetRole(t.Context(), "nobody", member), fault.NotFound, "user_not_found")
		refused(t, p.service.SetRole(t.Context(), "ada", accessv1.Role_ROLE_UNSPECIFIED), fault.Invalid, "role_invalid")
		refused(t, p.service.SetRole(t.Context(), "ada", 99), fault.Invalid, "role_invalid")
	})
}
