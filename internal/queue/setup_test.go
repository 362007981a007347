package queue_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/throng-social/throng/gen/db/queuedb"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
)

// patience is for a busy machine; what is waited for comes much sooner.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error { return migration.Up(ctx, url, discard()) })
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// post is a database with a publisher.
type post struct {
	db  *postgres.DB
	pub *queue.Publisher
	q   *queuedb.Queries
}

func newPost(t *testing.T) post {
	t.Helper()
	db, err := postgres.Open(t.Context(), pgtest.New(t).Config(0), discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	pub := queue.NewPublisher()
	return post{db, pub, queuedb.New()}
}

const topic = "test.note"

func note(text string) queue.Task {
	return queue.Task{Topic: topic, Queue: queue.Events, Message: wrapperspb.String(text)}
}

// onNote handles notes with fn.
func onNote(fn func(ctx context.Context, text string) error) queue.Handlers {
	return queue.Handlers{topic: queue.On(
		func() *wrapperspb.StringValue { return &wrapperspb.StringValue{} },
		func(ctx context.Context, m *wrapperspb.StringValue) error { return fn(ctx, m.GetValue()) },
	)}
}

func (p post) enqueue(t *testing.T, tasks ...queue.Task) {
	t.Helper()
	err := p.db.InTx(t.Context(), func(tx postgres.Tx) error { return p.pub.Enqueue(t.Context(), tx, tasks...) })
	if err != nil {
		t.Fatal(err)
	}
}

// work runs a worker until the test ends or the returned function is called,
// which waits for its end.
func (p post) work(t *testing.T, handlers queue.Handlers, periodic ...queue.Periodic) (stop func()) {
	t.Helper()
	w, err := queue.NewWorker(p.db, handlers, periodic, queue.DefaultLimits(), func(string, time.Duration, error) {}, discard())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the worker ended with %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// change changes jobs behind the queue's back.
func (p post) change(t *testing.T, sql string) {
	t.Helper()
	if _, err := p.db.Writer(t.Context()).Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func (p post) open(t *testing.T) int64 {
	t.Helper()
	n, err := p.q.CountOpenJobs(t.Context(), p.db.Writer(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (p post) deadLetters(t *testing.T) []queuedb.ListDeadLettersRow {
	t.Helper()
	rows, err := p.q.ListDeadLetters(t.Context(), p.db.Writer(t.Context()), queuedb.ListDeadLettersParams{PageLimit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// next waits for a signal.
func next[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatal("it did not happen")
	}
	return v
}

// until waits for a state of the database, which sends no signals.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for began := time.Now(); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("it never came to this: %s", what)
		}
	}
}

var errNotYet = errors.New("not yet")
