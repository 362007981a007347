// Package app puts a deployment together: settings in, a running set of services
// out. It is the only place that names adapters and the only one that knows all
// nouns.
//
// A process serves some nouns, works on some queues, or both; `throng dev` does
// all of it. The edge listener has the API, the web app and the pictures; the
// internal listener has what nouns ask of one another, for deployments where
// they run apart. A listener that fails ends the process. At the end, readiness
// goes red first, then calls under way may finish, then workers, then the pools.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/audit/dynamosource"
	"github.com/throng-social/throng/internal/audit/pgsource"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/outbox"
)

// Role says what a process does.
type Role struct {
	// Serve answers calls.
	Serve bool
	// Work runs jobs.
	Work bool
}

// App is one process of a deployment.
type App struct {
	settings Settings
	role     Role
	db       *postgres.DB
	bus      *pubsub.Bus
	nouns    nouns
	clients  clients
	worker   *queue.Worker
	// dynamo is nil where no store is on it; relay runs beside a worker.
	dynamo  *dynamo.DB
	relay   *outbox.Relay
	metrics *prometheus.Registry
	log     *slog.Logger
	health  *health
	auditor *audit.Auditor
	servers []*listener
}

// The queues carry the messages of all nouns: a worker that knew some of them only
// would spend the tries of the others.
var errPartOfWork = errors.New("a process that runs jobs needs all services in THRONG_SERVICES: serve some of them with --no-work, and run `throng worker` beside")

// New puts an app together and opens its listeners; Run serves them. The
// database need not be there yet.
func New(ctx context.Context, s Settings, role Role, log *slog.Logger) (*App, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if role.Work && len(s.Services) < len(Nouns) {
		return nil, errPartOfWork
	}
	db, err := postgres.Open(ctx, postgres.Config{WriterURL: s.URL, ReaderURLs: s.Readers, MaxConns: s.MaxConns}, log)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	a := &App{settings: s, role: role, db: db, bus: pubsub.New(db, s.URL, log), metrics: prometheus.NewRegistry(), log: log}
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), depths{db})
	if err := a.openDynamo(ctx); err != nil {
		a.Close()
		return nil, err
	}
	if err := a.assemble(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) assemble(ctx context.Context) error {
	pub, err := queue.NewPublisher()
	if err != nil {
		return err
	}
	if a.nouns, a.clients, err = build(ctx, a.settings, a.db, a.dynamo, a.bus, pub, a.log); err != nil {
		return err
	}
	if a.nouns.timeline != nil {
		a.auditor = &audit.Auditor{DB: a.db, Source: a.definition(), Timeline: a.nouns.timeline, Log: a.log}
		a.metrics.MustRegister(work{a.nouns.timeline}, live{a.nouns.timeline})
	}
	a.health = newHealth(a.db.Ping, a.pingDynamo)
	if a.role.Work {
		if a.worker, err = a.newWorker(); err != nil {
			return err
		}
	}
	if a.role.Work && a.dynamo != nil {
		a.relay = outbox.NewRelay(a.dynamo, queue.NewSink(a.db, pub), a.log)
	}
	return a.listen(ctx)
}

func (a *App) newWorker() (*queue.Worker, error) {
	limits := queue.Limits{}
	for _, name := range a.settings.Queues {
		n, ok := queue.DefaultLimits()[name]
		if !ok {
			return nil, fmt.Errorf("there is no queue %q", name)
		}
		limits[name] = n
	}
	jobs := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "throng_job_duration_seconds",
		Help:    "Time that one try of a job took, by topic and outcome.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
	}, []string{"topic", "outcome"})
	a.metrics.MustRegister(jobs)
	observe := func(topic string, took time.Duration, err error) {
		outcome := "ok"
		if err != nil {
			outcome = "failed"
		}
		jobs.WithLabelValues(topic, outcome).Observe(took.Seconds())
	}
	handlers, periodic := a.audits()
	return queue.NewWorker(a.db, handlers, periodic, limits, observe, a.log)
}

