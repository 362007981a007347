package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/app"
	throng "github.com/throng-social/throng/sdk/go"
)

// bulk is an import through the API into an empty deployment, against COPY of the same
// rows by hand.
type bulk struct {
	world *world
	// name and goal are the row's, unit is what is counted, and rows how many there are.
	name, unit, goal string
	rows             int64
	// noun is what is recounted, load what is measured.
	noun string
	load func(context.Context, *throng.Client) error
	// steps are how the rows are stored by hand, of a deployment that has them.
	steps func(ctx context.Context, url string) ([]step, error)
	// kept is what the bare side copies: the rows of the first import.
	kept *kept
}

func (b *bulk) pair(ctx context.Context, o options, r *report) error {
	p, err := inTurn(o.rounds, func() (float64, error) { return b.ours(ctx) }, func() (float64, error) { return b.bare(ctx) })
	if err != nil {
		return fmt.Errorf("%s: %w", b.name, err)
	}
	r.pair(b.name, b.unit, b.goal, p)
	return nil
}

// ours imports and answers rows a second.
func (b *bulk) ours(ctx context.Context) (rate float64, err error) {
	err = b.world.withEmpty(ctx, func(database string) error {
		took, err := b.world.imported(ctx, database, b.load)
		if err != nil {
			return err
		}
		rate = float64(b.rows) / took.Seconds()
		if b.kept != nil {
			return nil
		}
		return b.keep(ctx, database)
	})
	return rate, err
}

// keep asserts that the sums are right, and puts the rows into files.
func (b *bulk) keep(ctx context.Context, database string) error {
	s, err := b.world.newSettings(database)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, s.Operator(), app.Role{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Recount(ctx, b.noun, io.Discard); err != nil {
		return err
	}
	steps, err := b.steps(ctx, s.URL)
	if err != nil {
		return err
	}
	b.kept, err = keep(ctx, s.URL, filepath.Join(b.world.dir, "kept"), steps)
	return err
}

// bare copies and answers rows a second.
func (b *bulk) bare(ctx context.Context) (rate float64, err error) {
	err = b.world.withEmpty(ctx, func(database string) error {
		began := time.Now()
		if err := b.kept.store(ctx, b.world.pg.WriterURL(database)); err != nil {
			return err
		}
		if err := b.world.caughtUp(ctx); err != nil {
			return err
		}
		rate = float64(b.rows) / time.Since(began).Seconds()
		return b.kept.complete(ctx, b.world.pg.WriterURL(database))
	})
	return rate, err
}

// imported runs an import through the API into a database that is a copy of the empty
// one, and answers how long that took until a replica has it, too.
func (w *world) imported(ctx context.Context, database string, load func(context.Context, *throng.Client) error) (took time.Duration, err error) {
	s, err := w.newSettings(database)
	if err != nil {
		return 0, err
	}
	r, err := run(ctx, w, s, "import")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	token, err := r.app.Token(ctx, operatorName, tokenLife)
	if err != nil {
		return 0, err
	}
	client := throng.New(r.base(), throng.WithToken(token))
	began := time.Now()
	if err := load(ctx, client); err != nil {
		return 0, err
	}
	if err := w.caughtUp(ctx); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

// filled makes a database that stands still once a set was imported into it.
func (w *world) filled(ctx context.Context, database string, load func(context.Context, *throng.Client) error) error {
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + database + " WITH (FORCE)", "CREATE DATABASE " + database + " TEMPLATE " + emptyName} {
		if err := w.exec(ctx, sql); err != nil {
			return err
		}
	}
	if err := w.pg.CatchUp(ctx); err != nil {
		return err
	}
	if _, err := w.imported(ctx, database, load); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, w.pg.WriterURL(database))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return w.vacuum(ctx, conn)
}

// catchUps is how often a replica is waited for that has a lot to replay.
const catchUps = 20

// caughtUp waits until the replica has a large load, too.
func (w *world) caughtUp(ctx context.Context) (err error) {
	for range catchUps {
		if err = w.pg.CatchUp(ctx); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}
