package postgres

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/throng-social/throng/internal/consistency"
)

const (
	pollEvery = 10 * time.Millisecond
	// A replica that nobody has read from for this long is not polled.
	pollIdle     = time.Second
	pollDown     = 500 * time.Millisecond
	askTimeout   = 2 * time.Second
	stmtTimeout  = "30s"
	idleTxLimit  = "30s"
	applicationN = "throng"
	// queueConns are as many as there are queues to look into at once.
	queueConns = 6
)

// server is one Postgres server with a pool for queries and one connection for
// asking where it is in the log, so that asking never waits behind queries.
type server struct {
	pool    *pgxpool.Pool
	control *pgxpool.Pool
	asker   *asker

	// replayed is a place that the server has surely reached.
	replayed atomic.Uint64
	down     atomic.Bool
	used     atomic.Int64
	done     chan struct{}
}

func newServer(ctx context.Context, url string, c Config, readOnly bool) (*server, error) {
	pool, err := newPool(ctx, url, c, readOnly)
	if err != nil {
		return nil, err
	}
	control, err := newPool(ctx, url, Config{MaxConns: 1}, readOnly)
	if err != nil {
		pool.Close()
		return nil, err
	}
	s := &server{pool: pool, control: control, done: make(chan struct{})}
	s.asker = &asker{ask: s.ask}
	return s, nil
}

func newPool(ctx context.Context, url string, settings Config, readOnly bool) (*pgxpool.Pool, error) {
	c, err := poolConfig(url, settings, readOnly)
	if err != nil {
		return nil, err
	}
	return pgxpool.NewWithConfig(ctx, c)
}

// newQueuePool makes the pool of the queue's driver, whose few statements look for jobs
// many times a second. Planned each time, as they would be, they take twice as long.
func newQueuePool(ctx context.Context, settings Config) (*pgxpool.Pool, error) {
	c, err := poolConfig(settings.WriterURL, Config{MaxConns: queueConns, MaxWait: settings.MaxWait, Tracer: settings.Tracer, Indexed: true}, false)
	if err != nil {
		return nil, err
	}
	c.ConnConfig.RuntimeParams["plan_cache_mode"] = plannedOnce
	renewPlans(c, queuePlansLast)
	return pgxpool.NewWithConfig(ctx, c)
}

func poolConfig(url string, settings Config, readOnly bool) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	c.MaxConns = settings.MaxConns
	c.ConnConfig.Tracer = bound(settings)
	c.MaxConnLifetimeJitter = 5 * time.Minute
	c.ConnConfig.ConnectTimeout = 5 * time.Second
	params := c.ConnConfig.RuntimeParams
	params["application_name"] = applicationN
	params["statement_timeout"] = stmtTimeout
	// Compiling a plan takes longer than any of our statements ought to.
	params["jit"] = "off"
	// The same goes for starting processes to share one statement's work, which the
	// planner proposes as tables grow.
	params["max_parallel_workers_per_gather"] = "0"
	params["idle_in_transaction_session_timeout"] = idleTxLimit
	if settings.Indexed {
		params["enable_seqscan"] = "off"
		renewPlans(c, plansLast)
	}
	if readOnly {
		params["default_transaction_read_only"] = "on"
	}
	if settings.Indexed && readOnly {
		params["plan_cache_mode"] = plannedOnce
	}
	c.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		registerUUID(conn.TypeMap())
		return nil
	}
	return c, nil
}

func (s *server) close() {
	close(s.done)
	s.control.Close()
	s.pool.Close()
}

// touch tells the session that this server is about to be used.
func (s *server) touch(ctx context.Context) Pool {
	s.used.Store(time.Now().UnixNano())
	consistency.From(ctx).Touch(s, s.floor())
	return Pool{raw: s.pool}
}

// floor is what the server itself has said: a demand comes from a client, who may have
// made it up, and what is read must not be promised to others as newer than it is.
func (s *server) floor() consistency.Position {
	return consistency.Position{Log: s.replayed.Load(), Clock: consistency.Always}
}

// read is a pool to read from for the session.
func (s *server) read(ctx context.Context) Pool {
	s.freshen(ctx)
	s.used.Store(time.Now().UnixNano())
	session := consistency.From(ctx)
	if session == nil {
		return Pool{raw: s.pool}
	}
	return Pool{raw: s.pool, reading: &reading{server: s, session: session, floor: s.floor()}}
}

// freshen asks the primary where it is, unless that is known to suffice: it has reached
// every honest demand.
func (s *server) freshen(ctx context.Context) {
	if demand := consistency.From(ctx).Demand(); !s.reached(demand) {
		s.refresh(ctx)
	}
}

// reached tells whether the server is up and has surely replayed p.
func (s *server) reached(p consistency.Position) bool {
	return !s.down.Load() && s.replayed.Load() >= p.Log
}

// refresh asks again where the server is.
func (s *server) refresh(ctx context.Context) bool {
	if s.down.Load() {
		return false
	}
	_, err := s.asker.next(ctx)
	return err == nil
}

// Position implements consistency.Source.
func (s *server) Position(ctx context.Context) (consistency.Position, error) {
	return s.asker.next(ctx)
}

// A primary has shown nothing that it had not flushed, as commits are synchronous.
// A replica may show a commit a moment before it counts it as replayed, but
// never before it was received.
const askSQL = `SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_replay_lsn(), '0/0') ELSE pg_current_wal_flush_lsn() END - '0/0'::pg_lsn,
       CASE WHEN pg_is_in_recovery() THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), '0/0') ELSE pg_current_wal_flush_lsn() END - '0/0'::pg_lsn`

func (s *server) ask() (consistency.Position, error) {
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	var floor, ceiling uint64
	if err := s.control.QueryRow(ctx, askSQL).Scan(&floor, &ceiling); err != nil {
		return consistency.Position{}, Fault(err)
	}
	s.reach(floor)
	return consistency.Position{Log: ceiling}, nil
}

// reach notes that the server has surely come as far.
func (s *server) reach(floor uint64) {
	if old := s.replayed.Load(); floor > old {
		s.replayed.CompareAndSwap(old, floor)
	}
}

// poll keeps replayed fresh while the replica is being read from, and finds out
// when it goes and comes.
func (s *server) poll() {
	for {
		wait := pollEvery
		switch {
		case s.down.Load():
			wait = pollDown
		case time.Since(time.Unix(0, s.used.Load())) > pollIdle:
			wait = 10 * pollEvery
		}
		select {
		case <-s.done:
			return
		case <-time.After(wait):
		}
		if _, err := s.asker.next(context.Background()); err != nil {
			s.down.Store(true)
		} else {
			s.down.Store(false)
		}
	}
}

// pause waits about d, or says that the context is over.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d/2 + rand.N(d))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