// definition is what timelines are compared with; nil where follows and posts are in
// two kinds of stores, of which none can compute it.
func (a *App) definition() audit.Source {
	switch s := a.settings; {
	case s.GraphStore == storeDynamo && s.PostStore == storeDynamo:
		return dynamosource.New(a.dynamo, a.db)
	case s.GraphStore != storeDynamo && s.PostStore != storeDynamo:
		return pgsource.New(a.db)
	}
	return nil
}

// audits adds the auditor to what the nouns do, where it can see all of them. A sample
// that an earlier configuration has asked for is passed over where it cannot.
func (a *App) audits() (queue.Handlers, []queue.Periodic) {
	handlers, periodic := a.nouns.handlers(), a.nouns.periodic()
	if a.auditor.Source == nil {
		handlers[audit.Topic] = func(context.Context, []byte) error { return nil }
		return handlers, periodic
	}
	a.metrics.MustRegister(a.auditor)
	maps.Copy(handlers, a.auditor.Handlers())
	return handlers, append(periodic, a.auditor.Periodic()...)
}

// Run serves and works until ctx ends or a part fails, then drains.
func (a *App) Run(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, l := range a.servers {
		g.Go(l.serve)
	}
	if a.worker != nil {
		g.Go(func() error { return a.work(gctx) })
	}
	if a.relay != nil {
		g.Go(func() error { a.relay.Run(gctx); return nil })
	}
	if a.role.Serve && a.nouns.timeline != nil {
		g.Go(func() error { a.bus.Run(gctx); return nil })
	}
	g.Go(func() error {
		<-gctx.Done()
		return a.drain(context.WithoutCancel(ctx))
	})
	return g.Wait()
}

// work runs the worker, and starts it anew when the database was away.
func (a *App) work(ctx context.Context) error {
	for ctx.Err() == nil {
		err := a.worker.Run(ctx)
		if err == nil {
			return nil
		}
		a.log.ErrorContext(ctx, "the worker could not start; trying again", slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	return nil
}

// drain ends listeners: no new calls, those under way may finish. Live streams
// would not: their clients resume elsewhere.
func (a *App) drain(ctx context.Context) error {
	a.health.drain()
	if a.nouns.timeline != nil {
		a.nouns.timeline.EndStreams()
	}
	ctx, cancel := context.WithTimeout(ctx, a.settings.DrainTime)
	defer cancel()
	var errs []error
	for _, l := range a.servers {
		errs = append(errs, l.stop(ctx))
	}
	return errors.Join(errs...)
}

// Close frees what New opened.
func (a *App) Close() {
	for _, l := range a.servers {
		_ = l.socket.Close()
	}
	if a.nouns.media != nil {
		_ = a.nouns.media.close()
	}
	a.db.Close()
}

// Addr is where clients are served; empty for a process that serves none.
func (a *App) Addr() string {
	if !a.role.Serve {
		return ""
	}
	return a.servers[0].socket.Addr().String()
}

// listener is a socket and what is served on it.
type listener struct {
	socket net.Listener
	server *http.Server
}

const (
	headerTime  = 10 * time.Second
	idleTime    = 2 * time.Minute
	maxHeader   = 64 << 10
	maxStreams  = 1000
	pingTimeout = 15 * time.Second
)

// newListener speaks HTTP/1.1 and, without TLS as well, HTTP/2.
func newListener(addr string, h http.Handler, log *slog.Logger) (*listener, error) {
	socket, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog:  slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		Protocols: &http.Protocols{},
		HTTP2:     &http.HTTP2Config{MaxConcurrentStreams: maxStreams, SendPingTimeout: time.Minute, PingTimeout: pingTimeout},
	}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	return &listener{socket, server}, nil
}

func (l *listener) serve() error {
	if err := l.server.Serve(l.socket); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (l *listener) stop(ctx context.Context) error {
	if err := l.server.Shutdown(ctx); err != nil {
		return l.server.Close()
	}
	return nil
}
