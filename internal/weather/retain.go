package weather

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/throng-social/throng/gen/db/weatherdb"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

const (
	topicRetain = "weather.retain"
	retainEvery = 15 * time.Minute
	// retainPage is how many places are relieved of what is expired in one transaction.
	retainPage = 20
	// retainBudget is how long one run works before it makes way; a job has ten seconds.
	retainBudget = 5 * time.Second
)

// Handlers are the topics that this noun's workers handle.
func (s *Service) Handlers() queue.Handlers {
	return queue.Handlers{topicRetain: queue.On(func() *emptypb.Empty { return &emptypb.Empty{} }, func(ctx context.Context, _ *emptypb.Empty) error { return s.Retain(ctx) })}
}

// Periodic are the tasks of this noun that come round.
func (s *Service) Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: retainEvery, Task: queue.Task{Topic: topicRetain, Queue: queue.Upkeep, Message: &emptypb.Empty{}}}}
}

// Retain takes away what is older than observations are kept, with its part of all sums.
// What it does not come to is for the next call; years that are empty then are given
// back.
func (s *Service) Retain(ctx context.Context) error {
	if s.config.Retention <= 0 {
		return nil
	}
	expired, began := s.expired(), time.Now()
	for time.Since(began) < retainBudget {
		more, err := s.retainSome(ctx, expired)
		if err != nil {
			return err
		}
		if !more {
			_, err := s.q.DropYears(ctx, s.db.Writer(ctx), expired)
			return err
		}
	}
	return nil
}

// retainSome relieves some places, and tells whether there were any.
func (s *Service) retainSome(ctx context.Context, expired time.Time) (bool, error) {
	var ids []uuid.UUID
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		ids = nil
		locked, err := s.q.LockExpired(ctx, tx, weatherdb.LockExpiredParams{Before: expired, PageLimit: retainPage})
		if err != nil || len(locked) == 0 {
			return err
		}
		w := &writing{q: s.q, tx: tx}
		for i := range locked {
			ids = append(ids, locked[i].ID)
			w.places = append(w.places, locking(&locked[i].WeatherTotal))
		}
		return w.forget(ctx, expired)
	})
	if err == nil {
		s.changed(ids, ids)
	}
	return len(ids) > 0, err
}

// forget deletes what is older of the places, and sums up what is left.
func (w *writing) forget(ctx context.Context, expired time.Time) error {
	numbers, by := make([]int32, len(w.places)), map[int32]*placeWriting{}
	for i, p := range w.places {
		p.changed, p.first, p.last = true, latest, earliest
		numbers[i], by[p.number] = p.number, p
	}
	gone, err := w.q.DeleteRowsBefore(ctx, w.tx, weatherdb.DeleteRowsBeforeParams{Places: numbers, Before: expired})
	if err != nil {
		return err
	}
	for _, row := range gone {
		by[row.Place].observations -= row.N
	}
	if err := w.q.DeleteRollupsBefore(ctx, w.tx, weatherdb.DeleteRollupsBeforeParams{Places: numbers, Before: expired}); err != nil {
		return err
	}
	left, err := w.q.FindSpans(ctx, w.tx, numbers)
	if err != nil {
		return err
	}
	for _, row := range left {
		by[row.Place].first, by[row.Place].last = row.FirstAt.UTC(), row.LastAt.UTC()
	}
	for _, p := range w.places {
		p.relevel()
	}
	if err := w.rebuildLevels(ctx); err != nil {
		return err
	}
	if err := w.addUp(ctx, w.places); err != nil {
		return err
	}
	return w.setTotals(ctx)
}
