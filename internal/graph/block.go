package graph

import (
	"context"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/fault"
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
	r, err := s.store.Block(ctx, Block{BlockerID: caller, BlockedID: other})
	if err != nil {
		return nil, err
	}
	return &graphv1.BlockResponse{Relationship: r.message(other)}, nil
}

// Unblock implements graphv1connect.GraphServiceHandler.
func (s *Service) Unblock(ctx context.Context, req *graphv1.UnblockRequest) (*graphv1.UnblockResponse, error) {
	caller, other, err := pairOf(ctx, req.GetUserId())
	if err != nil {
		return nil, err
	}
	r, err := s.store.Unblock(ctx, Block{BlockerID: caller, BlockedID: other})
	if err != nil {
		return nil, err
	}
	return &graphv1.UnblockResponse{Relationship: r.message(other)}, nil
}
