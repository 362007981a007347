package pgstore

import (
	"context"

	"github.com/throng-social/throng/gen/db/graphdb"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/postgres"
)

// Block implements graph.Writes.
func (s *Store) Block(ctx context.Context, b graph.Block) (graph.Relationship, error) {
	err := s.db.InTx(ctx, func(tx postgres.Tx) error { return s.block(ctx, tx, b) })
	if err != nil {
		return graph.Relationship{}, err
	}
	return s.relationship(ctx, b.BlockerID, b.BlockedID)
}

// block stores the block first and ends the follows by another statement, so
// that it sees those of an import that it had to wait for.
func (s *Store) block(ctx context.Context, tx postgres.Tx, b graph.Block) error {
	if err := s.q.LockPair(ctx, tx, pairLock(b.BlockerID, b.BlockedID)); err != nil {
		return err
	}
	n, err := s.q.InsertBlock(ctx, tx, graphdb.InsertBlockParams(b))
	if err != nil || n == 0 {
		return err
	}
	ended, err := s.q.DeleteFollowsBetween(ctx, tx, graphdb.DeleteFollowsBetweenParams{One: b.BlockerID, Other: b.BlockedID})
	if err != nil {
		return err
	}
	// Counting nothing proves that neither is gone: what is gone has no blocks.
	if err := s.count(ctx, tx, deltas{b.BlockerID: {}, b.BlockedID: {}}); err != nil {
		return err
	}
	return s.removed(ctx, tx, edgesOf(ended))
}

// Unblock implements graph.Writes.
func (s *Store) Unblock(ctx context.Context, b graph.Block) (graph.Relationship, error) {
	if err := s.q.DeleteBlock(ctx, s.db.Writer(ctx), graphdb.DeleteBlockParams(b)); err != nil {
		return graph.Relationship{}, err
	}
	return s.relationship(ctx, b.BlockerID, b.BlockedID)
}
