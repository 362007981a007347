package review

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/reviewdb"
	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

// maxResolve is how many pictures one call to the media noun may name.
const maxResolve = 500

var errNotFound = fault.New(fault.NotFound, "review_not_found", "this review does not exist")

// GetReview implements ReviewService.
func (s *Service) GetReview(ctx context.Context, req *reviewv1.GetReviewRequest) (*reviewv1.GetReviewResponse, error) {
	moderates := identity.From(ctx).Holds(accessv1.Role_ROLE_MODERATOR)
	reviewID, err := id.Parse("review_id", req.GetReviewId())
	if err != nil {
		return nil, err
	}
	res := &reviewv1.GetReviewResponse{}
	res.Review, err = s.load(ctx, s.db.Reader(ctx), reviewdb.LoadReviewParams{ID: reviewID})
	if moderates && fault.Is(err, fault.NotFound) {
		res.Hidden = true
		res.Review, err = s.load(ctx, s.db.Reader(ctx), reviewdb.LoadReviewParams{ID: reviewID, HiddenToo: true})
	}
	if err != nil {
		return nil, err
	}
	return res, nil
}

// show makes messages of rows. Others are asked only where there are uploaded
// pictures.
func (s *Service) show(ctx context.Context, rows []row) ([]*reviewv1.Review, error) {
	var asked []uuid.UUID
	for i := range rows {
		asked = append(asked, rows[i].MediaIds...)
	}
	pictures, err := s.pictures(ctx, asked)
	if err != nil {
		return nil, err
	}
	reviews := make([]*reviewv1.Review, len(rows))
	for i := range rows {
		reviews[i] = toReview(&rows[i], pictures)
	}
	return reviews, nil
}

// pictures describes those that there are.
func (s *Service) pictures(ctx context.Context, ids []uuid.UUID) (map[string]*mediav1.Media, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found := make(map[string]*mediav1.Media, len(ids))
	for chunk := range slices.Chunk(ids, maxResolve) {
		res, err := s.media.Resolve(ctx, &mediav1.ResolveRequest{MediaIds: id.Strings(chunk)})
		if err != nil {
			return nil, err
		}
		for _, m := range res.GetMedia() {
			found[m.GetId()] = m
		}
	}
	return found, nil
}

// asItIs reads a review past all caches and replicas, hidden ones too.
func (s *Service) asItIs(ctx context.Context, reviewID uuid.UUID) (*reviewv1.Review, error) {
	return s.load(ctx, s.db.Primary(ctx), reviewdb.LoadReviewParams{ID: reviewID, HiddenToo: true})
}

// load reads one review.
func (s *Service) load(ctx context.Context, from postgres.Pool, which reviewdb.LoadReviewParams) (*reviewv1.Review, error) {
	found, err := s.q.LoadReview(ctx, from, which)
	if err != nil {
		return nil, ofReview(err)
	}
	reviews, err := s.show(ctx, []row{row(found)})
	if err != nil {
		return nil, err
	}
	return reviews[0], nil
}

// toReview leaves pictures out that are not there any more.
func toReview(r *row, pictures map[string]*mediav1.Media) *reviewv1.Review {
	return &reviewv1.Review{
		Id:           r.ID.String(),
		ProductId:    r.ProductID.String(),
		Rating:       int32(r.Rating),
		Summary:      r.Summary,
		Body:         r.Body,
		Recommend:    r.Recommend,
		Reviewer:     &reviewv1.Reviewer{UserId: optional(r.AuthorID), Name: r.Reviewer},
		CreatedAt:    timestamppb.New(r.CreatedAt),
		HelpfulCount: r.Helpful,
		Photos:       toPhotos(r, pictures),
		Values:       toValues(r),
		Response:     r.Response,
		RespondedAt:  stamp(r.RespondedAt),
	}
}

func toPhotos(r *row, pictures map[string]*mediav1.Media) (photos []*reviewv1.Photo) {
	for _, mediaID := range r.MediaIds {
		if m := pictures[mediaID.String()]; m != nil {
			photos = append(photos, &reviewv1.Photo{Url: m.GetUrl(), Media: m})
		}
	}
	for _, url := range r.PhotoUrls {
		photos = append(photos, &reviewv1.Photo{Url: url})
	}
	return photos
}

func toValues(r *row) (values []*reviewv1.CharacteristicValue) {
	for i, value := range r.Rated {
		if value > 0 && i < len(r.CharacteristicIds) {
			values = append(values, &reviewv1.CharacteristicValue{CharacteristicId: r.CharacteristicIds[i].String(), Value: int32(value)})
		}
	}
	return values
}

// optional is an id as messages carry it; empty where there is none.
func optional(u *uuid.UUID) string {
	if u == nil {
		return ""
	}
	return u.String()
}

// stamp is a moment as messages carry it; absent where there is none.
func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

// ofReview says that a review is not there.
func ofReview(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNotFound.Because(err)
	}
	return err
}
