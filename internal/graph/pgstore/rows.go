package pgstore

import (
	"context"
	"errors"

	"github.com/throng-social/throng/gen/db/graphdb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/postgres"
)

// storeTries is for rows that name accounts that are being deleted.
const storeTries = 3

// StoreRows implements graph.Upkeep: all rows in one transaction. Fresh ones are
// copied in, which is twice as fast as it would be to look for each, but fails on
// one that is there; then it looks.
func (s *Store) StoreRows(ctx context.Context, rows []graph.Row, fresh bool) (graph.Stored, error) {
	for try := 1; ; try++ {
		var done graph.Stored
		err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
			done, err = s.storeRows(ctx, tx, rows, fresh)
			return err
		})
		again := fresh && fault.Is(err, fault.Exists) || errors.Is(err, graph.ErrNoAccount)
		if !again || try == storeTries {
			return done, err
		}
		fresh = false
	}
}

// storeRows stores edges with their counts and events. Fresh rows are copied in
// without a look at what is there; then it fails as Exists if an edge was there,
// or with graph.ErrNoAccount if an account is gone.
func (s *Store) storeRows(ctx context.Context, tx postgres.Tx, rows []graph.Row, fresh bool) (graph.Stored, error) {
	if err := s.q.HoldBlocks(ctx, tx); err != nil {
		return graph.Stored{}, err
	}
	apart, err := s.rulesFor(ctx, tx, rows, fresh)
	if err != nil {
		return graph.Stored{}, err
	}
	edges, refused := apart.sift(rows)
	if len(edges) == 0 {
		return graph.Stored{Refused: refused}, nil
	}
	created, err := s.insertEdges(ctx, tx, edges, fresh)
	done := graph.Stored{Refused: refused, Edges: len(edges), Created: len(created)}
	if err != nil || len(created) == 0 {
		return done, err
	}
	return done, s.added(ctx, tx, created, graph.Loaded(created))
}

// insertEdges answers those that were not there. The edges are in the order of
// the primary key, so that imports of the same edges cannot wait in a circle.
func (s *Store) insertEdges(ctx context.Context, tx postgres.Tx, edges []graph.Edge, fresh bool) ([]graph.Edge, error) {
	if fresh {
		_, err := s.q.CopyFollows(ctx, tx, paramsOf(edges))
		return edges, err
	}
	followers, followees := endsOf(edges)
	created, err := s.q.InsertFollows(ctx, tx, graphdb.InsertFollowsParams{FollowerIds: followers, FolloweeIds: followees})
	return edgesOf(created), err
}

func paramsOf(edges []graph.Edge) []graphdb.CopyFollowsParams {
	params := make([]graphdb.CopyFollowsParams, len(edges))
	for i, e := range edges {
		params[i] = graphdb.CopyFollowsParams(e)
	}
	return params
}
