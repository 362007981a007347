// Package migration brings the schema of a database up to date.
//
// The schema has two parts: Throng's own tables, in sql/migrations, which goose
// applies, and the tables of the job queue, which River brings along. Both are
// applied under a lock, so that several processes may start at once, and both
// know what was applied before, so that running them again does nothing.
package migration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver that goose speaks to
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	throngsql "github.com/throng-social/throng/sql"
)

// queueVersion is the River schema that the pinned River works with.
const queueVersion = 8

// queueLock is a number that nothing else locks.
const queueLock = 5_318_008_264_100_773

// Up applies what is missing and reports each step to the log.
func Up(ctx context.Context, url string, log *slog.Logger) error {
	if err := upNouns(ctx, url, log); err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	if err := upQueue(ctx, url, log); err != nil {
		return fmt.Errorf("migrate the queue's schema: %w", err)
	}
	return nil
}

func upNouns(ctx context.Context, url string, log *slog.Logger) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	files, err := fs.Sub(throngsql.Migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	results, err := provider.Up(ctx)
	for _, r := range results {
		log.InfoContext(ctx, "migrated", slog.String("step", r.Source.Path), slog.Duration("took", r.Duration))
	}
	return err
}

// upQueue takes a lock of its own, as River takes none. It ends with the
// connection that holds it.
func upQueue(ctx context.Context, url string, log *slog.Logger) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	holder, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer holder.Release()
	if _, err := holder.Exec(ctx, "SELECT pg_advisory_lock($1)", queueLock); err != nil {
		return err
	}
	return migrateQueue(ctx, pool, log)
}

func migrateQueue(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	result, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: queueVersion})
	if err != nil {
		return err
	}
	if len(result.Versions) > 0 {
		log.InfoContext(ctx, "migrated the queue", slog.Int("version", queueVersion))
	}
	// These two serve searches that Throng does not make and cost every insert.
	if _, err = pool.Exec(ctx, `DROP INDEX IF EXISTS river_job_args_index, river_job_metadata_index`); err != nil {
		return err
	}
	// Messages of bulk loads are large, and the default compression takes longer
	// than storing them. A server that was built without lz4 goes without.
	if _, err = pool.Exec(ctx, `ALTER TABLE river_job ALTER COLUMN args SET COMPRESSION lz4`); err != nil {
		log.WarnContext(ctx, "the queue's messages are compressed the slow way", slog.Any("error", err))
	}
	return nil
}

// Check says what is missing of the schema.
func Check(ctx context.Context, url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	files, err := fs.Sub(throngsql.Migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		return err
	}
	pending, err := provider.HasPending(ctx)
	if err == nil && pending {
		return errors.New("it is not up to date: run `throng migrate`")
	}
	return err
}
