// Package pgstore keeps posts in Postgres.
//
// A post is one row; its author's log is an index that holds all that is read of
// it, so a merge of thousands of logs touches no row, and is one statement. Ids
// are made by the database's clock. Counts live in a table of their own and change
// in the statement that makes or takes the like or reply. Events are stored by the
// transaction that they speak of.
package pgstore

import (
	"context"

	"github.com/throng-social/throng/gen/db/postdb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

// Store implements post.Store.
type Store struct {
	db  *postgres.DB
	q   *postdb.Queries
	pub *queue.Publisher
}

var _ post.Store = (*Store)(nil)

// New makes the store.
func New(db *postgres.DB, pub *queue.Publisher) *Store {
	return &Store{db: db, q: postdb.New(), pub: pub}
}

// Enqueue implements post.Upkeep.
func (s *Store) Enqueue(ctx context.Context, task queue.Task) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return s.pub.Enqueue(ctx, tx, task) })
}

func (s *Store) announce(ctx context.Context, tx postgres.Tx, events []*eventv1.Event) error {
	for _, ev := range events {
		if err := s.pub.Announce(ctx, tx, ev); err != nil {
			return err
		}
	}
	return nil
}

// pool is where a read that decides nothing goes.
func (s *Store) pool(ctx context.Context, primary bool) postgres.Pool {
	if primary {
		return s.db.Primary(ctx)
	}
	return s.db.Reader(ctx)
}
