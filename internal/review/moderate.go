package review

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/reviewdb"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
)

// ListReported implements ReviewService.
func (s *Service) ListReported(ctx context.Context, req *reviewv1.ListReportedRequest) (*reviewv1.ListReportedResponse, error) {
	const list = "reported_reviews"
	after, err := s.pages.Open(list, req.GetPageToken(), page.Cursor{})
	if err != nil {
		return nil, err
	}
	size := int(page.Size(req.GetPageSize()))
	rows, err := s.q.ListReported(ctx, s.db.Reader(ctx), reviewdb.ListReportedParams{AfterID: after.ID, PageLimit: int32(size) + 1}) //nolint:gosec // a page size
	if err != nil {
		return nil, err
	}
	res := &reviewv1.ListReportedResponse{}
	if len(rows) > size {
		rows = rows[:size]
		res.NextPageToken = s.pages.Seal(list, page.Cursor{ID: rows[size-1].FirstID})
	}
	for i := range rows {
		res.Reported = append(res.Reported, toReported(&rows[i]))
	}
	return res, nil
}

func toReported(row *reviewdb.ListReportedRow) *reviewv1.ReportedReview {
	return &reviewv1.ReportedReview{
		ReviewId:     row.ID.String(),
		ProductId:    row.ProductID.String(),
		Rating:       int32(row.Rating),
		Summary:      row.Summary,
		Body:         row.Body,
		ReviewerName: row.Reviewer,
		ReportCount:  row.Reports,
		Reasons:      row.Reasons,
		ReportedAt:   timestamppb.New(row.ReportedAt),
		Hidden:       row.Hidden,
	}
}

// ResolveReport implements ReviewService.
func (s *Service) ResolveReport(ctx context.Context, req *reviewv1.ResolveReportRequest) (*reviewv1.ResolveReportResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	reviewID, err := id.Parse("review_id", req.GetReviewId())
	if err != nil {
		return nil, err
	}
	var product uuid.UUID
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		r, err := s.q.LockReview(ctx, tx, reviewID)
		if err != nil {
			return err
		}
		product = r.ProductID
		return s.resolve(ctx, tx, &r, req.GetVerdict(), caller.UserID, req.GetReason())
	})
	if err != nil {
		return nil, ofReview(err)
	}
	s.changed(product)
	return &reviewv1.ResolveReportResponse{}, nil
}

// resolve does what a moderator says of a review whose row is locked. Saying what
// holds already, when nobody has reported it since, changes nothing.
func (s *Service) resolve(ctx context.Context, tx postgres.Tx, r *reviewdb.LockReviewRow, verdict reviewv1.Verdict, moderator uuid.UUID, reason string) error {
	hide, action := verdict == reviewv1.Verdict_VERDICT_HIDE, actionKept
	if hide {
		action = actionHidden
	}
	ended, err := s.q.EndReports(ctx, tx, r.ID)
	if err != nil || (ended == 0 && r.Hidden == hide && r.Kept != hide) {
		return err
	}
	if err := s.q.SetKept(ctx, tx, reviewdb.SetKeptParams{ID: r.ID, Kept: !hide}); err != nil {
		return err
	}
	if err := s.record(ctx, tx, r.ID, action, &moderator, reason); err != nil {
		return err
	}
	return s.setHidden(ctx, tx, r, hide)
}

// ListModeration implements ReviewService.
func (s *Service) ListModeration(ctx context.Context, req *reviewv1.ListModerationRequest) (*reviewv1.ListModerationResponse, error) {
	reviewID, err := id.Parse("review_id", req.GetReviewId())
	if err != nil {
		return nil, err
	}
	list := "review_moderation/" + reviewID.String()
	before, err := s.pages.Open(list, req.GetPageToken(), page.Cursor{ID: id.Max})
	if err != nil {
		return nil, err
	}
	size := int(page.Size(req.GetPageSize()))
	rows, err := s.q.ListModeration(ctx, s.db.Reader(ctx), reviewdb.ListModerationParams{
		ReviewID: reviewID, BeforeID: before.ID, PageLimit: int32(size) + 1, //nolint:gosec // a page size
	})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return &reviewv1.ListModerationResponse{}, s.exists(ctx, reviewID)
	}
	res := &reviewv1.ListModerationResponse{}
	if len(rows) > size {
		rows = rows[:size]
		res.NextPageToken = s.pages.Seal(list, page.Cursor{ID: rows[size-1].ID})
	}
	res.Entries, err = s.showEntries(ctx, rows)
	return res, err
}

// exists is errNotFound where there is no such review.
func (s *Service) exists(ctx context.Context, reviewID uuid.UUID) error {
	found, err := s.q.ReviewExists(ctx, s.db.Reader(ctx), reviewID)
	if err == nil && !found {
		err = errNotFound
	}
	return err
}

// showEntries adds people, but for those who are gone.
func (s *Service) showEntries(ctx context.Context, rows []reviewdb.ListModerationRow) ([]*reviewv1.ModerationEntry, error) {
	var users []uuid.UUID
	for _, row := range rows {
		if row.UserID != nil {
			users = append(users, *row.UserID)
		}
	}
	people, err := s.people(ctx, users)
	if err != nil {
		return nil, err
	}
	entries := make([]*reviewv1.ModerationEntry, len(rows))
	for i, row := range rows {
		entries[i] = &reviewv1.ModerationEntry{
			Id: row.ID.String(), Action: reviewv1.ModerationEntry_Action(row.Action), User: people[optional(row.UserID)],
			Reason: row.Reason, At: timestamppb.New(id.Time(row.ID)),
		}
	}
	return entries, nil
}
