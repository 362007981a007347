package review

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

// GetMyActivity implements ReviewService. It is read past the caches, which are for
// what is the same for everybody.
func (s *Service) GetMyActivity(ctx context.Context, req *reviewv1.GetMyActivityRequest) (*reviewv1.GetMyActivityResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	productID, err := id.Parse("product_id", req.GetProductId())
	if err != nil {
		return nil, err
	}
	asked, err := id.ParseAll("review_ids", req.GetReviewIds())
	if err != nil {
		return nil, err
	}
	done, err := s.q.LoadActivity(ctx, s.db.Reader(ctx), reviewdb.LoadActivityParams{UserID: caller.UserID, ProductID: productID, ReviewIds: asked})
	if err != nil {
		return nil, ofProduct(err)
	}
	res := &reviewv1.GetMyActivityResponse{
		Hidden: done.Hidden, HelpfulIds: among(asked, done.MarkedIds), ReportedIds: among(asked, done.ReportedIds),
	}
	res.Review, err = s.written(ctx, &done)
	if err != nil {
		return nil, err
	}
	return res, nil
}

// among are those ids of the asked ones that were found, in the order asked for.
func among(asked, found []uuid.UUID) (ids []string) {
	for _, one := range asked {
		if slices.Contains(found, one) {
			ids = append(ids, one.String())
		}
	}
	return ids
}

// written is the review that the account wrote; nil where there is none.
func (s *Service) written(ctx context.Context, done *reviewdb.LoadActivityRow) (*reviewv1.Review, error) {
	if done.ID == uuid.Nil {
		return nil, nil
	}
	reviews, err := s.show(ctx, []row{{
		ID: done.ID, ProductID: done.ProductID, CharacteristicIds: done.CharacteristicIds, CreatedAt: done.CreatedAt, Helpful: done.Helpful,
		Recommend: done.Recommend, Rating: done.Rating, Rated: done.Rated, AuthorID: done.AuthorID, Reviewer: done.Reviewer,
		Summary: done.Summary, Body: done.Body, MediaIds: done.MediaIds, Response: done.Response, RespondedAt: done.RespondedAt,
	}})
	if err != nil {
		return nil, err
	}
	return reviews[0], nil
}
