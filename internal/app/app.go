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
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/audit/dynamosource"
	"github.com/throng-social/throng/internal/audit/pgsource"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/outbox"
	"github.com/throng-social/throng/internal/queue/sqsqueue"
	"github.com/throng-social/throng/internal/redis"
	"github.com/throng-social/throng/internal/rpc"
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
	bus      pubsub.Bus
	redis    *redis.Client
	caches   *cache.Group
	stores   stores
	nouns    nouns
	clients  clients
	// work is nil where this process runs no jobs.
	work *queue.Work
	// queue carries all messages: sqs, or where that is nil river.
	queue queue.Backend
	river *queue.River
	sqs   *sqsqueue.Queue
	// dynamo is nil where no store is on it; relay runs beside a worker.
	dynamo  *dynamo.DB
	relay   *outbox.Relay
	metrics *prometheus.Registry
	log     *slog.Logger
	health  *health
	// gate is nil where no calls are answered, or all are let in.
	gate    *rpc.Gate
	auditor *audit.Auditor
	servers []*listener
	// closing frees what is open, in the order of its opening.
	closing []func()
}

// The queues carry the messages of all nouns: a worker that knew some of them only
// would spend the tries of the others.
var errPartOfWork = errors.New("a process that runs jobs needs all services in THRONG_SERVICES: serve some of them with --no-work, and run `throng worker` beside")

// New puts an app together and opens its listeners; Run serves them. The
// database need not be there yet.
func New(ctx context.Context, s Settings, role Role, log *slog.Logger) (*App, error) {
	s = s.Shaped()
	if err := s.check(); err != nil {
		return nil, err
	}
	if role.Work && len(s.Services) < len(Nouns) {
		return nil, errPartOfWork
	}
	db, err := postgres.Open(ctx, postgres.Config{WriterURL: s.URL, ReaderURLs: s.Readers, MaxConns: s.MaxConns, Indexed: role != Role{}}, log)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	a := &App{settings: s, role: role, db: db, metrics: prometheus.NewRegistry(), log: log, closing: []func(){db.Close}}
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), depths{a})
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
	var err error
	if a.bus, err = a.newBus(); err != nil {
		return err
	}
	if a.redis, err = a.newRedis(); err != nil {
		return err
	}
	a.caches = a.newCaches()
	pub, err := a.openQueue(ctx)
	if err != nil {
		return err
	}
	a.stores = openStores(a.settings, a.db, a.dynamo, pub)
	a.stores.boards = a.newBoards()
	if a.role.Serve {
		a.openGate()
	}
	if a.nouns, a.clients, err = build(ctx, a.settings, a.db, a.stores, a.bus, a.newLimiter(), a.caches, pub, a.log); err != nil {
		return err
	}
	if a.nouns.timeline != nil {
		a.auditor = &audit.Auditor{DB: a.db, Timeline: a.nouns.timeline, Log: a.log}
		a.chooseDefinition()
		a.metrics.MustRegister(engine{a.nouns.timeline}, live{a.nouns.timeline})
	}
	if a.nouns.campaign != nil {
		a.metrics.MustRegister(liveBoards{a.nouns.campaign})
	}
	a.health = newHealth(a.db.Ping, a.pingDynamo, a.pingQueue)
	if a.role.Work {
		if a.work, err = a.newWork(); err != nil {
			return err
		}
	}
	if a.role.Work && a.dynamo != nil {
		a.relay = outbox.NewRelay(a.dynamo, a.queue, a.log)
	}
	return a.listen(ctx)
}

// chooseDefinition says what timelines are compared with: nothing where follows and
// posts are in two kinds of stores, of which none can compute it.
func (a *App) chooseDefinition() {
	switch s := a.settings; {
	case s.GraphStore == storeDynamo && s.PostStore == storeDynamo:
		a.auditor.Source = dynamosource.New(a.dynamo, a.db)
	case s.GraphStore != storeDynamo && s.PostStore != storeDynamo:
		a.auditor.Source = pgsource.New(a.db)
	}
}

// audits adds the auditor to what the nouns do, where it can see all of them. A sample
// that an earlier configuration has asked for is passed over where it cannot.
func (a *App) audits() (queue.Handlers, []queue.Periodic) {
	handlers, periodic := a.nouns.handlers(), a.nouns.periodic()
	if a.auditor.Source == nil {
		handlers[audit.Topic] = func(context.Context, []byte) error { return nil }
		return handlers, periodic
	}
	maps.Copy(handlers, a.auditor.Handlers())
	return handlers, append(periodic, a.auditor.Periodic()...)
}

// Run serves and works until ctx ends or a part fails, then drains.
func (a *App) Run(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, l := range a.servers {
		g.Go(l.serve)
	}
	if a.work != nil {
		g.Go(func() error { return a.runWorkers(gctx) })
	}
	if a.role.Serve && (a.nouns.timeline != nil || a.nouns.campaign != nil) || a.caches != nil {
		g.Go(func() error { a.bus.Run(gctx); return nil })
	}
	if a.caches != nil {
		g.Go(func() error { a.caches.Run(gctx); return nil })
	}
	g.Go(func() error {
		<-gctx.Done()
		return a.drain(context.WithoutCancel(ctx))
	})
	return g.Wait()
}

// drain ends listeners: no new calls, those under way may finish. Live streams
// would not: their clients resume elsewhere.
func (a *App) drain(ctx context.Context) error {
	a.health.drain()
	if a.nouns.timeline != nil {
		a.nouns.timeline.EndStreams()
	}
	if a.nouns.campaign != nil {
		a.nouns.campaign.EndStreams()
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
	for _, free := range slices.Backward(a.closing) {
		free()
	}
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
