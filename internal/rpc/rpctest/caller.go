package rpctest

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

// speaker says in the headers of a call what the context says of the caller, as a
// client behind a proxy does.
type speaker struct{ tokens *issuer }

func (s speaker) say(ctx context.Context, header http.Header) {
	caller := identity.From(ctx)
	if caller.SignedIn() {
		header.Set("Authorization", "Bearer "+s.tokens.of(caller))
	}
	if caller.Address.IsValid() {
		header.Set("X-Forwarded-For", caller.Address.String())
	}
	header.Set("User-Agent", caller.UserAgent)
}

// WrapUnary implements connect.Interceptor.
func (s speaker) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		s.say(ctx, req.Header())
		return next(ctx, req)
	}
}

// WrapStreamingClient implements connect.Interceptor.
func (s speaker) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		s.say(ctx, conn.RequestHeader())
		return conn
	}
}

// WrapStreamingHandler implements connect.Interceptor; this one stands at clients.
func (s speaker) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

// issuer signs access tokens for whomever a test names, in the form of the user
// noun's. Suites invent accounts and put clocks forward, so they cannot sign in;
// that the noun's own tokens are taken is held by the suites of internal/app.
type issuer struct {
	// Nothing but GetKeySet is asked of it.
	userv1connect.UserInternalServiceClient
	t      testing.TB
	signer jose.Signer
	jwks   []byte
	// issued has the token of each caller, for signing is slow under -race.
	issued sync.Map
}

// life is longer than any test.
const life = time.Hour

const keyID = "of a test"

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: private, KeyID: keyID}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	published := jose.JSONWebKey{Key: public, KeyID: keyID, Algorithm: string(jose.EdDSA), Use: "sig"}
	jwks, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{published}})
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{t: t, signer: signer, jwks: jwks}
}

// GetKeySet answers the one key.
func (i *issuer) GetKeySet(context.Context, *userv1.GetKeySetRequest) (*userv1.GetKeySetResponse, error) {
	return &userv1.GetKeySetResponse{Jwks: i.jwks}, nil
}

func (i *issuer) of(c identity.Caller) string {
	c = identity.Caller{UserID: c.UserID, SessionID: c.SessionID, Role: c.Role}
	if token, ok := i.issued.Load(c); ok {
		return token.(string) //nolint:forcetypeassert // stored below
	}
	token := i.issue(c)
	i.issued.Store(c, token)
	return token
}

func (i *issuer) issue(c identity.Caller) string {
	now := time.Now()
	claims := struct {
		jwt.Claims
		Session string        `json:"sid,omitempty"`
		Role    accessv1.Role `json:"role"`
	}{
		Claims: jwt.Claims{
			Issuer: "throng", Audience: jwt.Audience{"throng"}, Subject: c.UserID.String(),
			IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(life)),
		},
		Session: id.String(c.SessionID),
		Role:    c.Role,
	}
	token, err := jwt.Signed(i.signer).Claims(claims).Serialize()
	if err != nil {
		i.t.Error(err)
	}
	return token
}
