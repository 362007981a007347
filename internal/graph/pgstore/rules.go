package pgstore

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/postgres"
)

// rules are what keeps edges of rows from being stored.
type rules struct {
	// blocked has the blocks among the accounts, as they were made.
	blocked map[graph.Block]struct{}
	gone    map[uuid.UUID]struct{}
}

func (s *Store) rulesFor(ctx context.Context, tx postgres.Tx, rows []graph.Row, fresh bool) (rules, error) {
	r := rules{blocked: map[graph.Block]struct{}{}, gone: map[uuid.UUID]struct{}{}}
	accounts := accountsOf(rows)
	blocks, err := s.q.ListBlocksAmong(ctx, tx, accounts)
	if err != nil {
		return r, err
	}
	for _, b := range blocks {
		r.blocked[graph.Block(b)] = struct{}{}
	}
	if fresh {
		return r, nil
	}
	gone, err := s.q.ListGoneAmong(ctx, tx, accounts)
	for _, u := range gone {
		r.gone[u] = struct{}{}
	}
	return r, err
}

func accountsOf(rows []graph.Row) []uuid.UUID {
	seen := make(map[uuid.UUID]struct{}, len(rows))
	ids := make([]uuid.UUID, 0, len(rows))
	for _, r := range rows {
		for _, u := range []uuid.UUID{r.FollowerID, r.FolloweeID} {
			if _, ok := seen[u]; !ok {
				seen[u] = struct{}{}
				ids = append(ids, u)
			}
		}
	}
	return ids
}

// sift answers each allowed edge once, ascending, and what is refused.
func (r rules) sift(rows []graph.Row) (edges []graph.Edge, refused []graph.Refusal) {
	edges = make([]graph.Edge, 0, len(rows))
	for _, row := range rows {
		if reason := r.against(row.Edge); reason != "" {
			refused = append(refused, graph.Refusal{Line: row.Line, Reason: reason})
			continue
		}
		edges = append(edges, row.Edge)
	}
	slices.SortFunc(edges, graph.Edge.Compare)
	return slices.Compact(edges), refused
}

// against is the reason why an edge may not be, or nothing.
func (r rules) against(e graph.Edge) string {
	_, one := r.blocked[graph.Block{BlockerID: e.FollowerID, BlockedID: e.FolloweeID}]
	_, other := r.blocked[graph.Block{BlockerID: e.FolloweeID, BlockedID: e.FollowerID}]
	_, from := r.gone[e.FollowerID]
	_, to := r.gone[e.FolloweeID]
	switch {
	case from || to:
		return graph.ReasonMissing
	case one || other:
		return graph.ReasonBlocked
	}
	return ""
}
