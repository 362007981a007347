package timeline_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/gen/go/throng/timeline/v1/timelinev1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/graph"
	graphpg "github.com/throng-social/throng/internal/graph/pgstore"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/post"
	poststore "github.com/throng-social/throng/internal/post/pgstore"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/pubsub/pgnotify"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/pgstore"
	"github.com/throng-social/throng/internal/user"
)

// watchPatience is for a busy machine; what is waited for comes much sooner.
const watchPatience = time.Minute

// site is one of a deployment: all nouns on pools of their own, and where it
// serves streams, a listener. Nouns are called directly, streams over HTTP/2.
type site struct {
	db       *postgres.DB
	users    *user.Service
	graph    *graph.Service
	posts    *post.Service
	timeline *timeline.Service
	bus      pubsub.Bus
	client   timelinev1connect.TimelineServiceClient
}

// siteOptions are how a site differs from others.
type siteOptions struct {
	// skew is how far its clock is wrong.
	skew time.Duration
	// deaf: it has no bus.
	deaf bool
	// slowLogs is how long an answer of the posts' logs is on its way.
	slowLogs time.Duration
	// queues are those that its worker works on.
	queues []string
}

// slowPosts answers logs late, as over a slow network.
type slowPosts struct {
	*post.Service

	logs time.Duration
}

// ListLog reads first and waits then.
func (s slowPosts) ListLog(ctx context.Context, req *postv1.ListLogRequest) (*postv1.ListLogResponse, error) {
	res, err := s.Service.ListLog(ctx, req)
	<-time.After(s.logs)
	return res, err
}

func startSite(t *testing.T, d pgtest.DB, o siteOptions) *site {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	db, err := postgres.Open(t.Context(), d.Config(6), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	pub := queue.NewPublisher()
	p := &site{db: db}
	pages := page.NewSealer(make([]byte, 32))
	p.users = user.New(user.Deps{DB: db, Events: pub, Pages: pages, Secret: make([]byte, 32), Limits: user.NoLimits(), Log: log})
	p.graph = graph.New(graph.Deps{Store: graphpg.New(db, pub), Users: p.users, Pages: pages})
	p.posts = post.New(post.Deps{Store: poststore.New(db, pub), Pages: pages, Log: log})
	if !o.deaf {
		p.bus = pgnotify.New(pgnotify.Config{DB: db, URL: d.Writer}, log)
	}
	p.timeline = timeline.New(timeline.Deps{
		Store: pgstore.New(db, pub), Users: p.users, Graph: p.graph, Posts: slowPosts{p.posts, o.slowLogs}, Pages: pages, Bus: p.bus, Log: log,
		Config: timeline.Config{Strategy: "adaptive", Threshold: 50_000, Keep: 800, FanoutPage: 100, FanoutTurn: time.Second, HeadLife: time.Second},
		Now:    func() time.Time { return time.Now().Add(o.skew) },
	})
	if len(o.queues) > 0 {
		p.work(t, o.queues, log)
	} else {
		p.serve(t)
	}
	return p
}

// goesOn runs fn until the test ends.
func goesOn(t *testing.T, fn func(context.Context)) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); fn(ctx) }()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(stop)
	return stop
}

func (p *site) work(t *testing.T, queues []string, log *slog.Logger) {
	t.Helper()
	limits := queue.Limits{}
	for _, name := range queues {
		limits[name] = 2
	}
	handlers := p.timeline.Handlers()
	for _, topic := range []string{"graph.account_deleted", "post.account_deleted"} {
		handlers[topic] = func(context.Context, []byte) error { return nil }
	}
	worker, err := queue.NewWorker(p.db, handlers, nil, limits, func(string, time.Duration, error) {}, log)
	if err != nil {
		t.Fatal(err)
	}
	goesOn(t, func(ctx context.Context) {
		if err := worker.Run(ctx); err != nil {
			t.Error(err)
		}
	})
}

// The headers with which the tests' clients say who asks, and how long the server
// lets a stream live.
const (
	viewerHeader = "Test-Viewer"
	lifeHeader   = "Test-Life"
)

// serve serves streams, and listens for announcements.
func (p *site) serve(t *testing.T) {
	t.Helper()
	path, handler := timelinev1connect.NewTimelineServiceHandler(p.timeline, connect.WithInterceptors(introduced{}))
	mux := http.NewServeMux()
	mux.Handle(path, handler)
	server := httptest.NewUnstartedServer(mux)
	server.Config.Protocols = &http.Protocols{}
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(func() { p.timeline.EndStreams(); server.CloseClientConnections(); server.Close() })
	transport := &http.Transport{Protocols: &http.Protocols{}}
	transport.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	p.client = timelinev1connect.NewTimelineServiceClient(&http.Client{Transport: transport}, server.URL)
	if p.bus != nil {
		goesOn(t, p.bus.Run)
		awaitThat(t, "announcements are heard", func() bool { return p.timeline.Live().Connected })
	}
}

func awaitThat(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(watchPatience); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come about that %s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// introduced puts the caller into the context, and bounds the stream.
type introduced struct{}

func (introduced) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc { return next }

func (introduced) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

func (introduced) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		if life, err := time.ParseDuration(conn.RequestHeader().Get(lifeHeader)); err == nil {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, life)
			defer cancel()
		}
		ctx = identity.With(ctx, identity.Caller{UserID: uuid.MustParse(conn.RequestHeader().Get(viewerHeader))})
		err := next(ctx, conn)
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Exhausted {
			return connect.NewError(connect.CodeResourceExhausted, err)
		} else if ok && f.Kind == fault.Unavailable {
			return connect.NewError(connect.CodeUnavailable, err)
		}
		return err
	}
}

