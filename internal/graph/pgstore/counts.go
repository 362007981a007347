package pgstore

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/postgres"
)

// added is what must follow when edges came to be: they are announced, then
// counted. Counts come last as others wait for their rows.
func (s *Store) added(ctx context.Context, tx postgres.Tx, edges []graph.Edge, events []*eventv1.Event) error {
	if err := s.announce(ctx, tx, events); err != nil {
		return err
	}
	return s.count(ctx, tx, graph.Tally(edges))
}

// removed is the same for edges that went.
func (s *Store) removed(ctx context.Context, tx postgres.Tx, edges []graph.Edge) error {
	if len(edges) == 0 {
		return nil
	}
	if err := s.announce(ctx, tx, graph.Changed(edges)); err != nil {
		return err
	}
	ids, followers, following := deltas(graph.Tally(edges)).columns()
	return s.q.SubtractCounts(ctx, tx, graphdb.SubtractCountsParams{UserIds: ids, Followers: followers, Following: following})
}

// count adds to the counts of accounts, none of which may be gone.
func (s *Store) count(ctx context.Context, tx postgres.Tx, d deltas) error {
	ids, followers, following := d.columns()
	n, err := s.q.AddCounts(ctx, tx, graphdb.AddCountsParams{UserIds: ids, Followers: followers, Following: following})
	if err == nil && n < int64(len(ids)) {
		return graph.ErrNoAccount
	}
	return err
}

func (s *Store) announce(ctx context.Context, tx postgres.Tx, events []*eventv1.Event) error {
	for _, ev := range events {
		if err := s.pub.Announce(ctx, tx, ev); err != nil {
			return err
		}
	}
	return nil
}

// deltas is what is to be added to the counts of accounts.
type deltas map[uuid.UUID]graph.Counts

// columns are ascending by id.
func (d deltas) columns() (ids []uuid.UUID, followers, following []int64) {
	ids = slices.SortedFunc(maps.Keys(d), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	followers, following = make([]int64, len(ids)), make([]int64, len(ids))
	for i, u := range ids {
		followers[i], following[i] = d[u].Followers, d[u].Following
	}
	return ids, followers, following
}
