// Package pgstore keeps timelines in Postgres.
//
// One statement is one snapshot, so what decides a page is one statement, and an
// edge is one row, which reads and fan-outs see change at the same moment. What is
// more than a statement is a transaction, and a message of the engine is stored in
// that of what it follows from. Whoever changes a horizon, deletes entries or
// commits a move holds the reader's row.
package pgstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
)

var _ timeline.Store = (*Store)(nil)

// Store implements timeline.Store.
type Store struct {
	db    *postgres.DB
	queue *queue.Publisher
	q     *timelinedb.Queries
}

// New makes a store. Messages go to the queue of the same database.
func New(db *postgres.DB, pub *queue.Publisher) *Store {
	return &Store{db: db, queue: pub, q: timelinedb.New()}
}

// Enqueue implements timeline.Store.
func (s *Store) Enqueue(ctx context.Context, tasks ...queue.Task) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return s.queue.Enqueue(ctx, tx, tasks...) })
}

func columns(edges []timeline.Edge) (authors, readers []uuid.UUID) {
	authors, readers = make([]uuid.UUID, len(edges)), make([]uuid.UUID, len(edges))
	for i, e := range edges {
		authors[i], readers[i] = e.Author, e.Reader
	}
	return authors, readers
}

func incarnations(edges []timeline.Edge) []int64 {
	since := make([]int64, len(edges))
	for i, e := range edges {
		since[i] = e.Since
	}
	return since
}

// rows is a number of rows as the database takes it.
func rows(n int) int32 { return int32(min(n, 1<<30)) } //nolint:gosec // bounded here
