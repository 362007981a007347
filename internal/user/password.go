package user

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/userdb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

var errWrongPassword = fault.New(fault.Denied, "wrong_password", "the password is wrong")

// ChangePassword sets a new password and ends all other sessions.
func (s *Service) ChangePassword(ctx context.Context, req *userv1.ChangePasswordRequest) (*userv1.ChangePasswordResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	verified, err := s.ownPassword(ctx, caller.UserID, req.GetCurrentPassword())
	if err != nil {
		return nil, err
	}
	next, err := s.hasher.hash(ctx, req.GetNewPassword())
	if err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		n, err := s.q.SetPassword(ctx, tx, userdb.SetPasswordParams{ID: verified.ID, Verified: verified.PasswordHash, Next: &next})
		if err != nil {
			return err
		}
		if n == 0 {
			return errWrongPassword
		}
		return s.q.EndOtherSessions(ctx, tx, userdb.EndOtherSessionsParams{UserID: verified.ID, Kept: caller.SessionID, Now: s.now()})
	})
	if err != nil {
		return nil, err
	}
	return &userv1.ChangePasswordResponse{}, nil
}

// DeleteAccount deletes the caller's account. What other nouns keep of it goes
// with the event.
func (s *Service) DeleteAccount(ctx context.Context, req *userv1.DeleteAccountRequest) (*userv1.DeleteAccountResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	verified, err := s.ownPassword(ctx, caller.UserID, req.GetPassword())
	if err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error { return s.erase(ctx, tx, verified) })
	if err != nil {
		return nil, err
	}
	s.cache.Invalidate(caller.UserID)
	return &userv1.DeleteAccountResponse{}, nil
}

// erase leaves of an account its id and its handle.
func (s *Service) erase(ctx context.Context, tx postgres.Tx, verified credentials) error {
	before, err := s.q.LockAccount(ctx, tx, userdb.LockAccountParams{ID: verified.ID, Verified: verified.PasswordHash})
	if fault.Is(err, fault.NotFound) {
		return errWrongPassword
	}
	if err != nil {
		return err
	}
	if err := s.q.AnonymizeUser(ctx, tx, userdb.AnonymizeUserParams{ID: verified.ID, Now: s.now()}); err != nil {
		return err
	}
	if err := s.q.DeleteSessionsOfUser(ctx, tx, verified.ID); err != nil {
		return err
	}
	if err := s.q.DeleteRegistrations(ctx, tx, verified.ID); err != nil {
		return err
	}
	if err := s.announceAvatar(ctx, tx, verified.ID, avatar(before), avatar{}); err != nil {
		return err
	}
	gone := &eventv1.AccountDeleted{UserId: verified.ID.String()}
	return s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_AccountDeleted{AccountDeleted: gone}})
}

// ownPassword checks the password of somebody who is signed in: an access token
// alone must not do for what cannot be undone.
func (s *Service) ownPassword(ctx context.Context, who uuid.UUID, password string) (credentials, error) {
	if err := s.limits.ownPassword(ctx, who); err != nil {
		return credentials{}, err
	}
	row, err := s.q.GetCredentials(ctx, s.db.Primary(ctx), who)
	if err != nil {
		return credentials{}, ofAccount(err)
	}
	verified, err := s.verify(ctx, credentials(row), password)
	if errors.Is(err, errWrongLogin) {
		return credentials{}, errWrongPassword
	}
	return verified, err
}
