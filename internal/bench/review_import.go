package bench

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/throng-social/throng/internal/app"
)

// reviewImport is an import of a set of reviews through the API into an empty
// deployment, against COPY of the same rows.
type reviewImport struct {
	world *world
	set   *reviewSet
	// copied is what the bare side copies: the rows of the first import.
	copied *copied
}

func reviewImportRows(ctx context.Context, w *world, o options, r *report) error {
	set, err := w.reviews(ctx, r)
	if err != nil {
		return err
	}
	v := &reviewImport{world: w, set: set}
	p, err := inTurn(o.rounds, func() (float64, error) { return v.ours(ctx) }, func() (float64, error) { return v.bare(ctx) })
	if err != nil {
		return err
	}
	r.pair("import of reviews", "reviews/s", "≥ 0.5", p)
	r.notef("Import of reviews: %v, from CSV files by a client of the API, with all indexes and exact sums, until the replica has them; the limit is COPY of the rows that this made, frozen, "+
		"sums among them, into tables without indexes, which are built afterwards, until the replica has it all.", set.Spec)
	return nil
}

// ours imports and answers reviews a second.
func (v *reviewImport) ours(ctx context.Context) (rate float64, err error) {
	err = v.world.withEmpty(ctx, func(database string) error {
		took, err := v.world.load(ctx, database, v.set)
		if err != nil {
			return err
		}
		rate = float64(v.set.Reviews) / took.Seconds()
		if v.copied != nil {
			return nil
		}
		return v.keep(ctx, database)
	})
	return rate, err
}

// keep asserts that the sums are right, and puts the rows into files.
func (v *reviewImport) keep(ctx context.Context, database string) error {
	s, err := v.world.newSettings(database)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, s.Operator(), app.Role{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Recount(ctx, "review", io.Discard); err != nil {
		return err
	}
	v.copied, err = copyOut(ctx, s.URL, filepath.Join(v.world.dir, "copied"))
	return err
}

// bare copies and answers reviews a second.
func (v *reviewImport) bare(ctx context.Context) (rate float64, err error) {
	err = v.world.withEmpty(ctx, func(database string) error {
		began := time.Now()
		if err := v.copied.copyIn(ctx, v.world.pg.WriterURL(database)); err != nil {
			return err
		}
		if err := v.world.caughtUp(ctx); err != nil {
			return err
		}
		rate = float64(v.set.Reviews) / time.Since(began).Seconds()
		return v.copied.complete(ctx, v.world.pg.WriterURL(database))
	})
	return rate, err
}
