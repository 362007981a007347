package queue

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/throng-social/throng/gen/db/queuedb"
	"github.com/throng-social/throng/internal/postgres"
)

// River is the queue on Postgres.
type River struct {
	db  *postgres.DB
	pub *Publisher
	q   *queuedb.Queries
	log *slog.Logger
}

var _ Backend = (*River)(nil)

// NewRiver makes the backend.
func NewRiver(db *postgres.DB, pub *Publisher, log *slog.Logger) *River {
	return &River{db: db, pub: pub, q: queuedb.New(), log: log}
}

// Accept stores the same jobs that Announce and Enqueue would have, all or none.
func (r *River) Accept(ctx context.Context, messages []Message) error {
	return r.db.InTx(ctx, func(tx postgres.Tx) error { return r.pub.insert(ctx, tx, messages...) })
}

// Work implements Backend.
func (r *River) Work(ctx context.Context, w Work) error {
	return r.WorkWith(ctx, w, nil)
}

// WorkWith is Work with periodic tasks, which River schedules.
func (r *River) WorkWith(ctx context.Context, w Work, periodic []Periodic) error {
	worker, err := newWorker(r.db, r.pub, w, periodic, r.log)
	if err != nil {
		return err
	}
	return worker.Run(ctx)
}

// states are River's.
var states = map[string]string{
	"available": StateReady, "pending": StateReady, "retryable": StateLater, "scheduled": StateLater, "running": StateRunning, "discarded": StateDead,
}

// Depths implements Backend.
func (r *River) Depths(ctx context.Context) ([]Depth, error) {
	rows, err := r.q.CountJobs(ctx, r.db.Writer(ctx))
	if err != nil {
		return nil, err
	}
	var depths []Depth
	for _, row := range rows {
		d := Depth{Topic: row.Kind, Queue: row.Queue, State: states[row.State], Jobs: row.Jobs, Oldest: max(time.Since(row.Oldest), 0)}
		// Several states of River's are one.
		if i := slices.IndexFunc(depths, func(other Depth) bool {
			return other.Topic == d.Topic && other.Queue == d.Queue && other.State == d.State
		}); i >= 0 {
			depths[i].Jobs += d.Jobs
			depths[i].Oldest = max(depths[i].Oldest, d.Oldest)
			continue
		}
		depths = append(depths, d)
	}
	return depths, nil
}

// DeadLetters implements Backend.
func (r *River) DeadLetters(ctx context.Context, limit int) ([]DeadLetter, error) {
	rows, err := r.q.ListDeadLetters(ctx, r.db.Writer(ctx), queuedb.ListDeadLettersParams{PageLimit: int32(min(limit, 1000))}) //nolint:gosec // bounded
	letters := make([]DeadLetter, len(rows))
	for i, row := range rows {
		letters[i] = DeadLetter{ID: strconv.FormatInt(row.ID, 10), Topic: row.Kind, Queue: row.Queue, Tries: int(row.Attempt), LastError: row.LastError}
	}
	return letters, err
}

// Redrive implements Backend.
func (r *River) Redrive(ctx context.Context, topic string) (int64, error) {
	return r.q.RedriveDeadLetters(ctx, r.db.Writer(ctx), queuedb.RedriveDeadLettersParams{Kind: topic, Tries: MaxTries})
}
