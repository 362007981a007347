package dynamostore

import (
	"context"
	"time"

	"github.com/throng-social/throng/internal/timeline"
)

// An edge leaves push by way of demoting: the first transaction has reads pull it, the
// second has fan-outs pass it by, or deletes it.

// DemoteEdges implements timeline.Store.
func (s *Store) DemoteEdges(ctx context.Context, list []timeline.Edge, moment time.Time) (demoted int, err error) {
	left := distinct(list)
	err = again(ctx, func() (bool, error) {
		k, err := s.look(ctx, left)
		if err != nil {
			return false, err
		}
		var changes []change
		for _, e := range left {
			if old := k.edges[pairOf(e)]; old != nil && old.mode != timeline.ModePull {
				changes = append(changes, change{from: old})
			}
		}
		unmade, err := s.pull(ctx, changes, moment)
		demoted += len(changes) - len(unmade)
		left = unmade
		return len(left) == 0, err
	})
	return demoted, err
}

// pull moves edges to demoting, and on to pull. It answers those that others changed
// before the first step; who changes one after it has his way.
func (s *Store) pull(ctx context.Context, changes []change, moment time.Time) (unmade []timeline.Edge, err error) {
	for i, c := range changes {
		next := c.from.moved(timeline.ModeDemoting, freshGeneration())
		next.movedAt = moment
		changes[i].to = &next
	}
	made, err := s.alter(ctx, changes)
	if err != nil {
		return nil, err
	}
	var demoting []*edge
	for i, c := range changes {
		if made[i] {
			demoting = append(demoting, c.to)
		} else {
			unmade = append(unmade, c.from.Edge)
		}
	}
	return unmade, s.finish(ctx, demoting)
}

// finish moves edges from demoting to pull. That both items are found demoting means that
// no read which begins later takes the edge for push.
func (s *Store) finish(ctx context.Context, demoting []*edge) error {
	changes := make([]change, len(demoting))
	for i, e := range demoting {
		next := e.moved(timeline.ModePull, freshGeneration())
		changes[i] = change{from: e, to: &next}
	}
	_, err := s.alter(ctx, changes)
	return err
}

// DeleteEdges implements timeline.Store.
func (s *Store) DeleteEdges(ctx context.Context, list []timeline.Edge) error {
	left := distinct(list)
	return again(ctx, func() (bool, error) {
		k, err := s.look(ctx, left)
		if err != nil {
			return false, err
		}
		var there []timeline.Edge
		for _, e := range left {
			if k.edges[pairOf(e)] != nil {
				there = append(there, e)
			}
		}
		left, err = s.replace(ctx, there, k, func(timeline.Edge) *edge { return nil })
		return len(left) == 0, err
	})
}

// replace puts edges in place of others, or of none; to answers nothing for an edge
// that is to go. It answers those that others changed meanwhile. What may be pushed
// is demoting before: no fan-out passes it by while a read still counts on it.
func (s *Store) replace(ctx context.Context, list []timeline.Edge, k known, to func(timeline.Edge) *edge) (left []timeline.Edge, err error) {
	if err := s.demoting(ctx, list, k); err != nil {
		return nil, err
	}
	changes := make([]change, 0, len(list))
	for _, e := range list {
		changes = append(changes, change{from: k.edges[pairOf(e)], to: to(e)})
	}
	made, err := s.alter(ctx, changes)
	for i, e := range list {
		if !made[i] {
			left = append(left, e)
		}
	}
	return left, err
}

// demoting makes those of the edges demoting that may be pushed, and notes it in what
// is known. Edges that others changed meanwhile stay as they were known, so that
// whatever is done with them then fails.
func (s *Store) demoting(ctx context.Context, list []timeline.Edge, k known) error {
	var changes []change
	for _, e := range list {
		if old := k.edges[pairOf(e)]; old != nil && old.mayBePushed() {
			next := old.moved(timeline.ModeDemoting, freshGeneration())
			changes = append(changes, change{from: old, to: &next})
		}
	}
	made, err := s.alter(ctx, changes)
	if err != nil {
		return err
	}
	for i, c := range changes {
		if made[i] {
			k.edges[pairOf(c.to.Edge)] = c.to
		}
	}
	return nil
}
