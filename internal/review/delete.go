package review

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

var errNotAuthor = fault.New(fault.Denied, "not_author", "only its author may delete a review")

// DeleteReview implements ReviewService.
func (s *Service) DeleteReview(ctx context.Context, req *reviewv1.DeleteReviewRequest) (*reviewv1.DeleteReviewResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	reviewID, err := id.Parse("review_id", req.GetReviewId())
	if err != nil {
		return nil, err
	}
	if err := s.delete(ctx, reviewID, caller.UserID); err != nil {
		return nil, err
	}
	return &reviewv1.DeleteReviewResponse{}, nil
}

// delete takes a review of an author's away, or finds that he has done so before.
func (s *Service) delete(ctx context.Context, reviewID, author uuid.UUID) error {
	var gone reviewdb.LockReviewRow
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if gone, err = s.q.LockReview(ctx, tx, reviewID); err != nil {
			return err
		}
		if gone.AuthorID == nil || *gone.AuthorID != author {
			return errNotAuthor
		}
		return s.remove(ctx, tx, &gone)
	})
	switch {
	case fault.Is(err, fault.NotFound):
		return s.deletedBefore(ctx, reviewID, author)
	case err == nil:
		s.changed(gone.ProductID)
	}
	return err
}

// remove takes a review away whose row is locked, and what counts and shows with it.
func (s *Service) remove(ctx context.Context, tx postgres.Tx, r *reviewdb.LockReviewRow) error {
	if !r.Hidden {
		if err := s.q.UncountReview(ctx, tx, r.ID); err != nil {
			return err
		}
	}
	if err := s.q.DeleteReview(ctx, tx, r.ID); err != nil {
		return err
	}
	if len(r.MediaIds) > 0 {
		released := &eventv1.MediaReleased{MediaIds: id.Strings(r.MediaIds), Subject: subject(*r.AuthorID, r.Key)}
		if err := s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaReleased{MediaReleased: released}}); err != nil {
			return err
		}
	}
	return s.record(ctx, tx, r.ID, actionDeleted, r.AuthorID, "")
}

func (s *Service) deletedBefore(ctx context.Context, reviewID, author uuid.UUID) error {
	deleted, err := s.q.HasDeleted(ctx, s.db.Writer(ctx), reviewdb.HasDeletedParams{ReviewID: reviewID, UserID: author})
	if err == nil && !deleted {
		err = errNotFound
	}
	return err
}
