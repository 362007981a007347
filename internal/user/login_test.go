package user

import (
	"testing"

	"github.com/google/uuid"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestLoginTakesHandleAndAddressInAnyCase(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ada := p.register(t, "ada_l")
		for _, login := range []string{"ada_l", "ADA_L", "@ada_l", " ada_l ", "ada_l@example.org", "Ada_L@Example.Org"} {
			equal(t, login, p.login(t, login).GetUser().GetId(), ada.GetUser().GetId())
		}
	})
}

// Whether there is an account shows neither in the answer nor in the work done
// for it.
func TestAFailedLoginTellsNothing(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		p.register(t, "ada")
		gone := p.register(t, "gone")
		_, err := p.DeleteAccount(p.as(t, gone.GetTokens()), &userv1.DeleteAccountRequest{Password: password})
		must(t, err)
		_, err = p.ResolveHandles(t.Context(), &userv1.ResolveHandlesRequest{Handles: []string{"imported"}, CreateMissing: true})
		must(t, err)

		for _, c := range []struct{ login, password string }{
			{"ada", "wrong password"},
			{"ada@example.org", "wrong password"},
			{"nobody", password},
			{"nobody@example.org", password},
			{"no\x00body", password},
			{"imported", password},
			{"gone", password},
			{"gone@example.org", password},
		} {
			p.tellsNothing(t, c.login, c.password)
		}
	})
}

func (p process) tellsNothing(t *testing.T, login, password string) {
	t.Helper()
	before := p.service.hasher.computed.Load()
	_, err := p.Login(t.Context(), &userv1.LoginRequest{Login: login, Password: password})
	f := refusal(t, err, fault.Unauthenticated, "wrong_login")
	equal(t, "message for "+login, f.Message, errWrongLogin.Message)
	equal(t, "hashes for "+login, p.service.hasher.computed.Load()-before, 1)
}

// In process: at a socket the input rules refuse such logins, and the noun does
// not rely on it.
func TestALoginOfNothingTellsNothing(t *testing.T) {
	t.Parallel()
	p := setup(t, rpctest.InProcess)
	_, err := p.ResolveHandles(t.Context(), &userv1.ResolveHandlesRequest{Handles: []string{"imported"}, CreateMissing: true})
	must(t, err)
	p.tellsNothing(t, "imported", "")
	p.tellsNothing(t, "@", password)
	p.tellsNothing(t, "", "")
}

func TestTheDummyHashCostsWhatARealOneDoes(t *testing.T) {
	t.Parallel()
	h := newHasher(Hashing{MemoryKiB: 16, Passes: 2})
	hash, err := h.hash(t.Context(), password)
	must(t, err)
	p, err := parsePHC(hash)
	must(t, err)
	equal(t, "cost", h.dummy.cost, p.cost)
	equal(t, "salt", len(h.dummy.salt), len(p.salt))
	equal(t, "key", len(h.dummy.key), len(p.key))
}

func TestLoginRenewsHashesOfAnotherCost(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		p.register(t, "ada")
		hash := func() (s string) {
			must(t, p.service.db.Writer(t.Context()).QueryRow(t.Context(), "SELECT password_hash FROM users").Scan(&s))
			return s
		}
		old := hash()
		dearer := p.another(t, func(d *Deps) { d.Hashing = Hashing{MemoryKiB: 16, Passes: 2} })

		_, err := dearer.Login(t.Context(), &userv1.LoginRequest{Login: "ada", Password: "wrong password"})
		refused(t, err, fault.Unauthenticated, "wrong_login")
		equal(t, "hash after a wrong password", hash(), old)

		dearer.login(t, "ada")
		renewed, err := parsePHC(hash())
		must(t, err)
		equal(t, "cost", renewed.cost, cost{memoryKiB: 16, passes: 2, lanes: 1})
		before := dearer.service.hasher.computed.Load()
		dearer.login(t, "ada")
		equal(t, "hashes", dearer.service.hasher.computed.Load()-before, 1)
	})
}

// In process: it stops a sign-in half-way.
func TestASignInThatAPasswordChangeOvertakesFails(t *testing.T) {
	t.Parallel()
	p := setup(t, rpctest.InProcess)
	ada := p.register(t, "ada")
	found, err := p.service.find(t.Context(), "ada")
	must(t, err)
	verified, err := p.service.verify(t.Context(), found, password)
	must(t, err)
	_, err = p.ChangePassword(p.as(t, ada.GetTokens()), &userv1.ChangePasswordRequest{CurrentPassword: password, NewPassword: "another password"})
	must(t, err)
	_, err = p.service.signIn(t.Context(), verified, device{})
	refused(t, err, fault.Unauthenticated, "wrong_login")
	equal(t, "sessions", p.count(t, "SELECT count(*) FROM user_sessions WHERE user_id = $1 AND revoked_at IS NULL", uuid.MustParse(ada.GetUser().GetId())), 1)
}
