package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
)

// Block implements graphv1connect.GraphServiceHandler.
func (s *Service) Block(ctx context.Context, req *graphv1.BlockRequest) (*graphv1.BlockResponse, error) {
	caller, other, err := pairOf(ctx, req.GetUserId())
	if err != nil {
		return nil, err
	}
	if caller == other {
		return nil, fault.InField("user_id", "block_self", "you cannot block yourself")
	}
	if err := s.mustExist(ctx, other); err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error { return s.block(ctx, tx, caller, other) })
	if err != nil {
		return nil, err
	}
	r, err := s.relationship(ctx, caller, other)
	return &graphv1.BlockResponse{Relationship: r}, err
}

// block stores the block first and ends the follows by another statement, so
// that it sees those of an import that it had to wait for.
func (s *Service) block(ctx context.Context, tx postgres.Tx, caller, other uuid.UUID) error {
	if err := s.q.LockPair(ctx, tx, pairLock(caller, other)); err != nil {
		return err
	}
	n, err := s.q.InsertBlock(ctx, tx, graphdb.InsertBlockParams{BlockerID: caller, BlockedID: other})
	if err != nil || n == 0 {
		return err
	}
	ended, err := s.q.DeleteFollowsBetween(ctx, tx, graphdb.DeleteFollowsBetweenParams{One: caller, Other: other})
	if err != nil {
		return err
	}
	// Counting nothing proves that neither is gone: what is gone has no blocks.
	if err := s.count(ctx, tx, deltas{caller: {}, other: {}}); err != nil {
		return err
	}
	return s.removed(ctx, tx, edgesOf(ended))
}

// Unblock implements graphv1connect.GraphServiceHandler.
func (s *Service) Unblock(ctx context.Context, req *graphv1.UnblockRequest) (*graphv1.UnblockResponse, error) {
	caller, other, err := pairOf(ctx, req.GetUserId())
	if err != nil {
		return nil, err
	}
	err = s.q.DeleteBlock(ctx, s.db.Writer(ctx), graphdb.DeleteBlockParams{BlockerID: caller, BlockedID: other})
	if err != nil {
		return nil, err
	}
	r, err := s.relationship(ctx, caller, other)
	return &graphv1.UnblockResponse{Relationship: r}, err
}
