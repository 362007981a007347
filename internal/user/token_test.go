package user

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func (p process) keySet(t testing.TB) (set jose.JSONWebKeySet) {
	t.Helper()
	res, err := p.GetKeySet(t.Context(), &userv1.GetKeySetRequest{})
	must(t, err)
	must(t, json.Unmarshal(res.GetJwks(), &set))
	return set
}

// read checks a token as other parts do: by the published keys alone.
func read(set jose.JSONWebKeySet, token string, now time.Time) (claims, error) {
	var c claims
	signed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return c, err
	}
	if err := signed.Claims(set, &c); err != nil {
		return c, err
	}
	return c, c.ValidateWithLeeway(jwt.Expected{Issuer: "throng", AnyAudience: jwt.Audience{"throng"}, Time: now}, 0)
}

func (p process) check(t testing.TB, token string) claims {
	t.Helper()
	c, err := read(p.keySet(t), token, p.clock.Now())
	must(t, err)
	return c
}

func TestAnAccessTokenSaysWhoAsks(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ada := p.register(t, "ada")
		c := p.check(t, ada.GetTokens().GetAccessToken())
		equal(t, "sub", c.Subject, ada.GetUser().GetId())
		equal(t, "role", c.Role, member)
		equal(t, "life", c.Expiry.Time().Sub(c.IssuedAt.Time()), 15*time.Minute)
		equal(t, "expiry", c.Expiry.Time().UTC(), ada.GetTokens().GetAccessExpiresAt().AsTime())
		sessions, err := p.ListSessions(p.as(t, ada.GetTokens()), &userv1.ListSessionsRequest{})
		must(t, err)
		equal(t, "sid", c.Session, sessions.GetSessions()[0].GetId())

		p.clock.forward(accessLife + time.Second)
		if _, err := read(p.keySet(t), ada.GetTokens().GetAccessToken(), p.clock.Now()); err == nil {
			t.Error("an expired token was taken")
		}
	})
}

func TestThePublishedKeySetHasPublicKeysOnly(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		set := p.keySet(t)
		equal(t, "keys", len(set.Keys), 1)
		for _, k := range set.Keys {
			if !k.IsPublic() || !k.Valid() || k.KeyID == "" || k.Algorithm != "EdDSA" || k.Use != "sig" {
				t.Errorf("got %+v", k)
			}
		}
	})
}

func TestIssueTokenIsForOperators(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ada := p.register(t, "ada")
		id := uuid.MustParse(ada.GetUser().GetId())
		must(t, p.service.SetRole(t.Context(), "ada", accessv1.Role_ROLE_ADMIN))
		token, expires, err := p.service.IssueToken(t.Context(), id, time.Hour)
		must(t, err)
		c := p.check(t, token)
		equal(t, "sub", c.Subject, id.String())
		equal(t, "sid", c.Session, "")
		equal(t, "role", c.Role, accessv1.Role_ROLE_ADMIN)
		equal(t, "expiry", c.Expiry.Time().UTC(), expires)

		_, _, err = p.service.IssueToken(t.Context(), id, 25*time.Hour)
		refused(t, err, fault.Invalid, "token_life")
		_, _, err = p.service.IssueToken(t.Context(), uuid.New(), time.Hour)
		refused(t, err, fault.NotFound, "user_not_found")
	})
}
