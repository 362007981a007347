// Package pgtest gives tests a real Postgres without a word of set-up: one private server for the test process, a
// template database in it that is migrated once, and a clone of it for every test. A test package needs one line,
//
//	func TestMain(m *testing.M) { pgtest.Main(m, postgres.Migrate) }
//
// and its tests call New, or NewReplicated where replicas or faults are the subject. The server starts with the first
// test that asks for it, and Main takes it away with its data. A process that is killed leaves no server on Linux, and
// its data go with the next run.
//
// Every database has an odd time zone, 5 hours 45 minutes from UTC, so that code which mixes up local time and UTC
// fails in a test and not in Kathmandu. Data is not synced to disk.
//
// The migration is passed in, so that this package knows no schema and everybody may import it, but only in tests.
package pgtest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/postgres"
)

// patience is for a start on a busy machine.
const patience = 2 * time.Minute

// DB is a migrated, empty database that one test has to itself.
type DB struct {
	// Writer and Readers are URLs. Without replicas the writer is its own and only reader.
	Writer  string
	Readers []string
	// Server runs the database. That of New is shared: leave it running.
	Server *devstack.Postgres
	Name   string
}

// Config is for a pool of tests, of at most conns connections; 0 means as many as servers have. Beside the tests of other
// packages a new connection takes longer than the callers of a server are asked to wait.
func (d DB) Config(conns int32) postgres.Config {
	return postgres.Config{WriterURL: d.Writer, ReaderURLs: d.Readers, MaxConns: conns, MaxWait: patience}
}

// process is set once, by Main.
var process *stack

// Main runs the tests of a package, as *testing.M does, and ends the process. migrate brings an empty database up to date;
// nil leaves it empty. Other servers that the tests need are started and ended around them, by the Main of redistest for
// example.
func Main(m interface{ Run() int }, migrate func(ctx context.Context, url string) error, around ...func(run func() int) int) {
	process = &stack{migrate: migrate}
	run := m.Run
	for _, wrap := range around {
		inner := run
		run = func() int { return wrap(inner) }
	}
	code := run()
	if err := process.close(); err != nil {
		slog.Error("end the test database", slog.Any("error", err))
		code = max(code, 1)
	}
	os.Exit(code)
}

// New returns a fresh clone on the shared server. It is dropped when the test ends, whoever is still connected.
func New(t testing.TB) DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	server, err := current(t).clones(ctx)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	name := process.name(t)
	if err := server.clone(ctx, name); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := server.drop(name); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return open(server.postgres, name)
}

// NewReplicated returns a migrated database on a server of its own with so many replicas, 0 to 4, all caught up. The test
// may pause, stop and kill it; it is gone when the test ends. It takes a second or two: New is for all other tests.
func NewReplicated(t testing.TB, replicas int) DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	postgres, err := current(t).replicated(ctx, replicas)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := postgres.Close(); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	name := process.name(t)
	if err := errors.Join(process.create(ctx, postgres, name), postgres.CatchUp(ctx)); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return open(postgres, name)
}

func current(t testing.TB) *stack {
	t.Helper()
	if process == nil {
		t.Fatal("pgtest: call pgtest.Main from this package's TestMain")
	}
	return process
}

func open(postgres *devstack.Postgres, name string) DB {
	db := DB{Writer: postgres.WriterURL(name), Readers: postgres.ReaderURLs(name), Server: postgres, Name: name}
	if len(db.Readers) == 0 {
		db.Readers = []string{db.Writer}
	}
	return db
}
