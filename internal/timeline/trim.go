package timeline

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

const (
	trimmedAtOnce = 500
	trimTurn      = 2 * time.Second
	deletedAtOnce = 5000
)

// trim cuts written timelines down to Keep entries, for one turn; what is left is
// a message of its own.
func (s *Service) trim(ctx context.Context, task *timelinev1.TrimReaders) error {
	after, err := id.Parse("after_reader_id", task.GetAfterReaderId())
	if err != nil {
		return err
	}
	for began := time.Now(); time.Since(began) < trimTurn; {
		last, done, err := s.trimPage(ctx, after)
		if err != nil || done {
			return err
		}
		after = last
	}
	next := queue.Task{Topic: topicTrim, Queue: queue.Upkeep, Message: &timelinev1.TrimReaders{AfterReaderId: after.String()}}
	return s.DB.InTx(ctx, func(tx postgres.Tx) error { return s.Queue.Enqueue(ctx, tx, next) })
}

// trimPage raises horizons, commits, and only then deletes what is below them.
func (s *Service) trimPage(ctx context.Context, after uuid.UUID) (last uuid.UUID, done bool, err error) {
	rows, err := s.q.ListReadersToTrim(ctx, s.DB.Writer(ctx), timelinedb.ListReadersToTrimParams{
		AfterReaderID: after, Keep: int32(s.Config.Keep - 1), PageLimit: trimmedAtOnce, //nolint:gosec // a setting of hundreds
	})
	if err != nil || len(rows) == 0 {
		return after, true, err
	}
	p := timelinedb.RaiseHorizonsParams{}
	for _, r := range rows {
		if compare(r.SurplusID, r.Horizon) > 0 {
			p.ReaderIds, p.Horizons = append(p.ReaderIds, r.ReaderID), append(p.Horizons, r.SurplusID)
		}
	}
	if len(p.ReaderIds) > 0 {
		if err := s.q.RaiseHorizons(ctx, s.DB.Writer(ctx), p); err != nil {
			return after, false, err
		}
	}
	all := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		all[i] = r.ReaderID
	}
	return all[len(all)-1], len(rows) < trimmedAtOnce, s.deleteBelow(ctx, all)
}

// deleteBelow deletes what is below the horizons of readers. It holds them, so
// that a move either is over before, and its horizon counts, or learns of it.
func (s *Service) deleteBelow(ctx context.Context, readers []uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.q.LockReaders(ctx, tx, readers); err != nil {
			return err
		}
		_, err := s.q.DeleteBelowHorizon(ctx, tx, readers)
		return err
	})
}

// OnAccountDeleted forgets what was written for a reader. His edges as an author
// go with the follows, which the graph ends.
func (s *Service) OnAccountDeleted(ctx context.Context, ev *eventv1.Event) error {
	reader, err := id.Parse("user_id", ev.GetAccountDeleted().GetUserId())
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.q.RaiseHorizons(ctx, tx, timelinedb.RaiseHorizonsParams{ReaderIds: []uuid.UUID{reader}, Horizons: []uuid.UUID{id.Max}}); err != nil {
			return err
		}
		return s.q.DeleteReaderEdges(ctx, tx, reader)
	})
	for n := int64(deletedAtOnce); err == nil && n == deletedAtOnce; {
		n, err = s.q.DeleteReaderEntries(ctx, s.DB.Writer(ctx), timelinedb.DeleteReaderEntriesParams{ReaderID: reader, PageLimit: deletedAtOnce})
	}
	return err
}
