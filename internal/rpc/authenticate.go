package rpc

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
)

const (
	issuer = "throng"
	// keyLife is how long a key set is used before it is asked for again.
	keyLife = 5 * time.Minute
	// keyPause is the least time between two questions for a key that is not
	// known, so that foreign tokens cost the user noun nothing.
	keyPause      = 5 * time.Second
	knownTokens   = 20_000
	clockLeeway   = 2 * time.Second
	maxTokenBytes = 2048
)

var errToken = fault.New(fault.Unauthenticated, "token_invalid", "the access token is not valid any more; please sign in again")

// Authenticator establishes who asks from access tokens. It keeps the public
// keys of the user noun, and the tokens it has checked, until they expire.
type Authenticator struct {
	users userv1connect.UserInternalServiceClient
	log   *slog.Logger
	// proxies are trusted to say from where a call came.
	proxies []netip.Prefix
	checked *otter.Cache[string, claims]

	mu   sync.Mutex
	keys jose.JSONWebKeySet
	// asked is when the keys were last asked for, fetched when they came.
	asked, fetched time.Time
}

// claims is what an access token says.
type claims struct {
	jwt.Claims
	Session string        `json:"sid"`
	Role    accessv1.Role `json:"role"`

	caller identity.Caller
}

// NewAuthenticator makes one that gets its keys from the user noun.
func NewAuthenticator(users userv1connect.UserInternalServiceClient, proxies []netip.Prefix, log *slog.Logger) *Authenticator {
	return &Authenticator{
		users: users, log: log, proxies: proxies,
		checked: otter.Must(&otter.Options[string, claims]{MaximumSize: knownTokens}),
	}
}

// interceptor puts the caller into the context. A bad token is refused, but for
// public writes (signing in, refreshing), which never use who asks.
func (a *Authenticator) interceptor(access Access) around {
	return func(ctx context.Context, c *call, next func(context.Context) error) error {
		caller, err := a.caller(ctx, c.header.Get("Authorization"))
		if err != nil {
			open := access[c.spec.Procedure].GetLevel() == accessv1.Level_LEVEL_PUBLIC
			if !open || c.spec.IdempotencyLevel == connect.IdempotencyNoSideEffects {
				return err
			}
		}
		caller.Address = a.address(c)
		caller.UserAgent = truncate(c.header.Get("User-Agent"))
		reportOf(ctx).caller = caller
		err = next(identity.With(ctx, caller))
		c.cacheable(caller)
		return err
	}
}

// publicLife is how long others may be given an answer that anybody may have.
const publicLife = "public, max-age=2"

// cacheable says in the answer who may keep it: nobody what was made for one
// caller or changed something, everybody for a moment what a stranger read.
func (c *call) cacheable(caller identity.Caller) {
	if c.answer == nil {
		return
	}
	life := "no-store"
	if !caller.SignedIn() && c.spec.IdempotencyLevel == connect.IdempotencyNoSideEffects {
		life = publicLife
		c.answer.Add("Vary", "Authorization")
	}
	c.answer.Set("Cache-Control", life)
}

const maxUserAgent = 256

func truncate(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	return strings.ToValidUTF8(s[:min(len(s), maxUserAgent)], "")
}

func (a *Authenticator) caller(ctx context.Context, header string) (identity.Caller, error) {
	if header == "" {
		return identity.Caller{}, nil
	}
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || len(token) > maxTokenBytes {
		return identity.Caller{}, errToken
	}
	known, ok := a.checked.GetIfPresent(token)
	if !ok {
		var err error
		if known, err = a.verify(ctx, token); err != nil {
			return identity.Caller{}, err
		}
		a.checked.Set(token, known)
	}
	if time.Now().After(known.Expiry.Time()) {
		return identity.Caller{}, errToken
	}
	return known.caller, nil
}

func (a *Authenticator) verify(ctx context.Context, token string) (claims, error) {
	var c claims
	signed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil || len(signed.Headers) != 1 {
		return c, errToken
	}
	key, err := a.key(ctx, signed.Headers[0].KeyID)
	if err != nil {
		return c, err
	}
	if err := signed.Claims(key, &c); err != nil {
		return c, errToken.Because(err)
	}
	expected := jwt.Expected{Issuer: issuer, AnyAudience: jwt.Audience{issuer}}
	if err := c.ValidateWithLeeway(expected, clockLeeway); err != nil || c.Expiry == nil {
		return c, errToken.Because(err)
	}
	return c, c.read()
}

func (c *claims) read() error {
	user, err := uuid.Parse(c.Subject)
	if err != nil || user == uuid.Nil {
		return errToken
	}
	c.caller = identity.Caller{UserID: user, Role: c.Role}
	if c.Session != "" {
		if c.caller.SessionID, err = uuid.Parse(c.Session); err != nil {
			return errToken
		}
	}
	return nil
}

func (a *Authenticator) key(ctx context.Context, id string) (jose.JSONWebKey, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	found := a.keys.Key(id)
	stale := time.Since(a.fetched) > keyLife
	if (len(found) == 0 || stale) && time.Since(a.asked) > keyPause {
		a.asked = time.Now()
		if err := a.fetch(ctx); err != nil && len(found) == 0 {
			return jose.JSONWebKey{}, err
		}
		found = a.keys.Key(id)
	}
	if len(found) != 1 {
		return jose.JSONWebKey{}, errToken
	}
	return found[0], nil
}

// fetch is called with the lock held.
func (a *Authenticator) fetch(ctx context.Context) error {
	res, err := a.users.GetKeySet(ctx, &userv1.GetKeySetRequest{})
	if err != nil {
		return err
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(res.GetJwks(), &set); err != nil {
		return err
	}
	a.keys, a.fetched = set, time.Now()
	return nil
}

// address is where the call came from: the nearest address that is no trusted
// proxy.
func (a *Authenticator) address(c *call) netip.Addr {
	peer, err := netip.ParseAddrPort(c.peer.Addr)
	if err != nil {
		return netip.Addr{}
	}
	at := peer.Addr().Unmap()
	// A proxy may add to the header's line or write one of its own below.
	hops := strings.Split(strings.Join(c.header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && a.trusts(at); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = hop.Unmap()
	}
	return at
}

func (a *Authenticator) trusts(addr netip.Addr) bool {
	for _, p := range a.proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
