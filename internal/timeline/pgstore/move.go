package pgstore

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/timeline"
)

// AddEdges implements timeline.Store. Mostly none of them is there yet.
func (s *Store) AddEdges(ctx context.Context, edges []timeline.Edge) error {
	err := s.addBy(ctx, edges, func(tx postgres.Tx, p timelinedb.AddEdgesParams) error {
		return s.q.AddFreshEdges(ctx, tx, timelinedb.AddFreshEdgesParams(p))
	})
	if !fault.Is(err, fault.Exists) {
		return err
	}
	return s.addBy(ctx, edges, func(tx postgres.Tx, p timelinedb.AddEdgesParams) error { return s.q.AddEdges(ctx, tx, p) })
}

func (s *Store) addBy(ctx context.Context, edges []timeline.Edge, store func(postgres.Tx, timelinedb.AddEdgesParams) error) error {
	authors, readers := columns(edges)
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.q.MakeReaders(ctx, tx, readers); err != nil {
			return err
		}
		generation, err := s.q.NextGeneration(ctx, tx)
		if err != nil {
			return err
		}
		return store(tx, timelinedb.AddEdgesParams{Generation: generation, AuthorIds: authors, ReaderIds: readers, Since: incarnations(edges)})
	})
}

// PromoteEdges implements timeline.Store.
func (s *Store) PromoteEdges(ctx context.Context, edges []timeline.Edge) (generation int64, promoted []timeline.Edge, err error) {
	return s.promoteBy(ctx, edges, func(tx postgres.Tx, p timelinedb.PromoteEdgesParams) ([]timeline.Edge, error) {
		found, err := s.q.PromoteEdges(ctx, tx, p)
		promoted := make([]timeline.Edge, len(found))
		for i, r := range found {
			promoted[i] = timeline.Edge{Author: r.AuthorID, Reader: r.ReaderID, Since: r.Since}
		}
		return promoted, err
	})
}

// PromoteKnownEdges implements timeline.Store.
func (s *Store) PromoteKnownEdges(ctx context.Context, edges []timeline.Edge) (generation int64, promoted []timeline.Edge, err error) {
	return s.promoteBy(ctx, edges, func(tx postgres.Tx, p timelinedb.PromoteEdgesParams) ([]timeline.Edge, error) {
		found, err := s.q.PromoteKnownEdges(ctx, tx, timelinedb.PromoteKnownEdgesParams(p))
		promoted := make([]timeline.Edge, len(found))
		for i, r := range found {
			promoted[i] = timeline.Edge{Author: r.AuthorID, Reader: r.ReaderID, Since: r.Since}
		}
		return promoted, err
	})
}

type promotion func(postgres.Tx, timelinedb.PromoteEdgesParams) ([]timeline.Edge, error)

// promoteBy runs a statement that makes edges promoting in a generation of its own.
func (s *Store) promoteBy(ctx context.Context, edges []timeline.Edge, promote promotion) (generation int64, promoted []timeline.Edge, err error) {
	authors, readers := columns(edges)
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		err := s.q.MakeReaders(ctx, tx, readers)
		if err != nil {
			return err
		}
		if generation, err = s.q.NextGeneration(ctx, tx); err != nil {
			return err
		}
		promoted, err = promote(tx, timelinedb.PromoteEdgesParams{Generation: generation, AuthorIds: authors, ReaderIds: readers, Since: incarnations(edges)})
		return err
	})
	return generation, promoted, err
}

// SettleEdges implements timeline.Store.
func (s *Store) SettleEdges(ctx context.Context, m timeline.Settlement) (settled int, err error) {
	authors, readers := columns(m.Edges)
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.q.LockReaders(ctx, tx, unique(readers)); err != nil {
			return err
		}
		n, err := s.q.SettleEdges(ctx, tx, timelinedb.SettleEdgesParams{
			AuthorIds: authors, ReaderIds: readers, PushedAfter: m.PushedAfter, Versions: m.Versions, Generation: m.Generation, Moment: m.Moment,
		})
		settled = int(n)
		return err
	})
	return settled, err
}

// DemoteEdges implements timeline.Store.
func (s *Store) DemoteEdges(ctx context.Context, edges []timeline.Edge, moment time.Time) (demoted int, err error) {
	authors, readers := columns(edges)
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		generation, err := s.q.NextGeneration(ctx, tx)
		if err != nil {
			return err
		}
		n, err := s.q.DemoteEdges(ctx, tx, timelinedb.DemoteEdgesParams{AuthorIds: authors, ReaderIds: readers, Generation: generation, Moment: moment})
		demoted = int(n)
		return err
	})
	return demoted, err
}

// DeleteEdges implements timeline.Store.
func (s *Store) DeleteEdges(ctx context.Context, edges []timeline.Edge) error {
	authors, readers := columns(edges)
	_, err := s.q.DeleteEdges(ctx, s.db.Writer(ctx), timelinedb.DeleteEdgesParams{AuthorIds: authors, ReaderIds: readers})
	return err
}

func unique(ids []uuid.UUID) []uuid.UUID {
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(sorted)
}
