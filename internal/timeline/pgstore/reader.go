package pgstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
)

// CountViews implements timeline.Store.
func (s *Store) CountViews(ctx context.Context, v timeline.Views, due func(uuid.UUID) queue.Task) error {
	p := timelinedb.CountViewsParams{ReaderIds: v.Readers, Views: v.Views, Moment: v.Moment, ReviewedBefore: v.ReviewedBefore}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		counted, err := s.q.CountViews(ctx, tx, p)
		if err != nil {
			return err
		}
		var tasks []queue.Task
		for _, r := range counted {
			if r.Due {
				tasks = append(tasks, due(r.ReaderID))
			}
		}
		if len(tasks) == 0 {
			return nil
		}
		return s.queue.Enqueue(ctx, tx, tasks...)
	})
}

// FindReaderRate implements timeline.Store.
func (s *Store) FindReaderRate(ctx context.Context, reader uuid.UUID) (timeline.ReaderRate, error) {
	row, err := s.q.GetReaderRate(ctx, s.db.Writer(ctx), reader)
	return timeline.ReaderRate(row), err
}

// ListReaderEdges implements timeline.Store.
func (s *Store) ListReaderEdges(ctx context.Context, reader uuid.UUID, limit int) ([]timeline.ReaderEdge, error) {
	found, err := s.q.ListReaderEdges(ctx, s.db.Writer(ctx), timelinedb.ListReaderEdgesParams{ReaderID: reader, PageLimit: rows(limit)})
	edges := make([]timeline.ReaderEdge, len(found))
	for i, r := range found {
		edges[i] = timeline.ReaderEdge(r)
	}
	return edges, err
}

// LeaseColdReader implements timeline.Store.
func (s *Store) LeaseColdReader(ctx context.Context, reader uuid.UUID, warm int, lease time.Duration, task queue.Task) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		page, err := s.q.ReadPage(ctx, tx, timelinedb.ReadPageParams{ReaderID: reader, BeforeID: id.Max, PageLimit: rows(warm)})
		if err != nil || page.Horizon == uuid.Nil || len(page.PostIds) >= warm {
			return err
		}
		n, err := s.q.LeaseReader(ctx, tx, timelinedb.LeaseReaderParams{ReaderID: reader, Seconds: lease.Seconds()})
		if err != nil || n == 0 {
			return err
		}
		return s.queue.Enqueue(ctx, tx, task)
	})
}

// BeginWake implements timeline.Store.
func (s *Store) BeginWake(ctx context.Context, reader uuid.UUID, authors []uuid.UUID) (timeline.Wake, error) {
	w := timeline.Wake{Reader: reader}
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		w.Authors = w.Authors[:0]
		locked, err := s.q.LockReaders(ctx, tx, []uuid.UUID{reader})
		if err != nil || len(locked) == 0 {
			return err
		}
		w.Version = locked[0].Version
		if w.Generation, err = s.q.NextGeneration(ctx, tx); err != nil {
			return err
		}
		edges, err := s.q.PromoteReader(ctx, tx, timelinedb.PromoteReaderParams{ReaderID: reader, Generation: w.Generation, AuthorIds: authors})
		for _, r := range edges {
			if r.Promoting {
				w.Authors = append(w.Authors, r.AuthorID)
			}
		}
		return err
	})
	return w, err
}

// SettleReader implements timeline.Store.
func (s *Store) SettleReader(ctx context.Context, w timeline.Wake, horizon uuid.UUID, moment time.Time) (settled bool, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.q.LockReaders(ctx, tx, []uuid.UUID{w.Reader}); err != nil {
			return err
		}
		n, err := s.q.SettleReader(ctx, tx, timelinedb.SettleReaderParams{
			ReaderID: w.Reader, Horizon: horizon, Version: w.Version, Generation: w.Generation, Moment: moment,
		})
		settled = n > 0
		return err
	})
	return settled, err
}
