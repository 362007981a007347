package graph

import (
	"context"
	"math"

	"github.com/google/uuid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

// Follow implements graphv1connect.GraphServiceHandler.
func (s *Service) Follow(ctx context.Context, req *graphv1.FollowRequest) (*graphv1.FollowResponse, error) {
	caller, other, err := pairOf(ctx, req.GetUserId())
	if err != nil {
		return nil, err
	}
	if caller == other {
		return nil, fault.InField("user_id", "follow_self", "you cannot follow yourself")
	}
	if err := s.pace.Admit(ctx, caller); err != nil {
		return nil, err
	}
	if err := s.mustExist(ctx, other); err != nil {
		return nil, err
	}
	r, err := s.store.Follow(ctx, Edge{FollowerID: caller, FolloweeID: other}, s.followLimit)
	if err != nil {
		return nil, err
	}
	return &graphv1.FollowResponse{Relationship: r.message(other)}, nil
}

// Unfollow implements graphv1connect.GraphServiceHandler.
func (s *Service) Unfollow(ctx context.Context, req *graphv1.UnfollowRequest) (*graphv1.UnfollowResponse, error) {
	caller, other, err := pairOf(ctx, req.GetUserId())
	if err != nil {
		return nil, err
	}
	r, err := s.store.Unfollow(ctx, Edge{FollowerID: caller, FolloweeID: other})
	if err != nil {
		return nil, err
	}
	return &graphv1.UnfollowResponse{Relationship: r.message(other)}, nil
}

// pairOf is who asks and whom he names.
func pairOf(ctx context.Context, named string) (caller, other uuid.UUID, err error) {
	c, err := identity.Account(ctx)
	if err != nil {
		return caller, other, err
	}
	other, err = id.Parse("user_id", named)
	return c.UserID, other, err
}

// mustExist asks for the account where any read would, and if it is not known
// there, where every commit is: a replica may not have heard of it yet.
func (s *Service) mustExist(ctx context.Context, account uuid.UUID) error {
	found, err := s.exists(ctx, account)
	if err == nil && !found {
		found, err = s.exists(upToNow(ctx), account)
	}
	if err == nil && !found {
		return ErrNoAccount
	}
	return err
}

func (s *Service) exists(ctx context.Context, account uuid.UUID) (bool, error) {
	res, err := s.users.HydrateUsers(ctx, &userv1.HydrateUsersRequest{UserIds: []string{account.String()}})
	return len(res.GetUsers()) > 0, err
}

// upToNow demands of reads all that was committed before: no replica has come to
// the end of the log, and what is remembered is older.
func upToNow(ctx context.Context) context.Context {
	fresh, _ := consistency.Begin(ctx, consistency.Position{Log: math.MaxUint64})
	return fresh
}
