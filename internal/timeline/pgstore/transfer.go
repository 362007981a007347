package pgstore

import (
	"context"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/walk"
)

// Export implements timeline.Transfers: the policy, then table after table by key.
func (s *Store) Export(ctx context.Context, place string, most int) (e timeline.Extract, next string, err error) {
	next, err = walk.Page(ctx, place, most, s.policy(&e), s.rates(&e), s.epochs(&e), s.readers(&e), s.edges(&e))
	return e, next, err
}

func (s *Store) policy(into *timeline.Extract) walk.List {
	return func(ctx context.Context, _ walk.Key, _ int) (last walk.Key, more bool, err error) {
		p, err := s.FindPolicy(ctx)
		switch {
		case fault.Is(err, fault.NotFound):
			return last, false, nil
		case err == nil:
			into.Policy = &p
		}
		return last, false, err
	}
}

func (s *Store) rates(into *timeline.Extract) walk.List {
	return walk.Rows(func(ctx context.Context, after walk.Key, most int32) ([]timelinedb.TimelineAuthor, error) {
		return s.q.ExportRates(ctx, s.db.Primary(ctx), timelinedb.ExportRatesParams{AfterAuthorID: after[0], PageLimit: most})
	}, func(r timelinedb.TimelineAuthor) walk.Key {
		rates := timeline.AuthorRates{Posted: r.Posted, Burst: r.Burst, CountedAt: r.CountedAt, Since: r.Since, ReviewedAt: r.ReviewedAt}
		into.Rates = append(into.Rates, timeline.PostingRate{Author: r.AuthorID, AuthorRates: rates})
		return walk.Key{r.AuthorID}
	})
}

func (s *Store) epochs(into *timeline.Extract) walk.List {
	return walk.Rows(func(ctx context.Context, after walk.Key, most int32) ([]timelinedb.TimelineEpoch, error) {
		return s.q.ExportEpochs(ctx, s.db.Primary(ctx), timelinedb.ExportEpochsParams{AfterAuthorID: after[0], PageLimit: most})
	}, func(r timelinedb.TimelineEpoch) walk.Key {
		into.Epochs = append(into.Epochs, timeline.AuthorEpoch{Author: r.AuthorID, Number: r.Epoch, Pulled: r.Pulled, FlippedAt: r.FlippedAt})
		return walk.Key{r.AuthorID}
	})
}

func (s *Store) readers(into *timeline.Extract) walk.List {
	return walk.Rows(func(ctx context.Context, after walk.Key, most int32) ([]timelinedb.ExportReadersRow, error) {
		return s.q.ExportReaders(ctx, s.db.Primary(ctx), timelinedb.ExportReadersParams{AfterReaderID: after[0], PageLimit: most})
	}, func(r timelinedb.ExportReadersRow) walk.Key {
		into.Readers = append(into.Readers, timeline.LookingRate{Reader: r.ReaderID, Views: r.Views, ViewedAt: r.ViewedAt, Since: r.Since})
		return walk.Key{r.ReaderID}
	})
}

func (s *Store) edges(into *timeline.Extract) walk.List {
	return walk.Rows(func(ctx context.Context, after walk.Key, most int32) ([]timeline.Edge, error) {
		return s.ListEdgesByReader(ctx, timeline.Edge{Reader: after[0], Author: after[1]}, int(most))
	}, func(e timeline.Edge) walk.Key {
		into.Edges = append(into.Edges, e)
		return walk.Key{e.Reader, e.Author}
	})
}

// Import implements timeline.Transfers, in one transaction.
func (s *Store) Import(ctx context.Context, e timeline.Extract) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if e.Policy != nil {
			if err := s.q.ImportPolicy(ctx, tx, timelinedb.ImportPolicyParams(*e.Policy)); err != nil {
				return err
			}
		}
		if err := s.q.ImportRates(ctx, tx, rateColumns(e.Rates)); err != nil {
			return err
		}
		if err := s.q.ImportEpochs(ctx, tx, epochColumns(e.Epochs)); err != nil {
			return err
		}
		if err := s.q.ImportReaders(ctx, tx, readerColumns(e.Readers)); err != nil {
			return err
		}
		return s.importEdges(ctx, tx, e.Edges)
	})
}

func (s *Store) importEdges(ctx context.Context, tx postgres.Tx, edges []timeline.Edge) error {
	if len(edges) == 0 {
		return nil
	}
	generation, err := s.q.NextGeneration(ctx, tx)
	if err != nil {
		return err
	}
	authors, readers := columns(edges)
	return s.q.ImportEdges(ctx, tx, timelinedb.ImportEdgesParams{AuthorIds: authors, ReaderIds: readers, Since: incarnations(edges), Generation: generation})
}

// Totals implements timeline.Transfers.
func (s *Store) Totals(ctx context.Context) (t timeline.Totals, err error) {
	err = s.db.InPrimarySnapshot(ctx, func(tx postgres.Tx) error {
		if err := s.q.AllowLongStatement(ctx, tx); err != nil {
			return err
		}
		row, err := s.q.TotalTimelines(ctx, tx)
		t = timeline.Totals(row)
		return err
	})
	return t, err
}

// Clear implements timeline.Transfers, all at once.
func (s *Store) Clear(ctx context.Context) (more bool, err error) {
	return false, s.q.ClearTimelines(ctx, s.db.Writer(ctx))
}

func rateColumns(rates []timeline.PostingRate) (p timelinedb.ImportRatesParams) {
	for _, r := range rates {
		p.AuthorIds, p.Posted, p.Burst = append(p.AuthorIds, r.Author), append(p.Posted, r.Posted), append(p.Burst, r.Burst)
		p.CountedAt, p.Since, p.ReviewedAt = append(p.CountedAt, r.CountedAt), append(p.Since, r.Since), append(p.ReviewedAt, r.ReviewedAt)
	}
	return p
}

func epochColumns(epochs []timeline.AuthorEpoch) (p timelinedb.ImportEpochsParams) {
	for _, e := range epochs {
		p.AuthorIds, p.Epochs = append(p.AuthorIds, e.Author), append(p.Epochs, e.Number)
		p.Pulled, p.FlippedAt = append(p.Pulled, e.Pulled), append(p.FlippedAt, e.FlippedAt)
	}
	return p
}

func readerColumns(readers []timeline.LookingRate) (p timelinedb.ImportReadersParams) {
	for _, r := range readers {
		p.ReaderIds, p.Views = append(p.ReaderIds, r.Reader), append(p.Views, r.Views)
		p.ViewedAt, p.Since = append(p.ViewedAt, r.ViewedAt), append(p.Since, r.Since)
	}
	return p
}
