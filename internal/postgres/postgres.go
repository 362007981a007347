// Package postgres is how nouns reach Postgres.
//
// A deployment has one writer and any number of readers (streaming replicas).
// A query names the pool it goes to: Writer for everything that decides a write,
// Reader for the rest. Reader hands out a replica that has replayed at least
// what the request's consistency session demands, else the writer itself, always
// over connections on which a write fails. InTx is the way to write more than one
// statement, and InBatch where none of them answers anything that the others need;
// InSnapshot reads several statements from one moment.
//
// Every error that leaves this package is a fault (see errors.go), so nouns
// never import the driver. Connections are bounded, and so is the wait for one
// (wait.go); every statement has a time limit on the server beside the context's own.
package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/throng-social/throng/internal/consistency"
)

// Config says where the servers are.
type Config struct {
	WriterURL string
	// ReaderURLs are replicas; without any the writer is read from.
	ReaderURLs []string
	// MaxConns bounds each pool; 0 means 16.
	MaxConns int32
	// MaxWait bounds how long a statement or a transaction waits for a connection; 0
	// means 2 s.
	MaxWait time.Duration
	// Indexed has statements go by an index wherever there is one. It is for processes that
	// answer calls: a plan is kept for a minute and more, and one that was made while a table
	// had few rows would read all of it in the minutes of a rush. Whoever reads whole tables
	// is better off without.
	Indexed bool
	// Tracer is told of each statement but those that ask for places in the log;
	// nil is nobody.
	Tracer pgx.QueryTracer
}

// DB is a deployment's Postgres.
type DB struct {
	writer *server
	// fallback reads from the writer, read-only, when no replica has come far enough.
	fallback *server
	replicas []*server
	// queue is what the queue's driver looks for jobs with.
	queue *pgxpool.Pool
	turn  atomic.Uint32
	log   *slog.Logger
}

// Open makes the pools. It does not wait for the servers: Ping does.
func Open(ctx context.Context, c Config, log *slog.Logger) (*DB, error) {
	if c.MaxConns == 0 {
		c.MaxConns = 16
	}
	db := &DB{log: log}
	var err error
	if db.writer, err = newServer(ctx, c.WriterURL, c, false); err != nil {
		return nil, fmt.Errorf("writer: %w", err)
	}
	if db.fallback, err = newServer(ctx, c.WriterURL, c, true); err != nil {
		return nil, fmt.Errorf("writer, for reads: %w", err)
	}
	if db.queue, err = newQueuePool(ctx, c); err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	for _, url := range c.ReaderURLs {
		if url == c.WriterURL {
			continue
		}
		r, err := newServer(ctx, url, c, true)
		if err != nil {
			return nil, fmt.Errorf("reader: %w", err)
		}
		db.replicas = append(db.replicas, r)
		go r.poll()
	}
	return db, nil
}

// Close ends the pools after the queries under way.
func (db *DB) Close() {
	for _, s := range append([]*server{db.writer, db.fallback}, db.replicas...) {
		s.close()
	}
	db.queue.Close()
}

// Ping asks the writer; readiness stands on it. It waits behind no queries: a server
// that has much to do is up.
func (db *DB) Ping(ctx context.Context) error {
	return Fault(db.writer.control.Ping(ctx))
}

// Writer is the pool for writes and for reads that decide them.
func (db *DB) Writer(ctx context.Context) Pool {
	return db.writer.touch(ctx)
}

// Reader is a read-only pool that has come as far as the context's session
// demands.
func (db *DB) Reader(ctx context.Context) Pool {
	return db.reader(ctx).read(ctx)
}

func (db *DB) reader(ctx context.Context) *server {
	want := consistency.From(ctx).Demand()
	n := len(db.replicas)
	if n == 0 {
		return db.fallback
	}
	first := int(db.turn.Add(1))
	for i := range n {
		if r := db.replicas[(first+i)%n]; r.reached(want) {
			return r
		}
	}
	for i := range n {
		if r := db.replicas[(first+i)%n]; r.refresh(ctx) && r.reached(want) {
			return r
		}
	}
	return db.fallback
}

// Primary is a read-only pool on the writer's server, whatever the session
// demands: for reads that must see everything committed before they began.
func (db *DB) Primary(ctx context.Context) Pool {
	return db.fallback.read(ctx)
}

// Place is a place in the log behind all that was committed before the call. Who asks at
// the same time shares one question, which waits behind no query.
func (db *DB) Place(ctx context.Context) (consistency.Position, error) {
	return db.fallback.Position(ctx)
}

const (
	txTries  = 4
	txPause  = 5 * time.Millisecond
	txBudget = 10 * time.Second
)

// InTx runs fn in a transaction on the writer and commits it if fn returns nil.
// It runs fn again, in a new transaction, after a serialization failure or a
// deadlock, at most four times: fn must have no effect but through tx.
func (db *DB) InTx(ctx context.Context, fn func(tx Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, txBudget)
	defer cancel()
	db.writer.touch(ctx)
	err := again(ctx, func() error { return db.begin(ctx, db.writer, pgx.TxOptions{}, fn) })
	return Fault(err)
}

// InSnapshot runs fn in a read-only transaction that sees one moment, on a
// server that has come as far as the session demands.
func (db *DB) InSnapshot(ctx context.Context, fn func(tx Tx) error) error {
	return db.inSnapshot(ctx, db.reader(ctx), fn)
}

// InPrimarySnapshot is InSnapshot on the writer's server: it sees everything that was
// committed before it began.
func (db *DB) InPrimarySnapshot(ctx context.Context, fn func(tx Tx) error) error {
	return db.inSnapshot(ctx, db.fallback, fn)
}

func (db *DB) inSnapshot(ctx context.Context, s *server, fn func(tx Tx) error) error {
	s.freshen(ctx)
	s.touch(ctx)
	return Fault(db.begin(ctx, s, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn))
}

// begin tries a second time, over a new connection, where the one that it was given turns out
// to be lost: a server that went and came back leaves many of those, and nothing was asked yet.
func (db *DB) begin(ctx context.Context, s *server, o pgx.TxOptions, fn func(tx Tx) error) error {
	begun := false
	run := func() error {
		return pgx.BeginTxFunc(ctx, s.pool, o, func(tx pgx.Tx) error {
			begun = true
			return fn(Tx{tx})
		})
	}
	err := run()
	if !begun && isLost(err) {
		s.pool.Reset()
		err = run()
	}
	return err
}

// QueuePool is for the queue's driver alone.
func (db *DB) QueuePool() *pgxpool.Pool { return db.queue }

// PoolUse is how much of a pool is in use.
type PoolUse struct {
	Pool              string
	InUse, Idle, Most int32
	// Waited is how many callers ever had to wait for a connection.
	Waited int64
}

// Use is how much of each pool is in use; for metrics.
func (db *DB) Use() []PoolUse {
	use := []PoolUse{poolUse("writer", db.writer.pool), poolUse("primary_reads", db.fallback.pool), poolUse("queue", db.queue)}
	for i, r := range db.replicas {
		use = append(use, poolUse(fmt.Sprintf("replica_%d", i+1), r.pool))
	}
	return use
}

func poolUse(name string, pool *pgxpool.Pool) PoolUse {
	st := pool.Stat()
	return PoolUse{Pool: name, InUse: st.AcquiredConns(), Idle: st.IdleConns(), Most: st.MaxConns(), Waited: st.EmptyAcquireCount()}
}
