package pgstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/timeline"
)

// CountPost implements timeline.Store.
func (s *Store) CountPost(ctx context.Context, author uuid.UUID, moment time.Time) (timeline.AuthorRates, error) {
	row, err := s.q.CountPost(ctx, s.db.Writer(ctx), timelinedb.CountPostParams{AuthorID: author, Moment: moment})
	return timeline.AuthorRates(row), err
}

// MarkAuthorReviewed implements timeline.Store.
func (s *Store) MarkAuthorReviewed(ctx context.Context, author uuid.UUID, moment time.Time) error {
	return s.q.MarkAuthorReviewed(ctx, s.db.Writer(ctx), timelinedb.MarkAuthorReviewedParams{AuthorID: author, Moment: moment})
}

// FindAuthor implements timeline.Store. Reads and fan-outs see an epoch from the
// same moment on.
func (s *Store) FindAuthor(ctx context.Context, author uuid.UUID) (timeline.AuthorState, error) {
	row, err := s.q.GetEpoch(ctx, s.db.Writer(ctx), author)
	if fault.Is(err, fault.NotFound) {
		return timeline.AuthorState{}, nil
	}
	return timeline.AuthorState{Pulled: row.Pulled, Unread: row.Pulled}, err
}

// FlipAuthor implements timeline.Store.
func (s *Store) FlipAuthor(ctx context.Context, author uuid.UUID, pulled bool) (flipped bool, err error) {
	change := s.q.UnpullAuthor
	if pulled {
		change = s.q.PullAuthor
	}
	n, err := change(ctx, s.db.Writer(ctx), author)
	return n > 0, err
}

// ListPulledAuthors implements timeline.Store.
func (s *Store) ListPulledAuthors(ctx context.Context, after uuid.UUID, limit int) ([]timeline.PulledAuthor, error) {
	found, err := s.q.ListPulledAuthors(ctx, s.db.Writer(ctx), timelinedb.ListPulledAuthorsParams{AfterAuthorID: after, PageLimit: rows(limit)})
	pulled := make([]timeline.PulledAuthor, len(found))
	for i, r := range found {
		pulled[i].Author = r.AuthorID
		if r.Burst != nil && r.CountedAt != nil {
			pulled[i].Burst, pulled[i].CountedAt = *r.Burst, *r.CountedAt
		}
	}
	return pulled, err
}

// CountAudience implements timeline.Store.
func (s *Store) CountAudience(ctx context.Context, author uuid.UUID, atMost int) (int, error) {
	n, err := s.q.CountAudience(ctx, s.db.Writer(ctx), timelinedb.CountAudienceParams{AuthorID: author, AtMost: rows(atMost)})
	return int(n), err
}
