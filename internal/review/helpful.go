package review

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

var errOwn = fault.New(fault.Precondition, "own_review", "this review is your own")

// MarkHelpful implements ReviewService.
func (s *Service) MarkHelpful(ctx context.Context, req *reviewv1.MarkHelpfulRequest) (*reviewv1.MarkHelpfulResponse, error) {
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
	count, err := s.mark(ctx, reviewID, caller.UserID)
	if err != nil {
		return nil, err
	}
	return &reviewv1.MarkHelpfulResponse{HelpfulCount: count}, nil
}

// mark counts that a review helped somebody, once, and answers the count after.
func (s *Service) mark(ctx context.Context, reviewID, user uuid.UUID) (int64, error) {
	row, err := s.q.MarkHelpful(ctx, s.db.Writer(ctx), reviewdb.MarkHelpfulParams{ReviewID: reviewID, UserID: user})
	switch {
	case err != nil:
		return 0, ofReview(err)
	case row.AuthorID != nil && *row.AuthorID == user:
		return 0, errOwn
	case row.Changed:
		s.changedLists(row.ProductID)
		return row.Helpful, nil
	}
	count, err := s.q.CountHelpful(ctx, s.db.Writer(ctx), reviewID)
	return count, ofReview(err)
}
