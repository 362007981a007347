package review

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

// hidingReports is how many people hide a review together.
const hidingReports = 5

// How the table names what was done.
const (
	actionReported        = int16(reviewv1.ModerationEntry_ACTION_REPORTED)
	actionHiddenByReports = int16(reviewv1.ModerationEntry_ACTION_HIDDEN_BY_REPORTS)
	actionHidden          = int16(reviewv1.ModerationEntry_ACTION_HIDDEN)
	actionKept            = int16(reviewv1.ModerationEntry_ACTION_KEPT)
	actionResponded       = int16(reviewv1.ModerationEntry_ACTION_RESPONDED)
	actionDeleted         = int16(reviewv1.ModerationEntry_ACTION_DELETED)
)

// ReportReview implements ReviewService.
func (s *Service) ReportReview(ctx context.Context, req *reviewv1.ReportReviewRequest) (*reviewv1.ReportReviewResponse, error) {
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
	var hid *reviewdb.LockReviewRow
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		hid, err = s.report(ctx, tx, reviewID, caller.UserID, req.GetReason())
		return err
	})
	if err != nil {
		return nil, ofReview(err)
	}
	if hid != nil {
		s.changed(hid.ProductID)
	}
	return &reviewv1.ReportReviewResponse{}, nil
}

// report counts a report, once an account, and answers the review where that hid it.
func (s *Service) report(ctx context.Context, tx postgres.Tx, reviewID, user uuid.UUID, reason string) (*reviewdb.LockReviewRow, error) {
	r, err := s.q.LockReview(ctx, tx, reviewID)
	switch {
	case err != nil:
		return nil, err
	case r.AuthorID != nil && *r.AuthorID == user:
		return nil, errOwn
	case r.Hidden:
		return nil, s.reportedBefore(ctx, tx, reviewID, user)
	}
	reportID, err := s.q.InsertReport(ctx, tx, reviewdb.InsertReportParams{ReviewID: reviewID, UserID: user, Reason: reason})
	if fault.Is(err, fault.NotFound) {
		return nil, nil // reported before
	}
	if err != nil {
		return nil, err
	}
	waiting, err := s.q.QueueReview(ctx, tx, reviewdb.QueueReviewParams{ReviewID: reviewID, ReportID: reportID})
	if err != nil {
		return nil, err
	}
	if err := s.record(ctx, tx, reviewID, actionReported, &user, reason); err != nil {
		return nil, err
	}
	if waiting < hidingReports || r.Kept {
		return nil, nil
	}
	if err := s.record(ctx, tx, reviewID, actionHiddenByReports, nil, ""); err != nil {
		return nil, err
	}
	return &r, s.setHidden(ctx, tx, &r, true)
}

// reportedBefore says that there is no such review, but to whom has helped to hide it.
func (s *Service) reportedBefore(ctx context.Context, tx postgres.Tx, reviewID, user uuid.UUID) error {
	reported, err := s.q.HasReported(ctx, tx, reviewdb.HasReportedParams{ReviewID: reviewID, UserID: user})
	if err == nil && !reported {
		err = errNotFound
	}
	return err
}

// setHidden hides a review whose row is locked, or shows it again, and has the sums
// follow.
func (s *Service) setHidden(ctx context.Context, tx postgres.Tx, r *reviewdb.LockReviewRow, hidden bool) error {
	if r.Hidden == hidden {
		return nil
	}
	if err := s.q.SetHidden(ctx, tx, reviewdb.SetHiddenParams{ID: r.ID, Hidden: hidden}); err != nil {
		return err
	}
	if hidden {
		return s.q.UncountReview(ctx, tx, r.ID)
	}
	return s.q.CountReview(ctx, tx, r.ID)
}

// record notes what was done to a review, by whom and why.
func (s *Service) record(ctx context.Context, tx postgres.Tx, reviewID uuid.UUID, action int16, user *uuid.UUID, reason string) error {
	return s.q.RecordModeration(ctx, tx, reviewdb.RecordModerationParams{ReviewID: reviewID, Action: action, UserID: user, Reason: reason})
}
