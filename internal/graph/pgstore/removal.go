package pgstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/postgres"
)

// removalPage is how many rows one transaction removes.
const removalPage = 1000

// MarkGone implements graph.Upkeep.
func (s *Store) MarkGone(ctx context.Context, account uuid.UUID) error {
	return s.q.MarkGone(ctx, s.db.Writer(ctx), account)
}

// RemovePage implements graph.Upkeep.
func (s *Store) RemovePage(ctx context.Context, account uuid.UUID) (more bool, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		edges, err := s.removeEdges(ctx, tx, account)
		if err != nil {
			return err
		}
		if more = len(edges) > 0; more {
			return s.removed(ctx, tx, edges)
		}
		n, err := s.q.DeleteBlocksOf(ctx, tx, graphdb.DeleteBlocksOfParams{UserID: account, Most: removalPage})
		more = n > 0
		return err
	})
	return more, err
}

// removeEdges takes whom the account follows first, then its followers.
func (s *Store) removeEdges(ctx context.Context, tx postgres.Tx, account uuid.UUID) ([]graph.Edge, error) {
	following, err := s.q.DeleteFollowingOf(ctx, tx, graphdb.DeleteFollowingOfParams{UserID: account, Most: removalPage})
	if err != nil || len(following) > 0 {
		return edgesOf(following), err
	}
	followers, err := s.q.DeleteFollowersOf(ctx, tx, graphdb.DeleteFollowersOfParams{UserID: account, Most: removalPage})
	return edgesOf(followers), err
}
