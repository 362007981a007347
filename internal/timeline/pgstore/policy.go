package pgstore

import (
	"context"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
)

// FindPolicy implements timeline.Store.
func (s *Store) FindPolicy(ctx context.Context) (timeline.StoredPolicy, error) {
	row, err := s.q.GetPolicy(ctx, s.db.Primary(ctx))
	return timeline.StoredPolicy(row), err
}

// SetPolicy implements timeline.Store: switch and sweep in one transaction.
func (s *Store) SetPolicy(ctx context.Context, strategy int16, threshold int32, sweep func(int64) queue.Task) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		version, err := s.q.SetPolicy(ctx, tx, timelinedb.SetPolicyParams{Strategy: strategy, Threshold: threshold})
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.queue.Enqueue(ctx, tx, sweep(version))
	})
}

// SettlePolicy implements timeline.Store.
func (s *Store) SettlePolicy(ctx context.Context, version int64) error {
	return s.q.SettlePolicy(ctx, s.db.Writer(ctx), version)
}

// ShareCost implements timeline.Store.
func (s *Store) ShareCost(ctx context.Context, kind int16, seconds float64) error {
	return s.q.SetCost(ctx, s.db.Writer(ctx), timelinedb.SetCostParams{Kind: kind, Seconds: seconds})
}

// ListCosts implements timeline.Store.
func (s *Store) ListCosts(ctx context.Context) ([]timeline.Cost, error) {
	found, err := s.q.ListCosts(ctx, s.db.Primary(ctx))
	costs := make([]timeline.Cost, len(found))
	for i, r := range found {
		costs[i] = timeline.Cost(r)
	}
	return costs, err
}
