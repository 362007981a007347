package review

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

// RespondToReview implements ReviewService.
func (s *Service) RespondToReview(ctx context.Context, req *reviewv1.RespondToReviewRequest) (*reviewv1.RespondToReviewResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	reviewID, err := id.Parse("review_id", req.GetReviewId())
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	var product uuid.UUID
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		product, err = s.respond(ctx, tx, reviewID, caller.UserID, req.GetResponse())
		return err
	})
	if err != nil {
		return nil, ofReview(err)
	}
	s.changedLists(product)
	r, err := s.asItIs(ctx, reviewID)
	return &reviewv1.RespondToReviewResponse{Review: r}, err
}

// respond sets what the shop answers; the same answer again keeps its time.
func (s *Service) respond(ctx context.Context, tx postgres.Tx, reviewID, user uuid.UUID, text string) (uuid.UUID, error) {
	r, err := s.q.LockReview(ctx, tx, reviewID)
	switch {
	case err != nil:
		return uuid.Nil, err
	case r.Hidden:
		return uuid.Nil, errNotFound
	case r.Response == text:
		return r.ProductID, nil
	}
	var at *time.Time
	if text != "" {
		at = new(s.now())
	}
	if err := s.q.SetResponse(ctx, tx, reviewdb.SetResponseParams{ID: reviewID, Response: text, RespondedAt: at}); err != nil {
		return uuid.Nil, err
	}
	return r.ProductID, s.record(ctx, tx, reviewID, actionResponded, &user, "")
}
