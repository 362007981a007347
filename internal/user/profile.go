package user

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/userdb"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

// GetMe answers the caller's own account.
func (s *Service) GetMe(ctx context.Context, _ *userv1.GetMeRequest) (*userv1.GetMeResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	row, err := s.q.GetMe(ctx, s.db.Reader(ctx), caller.UserID)
	if err != nil {
		return nil, ofAccount(err)
	}
	me := account{
		ID: row.ID, Handle: row.Handle, DisplayName: row.DisplayName, Bio: row.Bio, AvatarMediaID: row.AvatarMediaID, Role: row.Role,
	}
	return &userv1.GetMeResponse{User: s.message(ctx, me), Email: row.Email}, nil
}

// GetUser answers one account by id or handle.
func (s *Service) GetUser(ctx context.Context, req *userv1.GetUserRequest) (*userv1.GetUserResponse, error) {
	if handle := req.GetHandle(); handle != "" {
		row, err := s.q.GetUserByHandle(ctx, s.db.Reader(ctx), strings.ToLower(handle))
		if err != nil {
			return nil, ofAccount(err)
		}
		return &userv1.GetUserResponse{User: s.message(ctx, account(row))}, nil
	}
	who, err := id.Parse("id", req.GetId())
	if err != nil {
		return nil, err
	}
	m, exists, err := s.cache.Get(ctx, who, s.load)
	if err != nil {
		return nil, err
	}
	if !exists {
		return nil, errNoUser
	}
	return &userv1.GetUserResponse{User: m}, nil
}

// BatchGetUsers answers accounts in the order asked for.
func (s *Service) BatchGetUsers(ctx context.Context, req *userv1.BatchGetUsersRequest) (*userv1.BatchGetUsersResponse, error) {
	ids, err := id.ParseAll("ids", req.GetIds())
	if err != nil {
		return nil, err
	}
	users, err := s.hydrate(ctx, ids)
	if err != nil {
		return nil, err
	}
	return &userv1.BatchGetUsersResponse{Users: users}, nil
}

// UpdateProfile changes those fields of the caller's profile that are set.
func (s *Service) UpdateProfile(ctx context.Context, req *userv1.UpdateProfileRequest) (*userv1.UpdateProfileResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	change, err := newChange(caller.UserID, req)
	if err != nil {
		return nil, err
	}
	if change.AvatarMediaID != nil {
		if change.Claim, err = s.claimAvatar(ctx, change.ID, *change.AvatarMediaID); err != nil {
			return nil, err
		}
	}
	var changed account
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		changed, err = s.change(ctx, tx, change)
		return err
	})
	if err != nil {
		return nil, ofAccount(err)
	}
	s.cache.Invalidate(caller.UserID)
	return &userv1.UpdateProfileResponse{User: s.message(ctx, changed)}, nil
}

func newChange(who uuid.UUID, req *userv1.UpdateProfileRequest) (userdb.UpdateProfileParams, error) {
	p := userdb.UpdateProfileParams{ID: who, Bio: req.Bio, SetAvatar: req.AvatarMediaId != nil}
	if req.DisplayName != nil {
		name := displayName(req.GetDisplayName())
		key := nameKey(name)
		p.DisplayName, p.NameKey = &name, &key
	}
	if req.GetAvatarMediaId() != "" {
		avatar, err := id.Parse("avatar_media_id", req.GetAvatarMediaId())
		if err != nil {
			return p, err
		}
		p.AvatarMediaID = &avatar
	}
	return p, nil
}

func (s *Service) change(ctx context.Context, tx postgres.Tx, p userdb.UpdateProfileParams) (account, error) {
	before, err := s.q.LockAvatar(ctx, tx, p.ID)
	if err != nil {
		return account{}, err
	}
	if p.SetAvatar {
		if err := s.announceAvatar(ctx, tx, p.ID, avatar(before), avatar{p.AvatarMediaID, p.Claim}); err != nil {
			return account{}, err
		}
	}
	row, err := s.q.UpdateProfile(ctx, tx, p)
	return account(row), err
}
