package user

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/userdb"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
)

// errWrongLogin is all that a failed sign-in tells.
var errWrongLogin = fault.New(fault.Unauthenticated, "wrong_login", "the login or the password is wrong")

// credentials are what a password is checked against. Those of an account that
// does not exist are zero.
type credentials struct {
	ID           uuid.UUID
	PasswordHash *string
}

// Login signs in by e-mail address or handle.
func (s *Service) Login(ctx context.Context, req *userv1.LoginRequest) (*userv1.LoginResponse, error) {
	caller := identity.From(ctx)
	login := normalLogin(req.GetLogin())
	if err := s.limits.login(ctx, caller.Address, login); err != nil {
		return nil, err
	}
	d, err := newDevice(caller, req.GetDetails())
	if err != nil {
		return nil, err
	}
	found, err := s.find(ctx, login)
	if err != nil {
		return nil, err
	}
	verified, err := s.verify(ctx, found, req.GetPassword())
	if err != nil {
		return nil, err
	}
	in, err := s.signIn(ctx, verified, d)
	if err != nil {
		return nil, err
	}
	return &userv1.LoginResponse{User: s.message(ctx, in.account), Tokens: in.tokens}, nil
}

// normalLogin makes one of all ways to write a login.
func normalLogin(login string) string {
	return strings.TrimPrefix(strings.ToLower(strings.TrimSpace(login)), "@")
}

// find answers the credentials of a login, or zero ones.
func (s *Service) find(ctx context.Context, login string) (credentials, error) {
	c, err := s.lookUp(ctx, login)
	if fault.Is(err, fault.NotFound) {
		return credentials{}, nil
	}
	return c, err
}

func (s *Service) lookUp(ctx context.Context, login string) (credentials, error) {
	switch {
	case strings.ContainsRune(login, 0):
		return credentials{}, nil
	case strings.Contains(login, "@"):
		row, err := s.q.GetCredentialsByEmail(ctx, s.db.Primary(ctx), &login)
		return credentials(row), err
	default:
		row, err := s.q.GetCredentialsByHandle(ctx, s.db.Primary(ctx), login)
		return credentials(row), err
	}
}

// verify checks a password and answers the credentials as they are afterwards: a
// hash of another cost than today's is renewed while the password is at hand. It
// computes one hash whether the account exists or not.
func (s *Service) verify(ctx context.Context, c credentials, password string) (credentials, error) {
	ok, err := s.hasher.verify(ctx, password, c.PasswordHash)
	if err != nil {
		return credentials{}, err
	}
	if !ok {
		return credentials{}, errWrongLogin
	}
	if s.hasher.outdated(*c.PasswordHash) {
		return s.renew(ctx, c, password)
	}
	return c, nil
}

func (s *Service) renew(ctx context.Context, c credentials, password string) (credentials, error) {
	next, err := s.hasher.hash(ctx, password)
	if err != nil {
		return credentials{}, err
	}
	n, err := s.q.SetPassword(ctx, s.db.Writer(ctx), userdb.SetPasswordParams{ID: c.ID, Verified: c.PasswordHash, Next: &next})
	if err != nil {
		return credentials{}, err
	}
	if n == 0 {
		// Somebody else has changed it. Whoever uses c finds out.
		return c, nil
	}
	return credentials{ID: c.ID, PasswordHash: &next}, nil
}
