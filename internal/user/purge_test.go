package user

import (
	"testing"
	"time"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestPurgeDeletesWhatIsOverAndNothingElse(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		_, err := p.Register(t.Context(), &userv1.RegisterRequest{Email: "ada@example.org", Handle: "ada", Password: password, IdempotencyKey: "key-12345"})
		must(t, err)
		idle, ended, used := p.login(t, "ada").GetTokens(), p.login(t, "ada").GetTokens(), p.login(t, "ada").GetTokens()
		_, err = p.Logout(t.Context(), &userv1.LogoutRequest{RefreshToken: ended.GetRefreshToken()})
		must(t, err)
		rows := func() [3]int {
			must(t, p.service.Purge(t.Context()))
			return [3]int{
				p.count(t, "SELECT count(*) FROM user_sessions"),
				p.count(t, "SELECT count(*) FROM user_refresh_tokens"),
				p.count(t, "SELECT count(*) FROM user_registrations"),
			}
		}
		equal(t, "at once", rows(), [3]int{3, 3, 1})
		p.clock.forward(20 * 24 * time.Hour)
		next := p.refresh(t, used.GetRefreshToken())
		equal(t, "after 20 days", rows(), [3]int{3, 4, 0})
		p.clock.forward(11 * 24 * time.Hour)
		equal(t, "after 31 days", rows(), [3]int{1, 1, 0})
		_, err = p.Refresh(t.Context(), &userv1.RefreshRequest{RefreshToken: idle.GetRefreshToken()})
		refused(t, err, fault.Unauthenticated, "refresh_invalid")
		p.refresh(t, next.GetRefreshToken())
	})
}

// In process: it makes rows past the service, by the size of its batches.
func TestPurgeGoesInBatches(t *testing.T) {
	t.Parallel()
	p := setup(t, rpctest.InProcess)
	p.register(t, "ada")
	p.exec(t, `INSERT INTO user_sessions (user_id, created_at, last_used_at, expires_at)
		SELECT id, now(), now(), now() - interval '1 day' FROM users, generate_series(1, $1)`, 3*purgeBatch+1)
	must(t, p.service.Purge(t.Context()))
	equal(t, "sessions", p.count(t, "SELECT count(*) FROM user_sessions"), 1)
}
