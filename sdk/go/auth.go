package throng

import (
	"context"
	"errors"
	"sync"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/singleflight"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
)

// tokens is where access tokens come from.
type tokens interface {
	// token is one to try; after a refusal, refused is the one that was.
	token(ctx context.Context, refused string) (string, error)
}

// given asks the caller's own source.
type given func(context.Context) (string, error)

func (g given) token(ctx context.Context, _ string) (string, error) { return g(ctx) }

type credentials struct{ login, password string }

// session signs in and stays so.
type session struct {
	credentials
	users userv1connect.UserServiceClient

	mu      sync.Mutex
	held    *pair
	renewal singleflight.Group
}

// pair is renewed when three quarters of its life are over.
type pair struct {
	access, refresh string
	renewAt         time.Time
}

func pairOf(t *userv1.Tokens) *pair {
	now := time.Now()
	life := t.GetAccessExpiresAt().AsTime().Sub(now)
	return &pair{access: t.GetAccessToken(), refresh: t.GetRefreshToken(), renewAt: now.Add(life * 3 / 4)}
}

// token renews the one that is held when it was refused or is about to expire.
// Callers share one renewal, which goes on when the first of them gives up.
func (s *session) token(ctx context.Context, refused string) (string, error) {
	held := s.holding()
	if held != nil && held.access != refused && time.Now().Before(held.renewAt) {
		return held.access, nil
	}
	renewed := s.renewal.DoChan("", func() (any, error) {
		if s.holding() != held {
			return nil, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), DefaultTimeout)
		defer cancel()
		return nil, s.renew(ctx, held)
	})
	select {
	case r := <-renewed:
		if r.Err != nil {
			return "", r.Err
		}
		return s.holding().access, nil
	case <-ctx.Done():
		return "", interrupted(ctx)
	}
}

// interrupted is the error of a call that was over before it was sent.
func interrupted(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return connect.NewError(connect.CodeDeadlineExceeded, ctx.Err())
	}
	return connect.NewError(connect.CodeCanceled, ctx.Err())
}

func (s *session) holding() *pair {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held
}

// renew trades the refresh token, or signs in where there is none or it is over.
func (s *session) renew(ctx context.Context, old *pair) error {
	fresh, err := s.trade(ctx, old)
	if err == nil && fresh == nil {
		fresh, err = s.signIn(ctx)
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = pairOf(fresh)
	return nil
}

// trade answers nothing where there is nothing that the server would take.
func (s *session) trade(ctx context.Context, old *pair) (*userv1.Tokens, error) {
	if old == nil {
		return nil, nil
	}
	res, err := s.users.Refresh(ctx, &userv1.RefreshRequest{RefreshToken: old.refresh})
	if connect.CodeOf(err) == connect.CodeUnauthenticated {
		return nil, nil
	}
	return res.GetTokens(), err
}

func (s *session) signIn(ctx context.Context) (*userv1.Tokens, error) {
	res, err := s.users.Login(ctx, &userv1.LoginRequest{Login: s.login, Password: s.password})
	return res.GetTokens(), err
}

// signIns need no token: they are how one comes by it.
var signIns = map[string]bool{
	userv1connect.UserServiceRegisterProcedure: true,
	userv1connect.UserServiceLoginProcedure:    true,
	userv1connect.UserServiceRefreshProcedure:  true,
	userv1connect.UserServiceLogoutProcedure:   true,
}

// signer sends an access token with each call, and tries once more with another
// when the server refuses it.
type signer struct {
	clientSide
	tokens tokens
}

// WrapUnary implements connect.Interceptor.
func (s signer) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		if s.tokens == nil || signIns[req.Spec().Procedure] {
			return next(ctx, req)
		}
		first, err := s.tokens.token(ctx, "")
		if err != nil {
			return nil, err
		}
		req.Header().Set("Authorization", "Bearer "+first)
		res, err := next(ctx, req)
		if connect.CodeOf(err) != connect.CodeUnauthenticated || err == nil {
			return res, err
		}
		second, renewal := s.tokens.token(ctx, first)
		if renewal != nil || second == first {
			return res, err
		}
		req.Header().Set("Authorization", "Bearer "+second)
		return next(ctx, req)
	}
}

// WrapStreamingClient implements connect.Interceptor.
func (s signer) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		if s.tokens == nil {
			return conn
		}
		return &signedConn{StreamingClientConn: conn, sign: func() (string, error) { return s.tokens.token(ctx, "") }}
	}
}

// signedConn asks for the token with the first message, where it can fail.
type signedConn struct {
	connect.StreamingClientConn
	sign func() (string, error)
	once sync.Once
	err  error
}

// Send implements connect.StreamingClientConn.
func (c *signedConn) Send(m any) error {
	c.once.Do(func() {
		var token string
		if token, c.err = c.sign(); c.err == nil {
			c.RequestHeader().Set("Authorization", "Bearer "+token)
		}
	})
	if c.err != nil {
		return c.err
	}
	return c.StreamingClientConn.Send(m)
}
