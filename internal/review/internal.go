package review

import (
	"context"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	"github.com/throng-social/throng/internal/id"
)

var _ reviewv1connect.ReviewInternalServiceHandler = (*Service)(nil)

// SumReviews implements ReviewInternalService.
func (s *Service) SumReviews(ctx context.Context, req *reviewv1.SumReviewsRequest) (*reviewv1.SumReviewsResponse, error) {
	res, err := s.GetReviewMeta(ctx, &reviewv1.GetReviewMetaRequest{ProductId: req.GetProductId()})
	return &reviewv1.SumReviewsResponse{Meta: res.GetMeta()}, err
}

// ListFirstReviews implements ReviewInternalService.
func (s *Service) ListFirstReviews(ctx context.Context, req *reviewv1.ListFirstReviewsRequest) (*reviewv1.ListFirstReviewsResponse, error) {
	productID, err := id.Parse("product_id", req.GetProductId())
	if err != nil {
		return nil, err
	}
	res, exists, err := s.firsts.Get(ctx, firstKey{productID, reviewv1.Sort_SORT_RELEVANT}, s.loadFirsts)
	if err == nil && !exists {
		err = errNoProduct
	}
	reviews := res.GetReviews()
	return &reviewv1.ListFirstReviewsResponse{Reviews: reviews[:min(len(reviews), int(req.GetLimit()))]}, err
}
