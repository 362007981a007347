package review

import (
	"context"

	"connectrpc.com/connect"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
)

// ImportReviews implements ReviewService.
func (s *Service) ImportReviews(context.Context, *connect.ClientStream[reviewv1.ImportReviewsRequest]) (*reviewv1.ImportReviewsResponse, error) {
	return nil, fault.New(fault.Unavailable, "imports_busy", "reviews cannot be imported yet")
}
