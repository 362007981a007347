// Package pgstore keeps the graph in Postgres.
//
// An edge is a row, a block is a row, and each account has one row of counts,
// which changes in the transaction of the edge. The same transaction announces
// the touched edges.
//
// Three rules keep concurrent calls straight. No follow stands across a block:
// Follow and Block of one pair take turns on a lock of that pair, and while an
// import stores rows nobody blocks. Rows are locked in one order, edges first,
// counts last and ascending by id, so that nobody waits in a circle. And an
// account that is gone is marked so in its row of counts, which every new edge
// must count up.
package pgstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

// Store implements graph.Store.
type Store struct {
	db  *postgres.DB
	q   *graphdb.Queries
	pub *queue.Publisher
}

var _ graph.Store = (*Store)(nil)

// New makes a store that announces by pub.
func New(db *postgres.DB, pub *queue.Publisher) *Store {
	return &Store{db: db, q: graphdb.New(), pub: pub}
}

// Enqueue implements graph.Upkeep.
func (s *Store) Enqueue(ctx context.Context, task queue.Task) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return s.pub.Enqueue(ctx, tx, task) })
}

// edgesOf reads the rows of any query that answers edges.
func edgesOf[R ~struct{ FollowerID, FolloweeID uuid.UUID }](rows []R) []graph.Edge {
	edges := make([]graph.Edge, len(rows))
	for i, r := range rows {
		edges[i] = graph.Edge(r)
	}
	return edges
}
