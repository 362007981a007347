package pgstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
)

// WriteFanoutPage implements timeline.Store: page and next task in one transaction.
// Whoever has the post already has it from a turn that is repeated or from a move;
// then the page is written anew with an eye on that.
func (s *Store) WriteFanoutPage(ctx context.Context, p timeline.FanoutPage, next func(uuid.UUID) queue.Task) (timeline.WrittenPage, error) {
	written, err := s.writePage(ctx, p, next, s.freshPage)
	if fault.Is(err, fault.Exists) {
		return s.writePage(ctx, p, next, s.repeatedPage)
	}
	return written, err
}

type pageWriter func(context.Context, postgres.Tx, timeline.FanoutPage) (timeline.WrittenPage, error)

func (s *Store) writePage(ctx context.Context, p timeline.FanoutPage, next func(uuid.UUID) queue.Task, write pageWriter) (written timeline.WrittenPage, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if written, err = write(ctx, tx, p); err != nil {
			return err
		}
		if written.More = written.Readers == p.Limit; !written.More || next == nil {
			return nil
		}
		return s.queue.Enqueue(ctx, tx, next(written.Last))
	})
	return written, err
}

// freshPage expects that nobody has the post yet.
func (s *Store) freshPage(ctx context.Context, tx postgres.Tx, p timeline.FanoutPage) (timeline.WrittenPage, error) {
	if p.Review != nil {
		return s.reviewedPage(ctx, tx, p)
	}
	row, err := s.q.FanoutFreshPage(ctx, tx, timelinedb.FanoutFreshPageParams(pageParams(p)))
	return timeline.WrittenPage{Readers: int(row.Readers), Last: row.LastReaderID}, err
}

func (s *Store) repeatedPage(ctx context.Context, tx postgres.Tx, p timeline.FanoutPage) (timeline.WrittenPage, error) {
	row, err := s.q.FanoutPage(ctx, tx, pageParams(p))
	return timeline.WrittenPage{Readers: int(row.Readers), Last: row.LastReaderID}, err
}

// reviewedPage moves readers to pull to whom it does not pay to push.
func (s *Store) reviewedPage(ctx context.Context, tx postgres.Tx, p timeline.FanoutPage) (timeline.WrittenPage, error) {
	row, err := s.q.FanoutReviewedPage(ctx, tx, timelinedb.FanoutReviewedPageParams{
		AuthorID: p.Author, PostID: p.Post, AfterReaderID: p.AfterReader, PageLimit: rows(p.Limit),
		LeastViews: p.Review.LeastViews, Moment: p.Review.Moment, MovedBefore: p.Review.MovedBefore, DormantBefore: p.Review.DormantBefore,
	})
	return timeline.WrittenPage{Readers: int(row.Readers), Moved: int(row.Moved), Last: row.LastReaderID}, err
}

func pageParams(p timeline.FanoutPage) timelinedb.FanoutPageParams {
	return timelinedb.FanoutPageParams{PostID: p.Post, AuthorID: p.Author, AfterReaderID: p.AfterReader, PageLimit: rows(p.Limit)}
}
