// Package database is what the lab does to a Postgres directly, past the API.
//
// Loading a world is the main of it. Ten million follows through the API take an
// hour, with an event for each and a job for each event; what an experiment needs
// is the state in the end. So Store writes the rows of accounts, follows, counts,
// edges and posts as the services would have left them, by COPY, in one
// transaction: it is all there or nothing is. `throng recount` finds no
// difference afterwards, and edges are in mode pull, as those of new follows are.
//
// An empty database is loaded the fast way: the two large tables are emptied,
// which lets their rows be frozen as they come, and their indexes are built in
// one go at the end (index.go). binary.go writes COPY's binary form, table.go says
// what goes into each table. teach.go makes the timeline engine know people's
// rates, clone.go copies whole databases, and look.go looks at sizes and modes.
package database

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/lab/world"
	"github.com/throng-social/throng/internal/progress"
)

// What a world takes on disk, with indexes and the log of the load, as measured;
// rather too much than too little.
const (
	bytesPerFollow = 650
	bytesPerPerson = 3000
	bytesPerPost   = 900
)

// Disk estimates how many bytes of disk a world needs.
func Disk(w *world.World) int64 {
	s := w.Statement()
	return int64(s.Follows)*bytesPerFollow + int64(s.People)*bytesPerPerson + int64(s.Posts)*bytesPerPost
}

// Options of Store.
type Options struct {
	// Force adds the world to what is in the database already.
	Force bool
	// Out is told how far it is; it may be nil.
	Out io.Writer
}

// The errors of Store.
var (
	ErrNotEmpty = errors.New("there are accounts in the database already: --force adds the world to them")
	errNoSchema = errors.New("the database has no tables: run `throng migrate` first")
)

// Store loads a world into a database of the present schema. No server or worker
// should run on it meanwhile: they would wait for the load, and would not be told
// of what came in.
func Store(ctx context.Context, url string, w *world.World, o Options) error {
	return with(ctx, url, func(conn *pgx.Conn) error {
		empty, err := isEmpty(ctx, conn)
		if err != nil {
			return err
		}
		if !empty && !o.Force {
			return ErrNotEmpty
		}
		l := &loader{conn: conn, world: w, fresh: empty, progress: progress.New(o.Out, "loading", "rows", rowsOf(w))}
		err = l.load(ctx)
		l.progress.Finish()
		return err
	})
}

// with lends a connection.
func with(ctx context.Context, url string, use func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return use(conn)
}

func isEmpty(ctx context.Context, conn *pgx.Conn) (empty bool, err error) {
	var schema bool
	if err := conn.QueryRow(ctx, "SELECT to_regclass('timeline_edges') IS NOT NULL").Scan(&schema); err != nil {
		return false, err
	}
	if !schema {
		return false, errNoSchema
	}
	const query = `SELECT NOT EXISTS (SELECT FROM users) AND NOT EXISTS (SELECT FROM graph_follows)
		AND NOT EXISTS (SELECT FROM graph_counts) AND NOT EXISTS (SELECT FROM timeline_edges)`
	err = conn.QueryRow(ctx, query).Scan(&empty)
	return empty, err
}

// loader is one load.
type loader struct {
	conn     *pgx.Conn
	world    *world.World
	fresh    bool
	progress *progress.Progress
}

// load fills all tables and looks after what the planner knows of them.
func (l *loader) load(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, l.conn, func(pgx.Tx) error {
		if err := l.run(ctx, "SET LOCAL maintenance_work_mem = '512MB'", "SET LOCAL work_mem = '64MB'"); err != nil {
			return err
		}
		generation, err := l.generation(ctx)
		if err != nil {
			return err
		}
		for _, t := range tables(l.world, generation) {
			if err := l.fill(ctx, t); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range tables(l.world, 0) {
		if err := l.run(ctx, "VACUUM (ANALYZE) "+t.name); err != nil {
			return err
		}
	}
	return nil
}

// generation is a fresh one for all edges of the load, as the edges of one event
// share one.
func (l *loader) generation(ctx context.Context) (n int64, err error) {
	err = l.conn.QueryRow(ctx, "SELECT nextval('timeline_generations')").Scan(&n)
	return n, err
}

func (l *loader) run(ctx context.Context, statements ...string) error {
	for _, sql := range statements {
		if _, err := l.conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// fill copies the rows of a table in. One that is large and new gets its indexes
// afterwards.
func (l *loader) fill(ctx context.Context, t table) error {
	if !t.large || !l.fresh {
		return l.copy(ctx, t, "")
	}
	indexes, err := l.indexes(ctx, t.name)
	if err != nil {
		return err
	}
	if err := l.run(ctx, "TRUNCATE "+t.name); err != nil {
		return err
	}
	for _, i := range indexes {
		if err := l.run(ctx, i.drop); err != nil {
			return err
		}
	}
	if err := l.copy(ctx, t, ", FREEZE"); err != nil {
		return err
	}
	for _, i := range indexes {
		began := time.Now()
		if err := l.run(ctx, i.create); err != nil {
			return err
		}
		l.progress.Sayf("the index %s is built, in %.1f s", i.name, time.Since(began).Seconds())
	}
	return nil
}

// copy writes the rows while the server reads them.
func (l *loader) copy(ctx context.Context, t table, more string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in, out := io.Pipe()
	go func() { out.CloseWithError(writeRows(ctx, out, t, l.progress)) }()
	_, err := l.conn.PgConn().CopyFrom(ctx, in, "COPY "+t.name+" ("+t.columns+") FROM STDIN (FORMAT binary"+more+")")
	_ = in.Close() // the writer ends, whatever became of the reader
	return err
}
