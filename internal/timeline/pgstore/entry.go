package pgstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/timeline"
)

// FindReaders implements timeline.Store.
func (s *Store) FindReaders(ctx context.Context, readers []uuid.UUID) ([]timeline.ReaderState, error) {
	found, err := s.q.GetReaders(ctx, s.db.Writer(ctx), readers)
	states := make([]timeline.ReaderState, len(found))
	for i, r := range found {
		states[i] = timeline.ReaderState(r)
	}
	return states, err
}

// CopyEntries implements timeline.Store.
func (s *Store) CopyEntries(ctx context.Context, e timeline.EntryRows) (int64, error) {
	return s.q.CopyEntries(ctx, s.db.Writer(ctx), timelinedb.CopyEntriesParams{ReaderIds: e.ReaderIDs, PostIds: e.PostIDs, AuthorIds: e.AuthorIDs})
}

// ListReadersToTrim implements timeline.Store.
func (s *Store) ListReadersToTrim(ctx context.Context, after uuid.UUID, keep, limit int) (readers []timeline.ReaderToTrim, next uuid.UUID, err error) {
	found, err := s.q.ListReadersToTrim(ctx, s.db.Writer(ctx), timelinedb.ListReadersToTrimParams{AfterReaderID: after, Keep: rows(keep - 1), PageLimit: rows(limit)})
	readers = make([]timeline.ReaderToTrim, len(found))
	for i, r := range found {
		readers[i] = timeline.ReaderToTrim{Reader: r.ReaderID, Horizon: r.Horizon, Surplus: r.SurplusID}
	}
	if len(found) == limit {
		next = found[limit-1].ReaderID
	}
	return readers, next, err
}

// RaiseHorizons implements timeline.Store.
func (s *Store) RaiseHorizons(ctx context.Context, raised []timeline.Raised) error {
	return s.q.RaiseHorizons(ctx, s.db.Writer(ctx), raisedParams(raised))
}

func raisedParams(raised []timeline.Raised) timelinedb.RaiseHorizonsParams {
	p := timelinedb.RaiseHorizonsParams{ReaderIds: make([]uuid.UUID, len(raised)), Horizons: make([]uuid.UUID, len(raised))}
	for i, r := range raised {
		p.ReaderIds[i], p.Horizons[i] = r.Reader, r.Horizon
	}
	return p
}

// DeleteBelow implements timeline.Store. It holds the readers, so that a move
// either is over before, and its horizon counts, or learns of it.
func (s *Store) DeleteBelow(ctx context.Context, readers []uuid.UUID) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.q.LockReaders(ctx, tx, readers); err != nil {
			return err
		}
		_, err := s.q.DeleteBelowHorizon(ctx, tx, readers)
		return err
	})
}

// ForgetReader implements timeline.Store.
func (s *Store) ForgetReader(ctx context.Context, reader uuid.UUID) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.q.RaiseHorizons(ctx, tx, raisedParams([]timeline.Raised{{Reader: reader, Horizon: id.Max}})); err != nil {
			return err
		}
		return s.q.DeleteReaderEdges(ctx, tx, reader)
	})
}

// DeleteEntries implements timeline.Store.
func (s *Store) DeleteEntries(ctx context.Context, reader uuid.UUID, limit int) (int, error) {
	n, err := s.q.DeleteReaderEntries(ctx, s.db.Writer(ctx), timelinedb.DeleteReaderEntriesParams{ReaderID: reader, PageLimit: rows(limit)})
	return int(n), err
}