// people makes accounts.
func (p *site) people(t *testing.T, n int) []uuid.UUID {
	t.Helper()
	handles := make([]string, n)
	for i := range handles {
		handles[i] = fmt.Sprintf("p%d_%s", i, uuid.NewString()[:8])
	}
	res, err := p.users.ResolveHandles(t.Context(), &userv1.ResolveHandlesRequest{Handles: handles, CreateMissing: true})
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]uuid.UUID, n)
	for i, u := range res.GetUserIds() {
		ids[i] = uuid.MustParse(u)
	}
	return ids
}

// actAs is somebody who calls a noun directly, in a session as a call has one.
func actAs(t *testing.T, who uuid.UUID) context.Context {
	t.Helper()
	ctx, _ := consistency.Begin(identity.With(context.WithoutCancel(t.Context()), identity.Caller{UserID: who}), consistency.Position{})
	return ctx
}

func (p *site) follow(t *testing.T, reader, author uuid.UUID) {
	t.Helper()
	if _, err := p.graph.Follow(actAs(t, reader), &graphv1.FollowRequest{UserId: author.String()}); err != nil {
		t.Fatal(err)
	}
}

func (p *site) unfollow(t *testing.T, reader, author uuid.UUID) {
	t.Helper()
	if _, err := p.graph.Unfollow(actAs(t, reader), &graphv1.UnfollowRequest{UserId: author.String()}); err != nil {
		t.Fatal(err)
	}
}

func (p *site) post(t *testing.T, author uuid.UUID, text string) string {
	t.Helper()
	res, err := p.posts.CreatePost(actAs(t, author), &postv1.CreatePostRequest{Text: text, IdempotencyKey: uuid.NewString()})
	if err != nil {
		t.Fatal(err)
	}
	return res.GetPost().GetId()
}

// watcher is a stream and what came over it.
type watcher struct {
	viewer uuid.UUID
	cut    context.CancelFunc
	// ended is closed at the end, which err tells of then.
	ended chan struct{}
	err   error

	mu    sync.Mutex
	items []*timelinev1.TimelineItem
	token string
}

// watch opens a stream and waits for its first message: from then on nothing may
// be missing.
func (p *site) watch(t *testing.T, viewer uuid.UUID, token string, headers ...string) *watcher {
	t.Helper()
	ctx, cut := context.WithCancel(context.WithoutCancel(t.Context()))
	w := &watcher{viewer: viewer, cut: cut, ended: make(chan struct{}), token: token}
	ctx, call := connect.NewClientContext(ctx)
	call.RequestHeader().Set(viewerHeader, viewer.String())
	for i := 0; i < len(headers); i += 2 {
		call.RequestHeader().Set(headers[i], headers[i+1])
	}
	stream, err := p.client.WatchHomeTimeline(ctx, &timelinev1.WatchHomeTimelineRequest{ResumeToken: token})
	if err != nil {
		t.Fatal(err)
	}
	first := make(chan struct{})
	go func() {
		open := sync.OnceFunc(func() { close(first) })
		defer open()
		for stream.Receive() {
			w.receive(stream.Msg())
			open()
		}
		w.err = stream.Err()
		_ = stream.Close()
		close(w.ended)
	}()
	t.Cleanup(cut)
	<-first
	return w
}

func (w *watcher) receive(m *timelinev1.WatchHomeTimelineResponse) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.token = m.GetResumeToken()
	w.items = append(w.items, m.GetItems()...)
}

// end cuts the stream and answers the token of its last message.
func (w *watcher) end() string {
	w.cut()
	<-w.ended
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.token
}

// had are the items so far, in the order in which they came.
func (w *watcher) had() []*timelinev1.TimelineItem {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.items)
}

func (w *watcher) got() []string {
	had := w.had()
	ids := make([]string, len(had))
	for i, item := range had {
		ids[i] = item.GetPost().GetId()
	}
	return ids
}

// wants waits until the stream has had all of these posts, and nothing else, each
// once.
func (w *watcher) wants(t *testing.T, posts ...string) {
	t.Helper()
	for deadline := time.Now().Add(watchPatience); len(w.got()) < len(posts); {
		if time.Now().After(deadline) {
			break
		}
		<-time.After(5 * time.Millisecond)
	}
	got := w.got()
	slices.Sort(got)
	want := slices.Sorted(slices.Values(posts))
	if !slices.Equal(got, want) {
		t.Fatalf("%v got\n%v\nwant\n%v", w.viewer, got, want)
	}
}

func execSQL(t *testing.T, d pgtest.DB, sql string, args ...any) {
	t.Helper()
	pool := sqlPool(t, d)
	if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func sqlPool(t *testing.T, d pgtest.DB) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), d.Writer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// openJobs is how many jobs of a topic are still to be done.
func openJobs(t *testing.T, d pgtest.DB, topic string) (n int) {
	t.Helper()
	p, err := pgxpool.New(t.Context(), d.Writer)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = $1 AND state NOT IN ('completed', 'cancelled', 'discarded')`, topic).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
