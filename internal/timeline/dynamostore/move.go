package dynamostore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/timeline"
)

// AddEdges implements timeline.Store.
func (s *Store) AddEdges(ctx context.Context, list []timeline.Edge) error {
	left := distinct(list)
	return again(ctx, func() (bool, error) {
		k, err := s.look(ctx, left)
		if err != nil {
			return false, err
		}
		var wanted []timeline.Edge
		for _, e := range left {
			if old := k.edges[pairOf(e)]; old == nil || old.Since != e.Since {
				wanted = append(wanted, e)
			}
		}
		if err := s.admit(ctx, wanted, k); err != nil {
			return false, err
		}
		if err := s.expectReview(ctx, wanted, k); err != nil {
			return false, err
		}
		left, err = s.replace(ctx, wanted, k, func(e timeline.Edge) *edge {
			return &edge{Edge: e, mode: timeline.ModePull, generation: freshGeneration(), movedAt: time.UnixMicro(0)}
		})
		return len(left) == 0, err
	})
}

// expectReview has readers looked at when they come by.
func (s *Store) expectReview(ctx context.Context, list []timeline.Edge, k known) error {
	var reviewed []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, e := range list {
		if r := k.readers[e.Reader]; r != nil && r.reviewed.UnixMicro() != 0 && !seen[e.Reader] {
			seen[e.Reader] = true
			reviewed = append(reviewed, e.Reader)
		}
	}
	return each(ctx, len(reviewed), func(ctx context.Context, i int) error {
		w := write(readerKey(reviewed[i]))
		w.Update, w.Values = "SET ra = :z", dynamo.Item{":z": dynamo.N(0)}
		_, err := s.db.Do(ctx, w)
		return err
	})
}

// PromoteEdges implements timeline.Store.
func (s *Store) PromoteEdges(ctx context.Context, list []timeline.Edge) (generation int64, promoted []timeline.Edge, err error) {
	return s.promote(ctx, list, func(timeline.Edge, *edge) bool { return true })
}

// PromoteKnownEdges implements timeline.Store.
func (s *Store) PromoteKnownEdges(ctx context.Context, list []timeline.Edge) (generation int64, promoted []timeline.Edge, err error) {
	return s.promote(ctx, list, func(e timeline.Edge, old *edge) bool { return old != nil && old.Since == e.Since })
}

func (s *Store) promote(ctx context.Context, list []timeline.Edge, wants func(timeline.Edge, *edge) bool) (generation int64, promoted []timeline.Edge, err error) {
	generation = freshGeneration()
	left := distinct(list)
	err = again(ctx, func() (bool, error) {
		k, err := s.look(ctx, left)
		if err != nil {
			return false, err
		}
		wanted := k.unpushed(left, wants)
		if err := s.admit(ctx, wanted, k); err != nil {
			return false, err
		}
		made, err := s.alter(ctx, k.promotions(wanted, generation))
		left = nil
		for i, e := range wanted {
			if made[i] {
				promoted = append(promoted, e)
			} else {
				left = append(left, e)
			}
		}
		return len(left) == 0, err
	})
	return generation, promoted, err
}

// unpushed leaves out what is push already in its incarnation and epoch.
func (k known) unpushed(list []timeline.Edge, wants func(timeline.Edge, *edge) bool) (wanted []timeline.Edge) {
	for _, e := range list {
		old := k.edges[pairOf(e)]
		done := old != nil && old.Since == e.Since && old.epoch == k.authors[e.Author].epoch && old.pushed(k.settled(e.Reader))
		if wants(e, old) && !done {
			wanted = append(wanted, e)
		}
	}
	return wanted
}

// promotions go from any mode straight to promoting, as fan-outs write to both.
func (k known) promotions(list []timeline.Edge, generation int64) []change {
	changes := make([]change, len(list))
	for i, e := range list {
		next := edge{Edge: e, mode: timeline.ModePromoting, generation: generation, epoch: k.authors[e.Author].epoch, movedAt: time.UnixMicro(0)}
		changes[i] = change{from: k.edges[pairOf(e)], to: &next}
		if changes[i].from != nil && changes[i].from.Since == e.Since {
			next.movedAt = changes[i].from.movedAt
		}
	}
	return changes
}

// SettleEdges implements timeline.Store: the reader's version is checked, and his
// settlements counted on, in each transaction.
func (s *Store) SettleEdges(ctx context.Context, m timeline.Settlement) (settled int, err error) {
	stamp := s.db.Stamp(ctx)
	steps := make([]step, len(m.Edges))
	for i, e := range m.Edges {
		share := write(readerKey(e.Reader))
		share.Update, share.If = "SET n = n + :one", "v = :v"
		share.Values = dynamo.Item{":one": dynamo.N(1), ":v": dynamo.N(m.Versions[i])}
		steps[i].share = &share
		for _, k := range []dynamo.Key{edgeKey(e.Author, e.Reader), audienceKey(e.Author, e.Reader)} {
			steps[i].writes = append(steps[i].writes, settlement(k, m, i, stamp))
		}
	}
	made, err := s.take(ctx, byReader(m.Edges, steps))
	for _, ok := range made {
		if ok {
			settled++
		}
	}
	return settled, err
}

func settlement(k dynamo.Key, m timeline.Settlement, i int, stamp dynamo.Stamp) dynamo.Write {
	w := write(k)
	w.Update, w.If = "SET m = :push, a = :after, t = :moment, w = :w", "g = :g AND m = :promoting"
	w.Values = dynamo.Item{
		":push": dynamo.N(int(timeline.ModePush)), ":promoting": dynamo.N(int(timeline.ModePromoting)), ":g": dynamo.N(m.Generation),
		":after": dynamo.S(m.PushedAfter[i].String()), ":moment": micros(m.Moment), ":w": stamp.Value(),
	}
	return w
}

// byReader has the steps of a reader side by side, as his item takes one transaction
// at a time.
func byReader(list []timeline.Edge, steps []step) []step {
	at := map[uuid.UUID][]step{}
	var order []uuid.UUID
	for i, e := range list {
		if at[e.Reader] == nil {
			order = append(order, e.Reader)
		}
		at[e.Reader] = append(at[e.Reader], steps[i])
	}
	sorted := make([]step, 0, len(steps))
	for _, r := range order {
		sorted = append(sorted, at[r]...)
	}
	return sorted
}
