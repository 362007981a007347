package timeline

import (
	"context"
	"log/slog"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

// moveLease is how long a mover has for one reader before another may begin.
const moveLease = 30.0

// wakeIfCold starts a move that lowers the horizon of a reader whose written
// entries ended within the pages that people look at. A read that fails to do so
// is no failed read: the next one tries again.
func (s *Service) wakeIfCold(ctx context.Context, r request, sk skeleton) {
	if !sk.cold || len(sk.entries) == 0 {
		return
	}
	err := s.DB.InTx(ctx, func(tx postgres.Tx) error {
		horizon, written, err := s.warmth(ctx, tx, r.viewer)
		if err != nil || horizon == uuid.Nil || written >= s.Config.Keep/2 {
			return err
		}
		n, err := s.q.LeaseReader(ctx, tx, timelinedb.LeaseReaderParams{ReaderID: r.viewer, Seconds: moveLease})
		if err != nil || n == 0 {
			return err
		}
		return s.Queue.Enqueue(ctx, tx, queue.Task{Topic: topicMove, Queue: queue.Moves, Message: &timelinev1.MoveReader{ReaderId: r.viewer.String()}})
	})
	if err != nil {
		s.Log.WarnContext(ctx, "cannot start to fill a timeline", slog.String("reader", r.viewer.String()), slog.Any("error", err))
	}
}

// warmth is how far the written entries of a reader reach.
func (s *Service) warmth(ctx context.Context, tx postgres.Tx, reader uuid.UUID) (horizon uuid.UUID, written int, err error) {
	snap, err := s.q.ReadPage(ctx, tx, timelinedb.ReadPageParams{ReaderID: reader, BeforeID: id.Max, PageLimit: int32(s.Config.Keep)}) //nolint:gosec // a setting of hundreds
	return snap.Horizon, len(snap.PostIds), err
}

// wake lowers a reader's horizon so that Keep entries are above it: all his edges
// promoting, then a copy from the primary, then one commit that sets horizon and
// edges, if nothing else became push in between.
func (s *Service) wake(ctx context.Context, task *timelinev1.MoveReader) error {
	reader, err := id.Parse("reader_id", task.GetReaderId())
	if err != nil {
		return err
	}
	generation, authors, err := s.promoteReader(ctx, reader)
	if err != nil || len(authors) == 0 {
		return err
	}
	entries, err := s.primaryLog(ctx, authors, s.Config.Keep, 0)
	if err != nil {
		return err
	}
	c := copier{service: s}
	for _, e := range entries {
		if err := c.add(ctx, reader, e); err != nil {
			return err
		}
	}
	if err := c.flush(ctx); err != nil {
		return err
	}
	horizon := uuid.Nil
	if len(entries) == s.Config.Keep {
		horizon = entries[len(entries)-1].post
	}
	return s.settleReader(ctx, reader, horizon, generation)
}

func (s *Service) promoteReader(ctx context.Context, reader uuid.UUID) (generation int64, authors []uuid.UUID, err error) {
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if generation, err = s.q.NextGeneration(ctx, tx); err != nil {
			return err
		}
		authors, err = s.q.PromoteReader(ctx, tx, timelinedb.PromoteReaderParams{ReaderID: reader, Generation: generation})
		return err
	})
	return generation, authors, err
}

// settleReader drops the move when it was overtaken; the edges stay promoting,
// and the next read or the next try moves them.
func (s *Service) settleReader(ctx context.Context, reader, horizon uuid.UUID, generation int64) error {
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.q.LockReaders(ctx, tx, []uuid.UUID{reader}); err != nil {
			return err
		}
		n, err := s.q.SettleReader(ctx, tx, timelinedb.SettleReaderParams{ReaderID: reader, Horizon: horizon, Generation: generation})
		if err == nil && n == 0 {
			return errRestless
		}
		return err
	})
}
