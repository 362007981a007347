package pgstore

import (
	"bytes"
	"context"
	"hash/fnv"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/postgres"
)

// Follow implements graph.Writes.
func (s *Store) Follow(ctx context.Context, e graph.Edge, limit int64) (graph.Relationship, error) {
	err := s.db.InTx(ctx, func(tx postgres.Tx) error { return s.follow(ctx, tx, e, limit) })
	if err != nil {
		return graph.Relationship{}, err
	}
	return s.relationship(ctx, e.FollowerID, e.FolloweeID)
}

// follow is refused by returning an error, which undoes what it did before.
func (s *Store) follow(ctx context.Context, tx postgres.Tx, e graph.Edge, limit int64) error {
	if err := s.q.LockPair(ctx, tx, pairLock(e.FollowerID, e.FolloweeID)); err != nil {
		return err
	}
	done, err := s.q.InsertFollow(ctx, tx, graphdb.InsertFollowParams(e))
	if err != nil {
		return err
	}
	if done.Blocked {
		return graph.ErrBlocked
	}
	if !done.Added {
		return nil
	}
	edges := []graph.Edge{e}
	if err := s.added(ctx, tx, edges, graph.Changed(edges)); err != nil {
		return err
	}
	counts, err := s.q.GetCounts(ctx, tx, e.FollowerID)
	if err == nil && counts.Following > limit {
		return graph.OverLimit(limit)
	}
	return err
}

// Unfollow implements graph.Writes.
func (s *Store) Unfollow(ctx context.Context, e graph.Edge) (graph.Relationship, error) {
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		n, err := s.q.DeleteFollow(ctx, tx, graphdb.DeleteFollowParams(e))
		if err != nil || n == 0 {
			return err
		}
		return s.removed(ctx, tx, []graph.Edge{e})
	})
	if err != nil {
		return graph.Relationship{}, err
	}
	return s.relationship(ctx, e.FollowerID, e.FolloweeID)
}

// pairLock is the same for both orders of a pair. Pairs that share a number by
// chance wait for each other and come to no harm.
func pairLock(a, b uuid.UUID) int64 {
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	h := fnv.New64a()
	h.Write([]byte("graph pair"))
	h.Write(a[:])
	h.Write(b[:])
	return int64(h.Sum64()) //nolint:gosec // all 64 bits count
}
