package user

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/throng-social/throng/gen/db/userdb"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

// registrationLife is how long a registration can be repeated.
const registrationLife = 24 * time.Hour

// registration is a new account.
type registration struct {
	row      userdb.InsertUserParams
	password string
	// key is the idempotency key, or empty.
	key    string
	device device
}

// Register makes an account and signs it in.
func (s *Service) Register(ctx context.Context, req *userv1.RegisterRequest) (*userv1.RegisterResponse, error) {
	caller := identity.From(ctx)
	if err := s.limits.register(ctx, caller.Address); err != nil {
		return nil, err
	}
	d, err := newDevice(caller, req.GetDetails())
	if err != nil {
		return nil, err
	}
	in, err := s.register(ctx, newRegistration(req, d))
	if err != nil {
		return nil, err
	}
	return &userv1.RegisterResponse{User: s.message(ctx, in.account), Tokens: in.tokens}, nil
}

func newRegistration(req *userv1.RegisterRequest, d device) registration {
	email := strings.ToLower(req.GetEmail())
	name := displayName(req.GetDisplayName())
	return registration{
		row: userdb.InsertUserParams{
			Handle: strings.ToLower(req.GetHandle()), Email: &email, DisplayName: name, NameKey: nameKey(name),
		},
		password: req.GetPassword(), key: req.GetIdempotencyKey(), device: d,
	}
}

func (s *Service) register(ctx context.Context, r registration) (signedIn, error) {
	in, repeated, err := s.repeat(ctx, &r)
	if repeated || err != nil {
		return in, err
	}
	hash, err := s.hasher.hash(ctx, r.password)
	if err != nil {
		return signedIn{}, err
	}
	r.row.PasswordHash = &hash
	in, err = s.create(ctx, r)
	if r.key == "" || !fault.Is(err, fault.Exists) {
		return in, err
	}
	// The same call, made at the same time, may have been quicker.
	again, repeated, repeatErr := s.repeat(ctx, &r)
	switch {
	case repeated || repeatErr != nil:
		return again, repeatErr
	case errors.Is(err, errKeyUsed):
		return s.create(ctx, r)
	}
	return signedIn{}, err
}

// repeat signs in to the account that the first call with the same key and
// password made, if there was one. A key that comes with another password is
// somebody else's by chance: it is left to him.
func (s *Service) repeat(ctx context.Context, r *registration) (in signedIn, repeated bool, err error) {
	if r.key == "" {
		return signedIn{}, false, nil
	}
	c, err := s.q.GetCredentialsByKey(ctx, s.db.Primary(ctx), userdb.GetCredentialsByKeyParams{
		IdempotencyKey: r.key, Since: s.now().Add(-registrationLife),
	})
	if fault.Is(err, fault.NotFound) {
		return signedIn{}, false, nil
	}
	if err != nil {
		return signedIn{}, false, err
	}
	verified, err := s.verify(ctx, credentials(c), r.password)
	if errors.Is(err, errWrongLogin) {
		r.key = ""
		return signedIn{}, false, nil
	}
	if err != nil {
		return signedIn{}, false, err
	}
	in, err = s.signIn(ctx, verified, r.device)
	return in, err == nil, err
}

// create makes the account with its first session.
func (s *Service) create(ctx context.Context, r registration) (signedIn, error) {
	keys, err := s.keys.current(ctx)
	if err != nil {
		return signedIn{}, err
	}
	var in signedIn
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := s.q.InsertUser(ctx, tx, r.row)
		if err != nil {
			return err
		}
		in.account = account(row)
		if err := s.claim(ctx, tx, r.key, in.account); err != nil {
			return err
		}
		in.begun, err = s.begin(ctx, tx, in.account.ID, r.device)
		return err
	})
	if err != nil {
		return signedIn{}, taken(err)
	}
	return in, in.issue(keys, s.now())
}

// claim notes which account the key made. Of two calls at the same time with one
// key, for different accounts, the second fails here.
func (s *Service) claim(ctx context.Context, tx postgres.Tx, key string, a account) error {
	if key == "" {
		return nil
	}
	now := s.now()
	n, err := s.q.ClaimRegistration(ctx, tx, userdb.ClaimRegistrationParams{
		IdempotencyKey: key, UserID: a.ID, Now: now, Since: now.Add(-registrationLife),
	})
	if err == nil && n == 0 {
		return errKeyUsed
	}
	return err
}

// errKeyUsed does not leave: what it stands for is found out and dealt with.
var errKeyUsed = fault.New(fault.Exists, "idempotency_key_used", "this idempotency key was used for another account")

// taken says what of a new account exists already.
func taken(err error) error {
	switch {
	case postgres.Violates(err, "users_handle_key"):
		return fault.New(fault.Exists, "handle_taken", "this handle is taken").Because(err)
	case postgres.Violates(err, "users_email_key"):
		return fault.New(fault.Exists, "email_taken", "there is an account with this e-mail address").Because(err)
	}
	return err
}
