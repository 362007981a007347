package dynamostore

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/graph"
)

const (
	// maxWrites is how many writes a transaction takes.
	maxWrites = 100
	// writesAnEdge are an edge's own, without the counts of its ends.
	writesAnEdge = 3
	// laneLength is how many edges of small groups share a lane.
	laneLength = 200
	// parallelLanes is how many transactions of one call are under way at once.
	parallelLanes = 8
)

// StoreRows implements graph.Upkeep: in transactions of some 20 edges each, with
// their counts and one event. Fresh rows are written without a look at what is
// there: those that do are found out by conditions.
func (s *Store) StoreRows(ctx context.Context, rows []graph.Row, fresh bool) (graph.Stored, error) {
	edges := make([]graph.Edge, len(rows))
	for i, r := range rows {
		edges[i] = r.Edge
	}
	slices.SortFunc(edges, graph.Edge.Compare)
	edges = slices.Compact(edges)
	missing, err := s.missing(ctx, edges, fresh)
	if err != nil {
		return graph.Stored{}, err
	}
	l := loader{store: s, refused: map[graph.Edge]string{}}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelLanes)
	for _, lane := range lanes(missing) {
		g.Go(func() error { return l.run(ctx, lane) })
	}
	if err := g.Wait(); err != nil {
		return graph.Stored{}, err
	}
	return l.stored(rows, len(edges)), nil
}

// missing are the edges that do not stand.
func (s *Store) missing(ctx context.Context, edges []graph.Edge, fresh bool) ([]graph.Edge, error) {
	if fresh {
		return edges, nil
	}
	since, err := s.CheckEdges(ctx, edges)
	if err != nil {
		return nil, err
	}
	var missing []graph.Edge
	for i, t := range since {
		if t.IsZero() {
			missing = append(missing, edges[i])
		}
	}
	return missing, nil
}

// lanes are edges to be stored one transaction after another, next to other lanes.
// Transactions on the counts of one account would only hold each other up, so its
// edges are in one lane: those of a star, or of somebody who follows many. An edge
// goes with the end that has more of them here.
func lanes(edges []graph.Edge) [][]graph.Edge {
	tally := graph.Tally(edges)
	size := func(u uuid.UUID) int64 { return tally[u].Followers + tally[u].Following }
	groups := map[uuid.UUID][]graph.Edge{}
	for _, e := range edges {
		hub := e.FollowerID
		if size(e.FolloweeID) > size(hub) {
			hub = e.FolloweeID
		}
		groups[hub] = append(groups[hub], e)
	}
	largest := slices.SortedFunc(maps.Values(groups), func(a, b []graph.Edge) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), a[0].Compare(b[0]))
	})
	var all [][]graph.Edge
	for _, group := range largest {
		if last := len(all) - 1; last >= 0 && len(all[last])+len(group) <= laneLength {
			all[last] = append(all[last], group...)
			continue
		}
		all = append(all, group)
	}
	return all
}

// next cuts as many edges off a lane as fit into one transaction with the counts of
// their ends and the event.
func next(lane []graph.Edge) (now, later []graph.Edge) {
	ends := map[uuid.UUID]bool{}
	for i, e := range lane {
		ends[e.FollowerID], ends[e.FolloweeID] = true, true
		if writesAnEdge*(i+1)+len(ends)+1 > maxWrites {
			return lane[:i], lane[i:]
		}
	}
	return lane, nil
}

// loader stores lanes and remembers what became of them.
type loader struct {
	store *Store

	mu      sync.Mutex
	created int
	refused map[graph.Edge]string
}

func (l *loader) run(ctx context.Context, lane []graph.Edge) error {
	for len(lane) > 0 {
		var now []graph.Edge
		now, lane = next(lane)
		if err := l.transact(ctx, now); err != nil {
			return err
		}
	}
	return nil
}

// transact stores those edges that may be, and not yet are.
func (l *loader) transact(ctx context.Context, edges []graph.Edge) error {
	edges = slices.Clone(edges)
	err := l.store.try(ctx, func(c *change) error {
		c.loaded = true
		for _, e := range edges {
			c.begin(e)
		}
		return nil
	}, func(r *refusal) (bool, error) {
		edges = slices.DeleteFunc(edges, func(e graph.Edge) bool { return l.drop(e, r) })
		return false, nil
	})
	if err == nil {
		l.mu.Lock()
		l.created += len(edges)
		l.mu.Unlock()
	}
	return err
}

// drop tells whether an edge is not to be tried again, and notes why.
func (l *loader) drop(e graph.Edge, r *refusal) bool {
	var reason string
	switch {
	case r.gone[e.FollowerID], r.gone[e.FolloweeID]:
		reason = graph.ReasonMissing
	case r.blocked[e]:
		reason = graph.ReasonBlocked
	default:
		return r.stands[e]
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused[e] = reason
	return true
}

func (l *loader) stored(rows []graph.Row, edges int) graph.Stored {
	done := graph.Stored{Edges: edges - len(l.refused), Created: l.created}
	for _, row := range rows {
		if reason := l.refused[row.Edge]; reason != "" {
			done.Refused = append(done.Refused, graph.Refusal{Line: row.Line, Reason: reason})
		}
	}
	return done
}
