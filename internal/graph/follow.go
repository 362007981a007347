package graph

import (
	"bytes"
	"context"
	"hash/fnv"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
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
	if err := s.pace.Admit(caller, time.Now()); err != nil {
		return nil, err
	}
	if err := s.mustExist(ctx, other); err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error { return s.follow(ctx, tx, edge{caller, other}) })
	if err != nil {
		return nil, err
	}
	r, err := s.relationship(ctx, caller, other)
	return &graphv1.FollowResponse{Relationship: r}, err
}

// follow is refused by returning an error, which undoes what it did before.
func (s *Service) follow(ctx context.Context, tx postgres.Tx, e edge) error {
	if err := s.q.LockPair(ctx, tx, pairLock(e.FollowerID, e.FolloweeID)); err != nil {
		return err
	}
	done, err := s.q.InsertFollow(ctx, tx, graphdb.InsertFollowParams(e))
	if err != nil {
		return err
	}
	if done.Blocked {
		return fault.New(fault.Precondition, "blocked", "one of you has blocked the other")
	}
	if !done.Added {
		return nil
	}
	if err := s.added(ctx, tx, []edge{e}); err != nil {
		return err
	}
	counts, err := s.q.GetCounts(ctx, tx, e.FollowerID)
	if err == nil && counts.Following > s.followLimit {
		return fault.New(fault.Precondition, "follow_limit", "you follow %d accounts already, which is the limit", s.followLimit)
	}
	return err
}

// Unfollow implements graphv1connect.GraphServiceHandler.
func (s *Service) Unfollow(ctx context.Context, req *graphv1.UnfollowRequest) (*graphv1.UnfollowResponse, error) {
	caller, other, err := pairOf(ctx, req.GetUserId())
	if err != nil {
		return nil, err
	}
	e := edge{caller, other}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		n, err := s.q.DeleteFollow(ctx, tx, graphdb.DeleteFollowParams(e))
		if err != nil || n == 0 {
			return err
		}
		return s.removed(ctx, tx, []edge{e})
	})
	if err != nil {
		return nil, err
	}
	r, err := s.relationship(ctx, caller, other)
	return &graphv1.UnfollowResponse{Relationship: r}, err
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
		if ctx, err = s.upToNow(ctx); err == nil {
			found, err = s.exists(ctx, account)
		}
	}
	if err == nil && !found {
		return errNoAccount
	}
	return err
}

func (s *Service) exists(ctx context.Context, account uuid.UUID) (bool, error) {
	res, err := s.users.HydrateUsers(ctx, &userv1.HydrateUsersRequest{UserIds: []string{account.String()}})
	return len(res.GetUsers()) > 0, err
}

// upToNow demands of reads all that was committed before now.
func (s *Service) upToNow(ctx context.Context) (context.Context, error) {
	probe, session := consistency.Begin(ctx, consistency.From(ctx).Demand())
	s.db.Primary(probe)
	now, err := session.Ceiling(probe)
	fresh, _ := consistency.Begin(ctx, now)
	return fresh, err
}

var errNoAccount = fault.New(fault.NotFound, "user_not_found", "there is no such account")

// pairLock is the same for both orders of a pair. Pairs that share a number by
// chance wait for each other and come to no harm.
func pairLock(a, b uuid.UUID) int64 {
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	h := fnv.New64a()
	h.Write([]byte("graph pair"))
	h.Write(a[:])
	h.Write(b[:])
	return int64(h.Sum64()) //nolint:gosec // all 64 bits count
}
