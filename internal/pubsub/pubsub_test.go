package pubsub_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/pubsub"
)

// patience is for a busy machine; what is waited for comes much sooner.
const patience = 30 * time.Second

func TestMain(m *testing.M) { pgtest.Main(m, nil) }

func newBus(t *testing.T, d pgtest.DB) *pubsub.Bus {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := postgres.Open(t.Context(), postgres.Config{WriterURL: d.Writer, MaxConns: 2}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return pubsub.New(db, d.Writer, log)
}

// ear is what one subscriber was told.
type ear struct {
	heard  chan said
	missed chan pubsub.Moment
}

type said struct {
	at      consistency.Position
	message string
}

func listenTo(b *pubsub.Bus, topic string) ear {
	e := ear{make(chan said, 1000), make(chan pubsub.Moment, 10)}
	b.Subscribe(topic, pubsub.Subscriber{
		Heard:  func(at consistency.Position, message string) { e.heard <- said{at, message} },
		Missed: func(m pubsub.Moment) { e.missed <- m },
	})
	return e
}

// run listens until the test ends.
func run(t *testing.T, b *pubsub.Bus) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
}

func next[T any](t *testing.T, what string, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatal("did not come:", what)
		panic("unreachable")
	}
}

func publish(t *testing.T, b *pubsub.Bus, topic string, messages ...string) {
	t.Helper()
	if err := b.Publish(t.Context(), topic, messages...); err != nil {
		t.Fatal(err)
	}
}

func TestAMessageReachesEveryProcessThatListensToItsTopicInOrder(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	worker, one, two := newBus(t, d), newBus(t, d), newBus(t, d)
	ears := []ear{listenTo(one, "posts"), listenTo(one, "posts"), listenTo(two, "posts")}
	other := listenTo(two, "boards")
	run(t, one)
	run(t, two)
	for _, e := range append(ears, other) {
		next(t, "the first connection's notice", e.missed)
	}
	publish(t, worker, "posts", "a", "b with blanks  and Ünicode", "")
	publish(t, worker, "posts", "c")
	publish(t, worker, "boards", "d")
	for _, e := range ears {
		for _, want := range []string{"a", "b with blanks  and Ünicode", "", "c"} {
			if got := next(t, want, e.heard); got.message != want {
				t.Errorf("heard %q, want %q", got.message, want)
			}
		}
		if len(e.heard) > 0 {
			t.Errorf("heard %q as well", (<-e.heard).message)
		}
	}
	if got := next(t, "d", other.heard); got.message != "d" || len(other.heard) > 0 {
		t.Errorf("the other topic's subscriber heard %q", got.message)
	}
}

// A reader at or past a message's place sees what was committed before it.
func TestAMessageCarriesAPlaceThatIsNotBeforeWhatItSpeaksOf(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	b := newBus(t, d)
	e := listenTo(b, "posts")
	run(t, b)
	start := next(t, "the first notice", e.missed)
	sql, err := pgxpool.New(t.Context(), d.Writer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sql.Close)
	for range 20 {
		var committed uint64
		if _, err := sql.Exec(t.Context(), `CREATE TABLE IF NOT EXISTS note (n int); INSERT INTO note VALUES (1)`); err != nil {
			t.Fatal(err)
		}
		if err := sql.QueryRow(t.Context(), `SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn`).Scan(&committed); err != nil {
			t.Fatal(err)
		}
		publish(t, b, "posts", "new")
		if got := next(t, "the message", e.heard); got.at.Log < committed || !got.at.Reaches(start.Position) {
			t.Fatalf("it is at %d, the write at %d, the connection at %d", got.at, committed, start.Position)
		}
	}
}

func TestALostConnectionIsMadeAnewAndSubscribersAreToldThatTheyMissedSomething(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	b := newBus(t, d)
	e := listenTo(b, "posts")
	if _, connected := b.Heard(); connected {
		t.Error("connected before it listens")
	}
	run(t, b)
	first := next(t, "the first notice", e.missed)
	sql, err := pgxpool.New(t.Context(), d.Writer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sql.Close)
	if _, err := sql.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'throng live' AND datname = current_database()`); err != nil {
		t.Fatal(err)
	}
	again := next(t, "the second notice", e.missed)
	if again.Clock.Before(first.Clock) || !again.Position.Reaches(first.Position) {
		t.Errorf("from %+v time went back to %+v", first, again)
	}
	publish(t, b, "posts", "after")
	if got := next(t, "a message over the new connection", e.heard); got.message != "after" {
		t.Errorf("heard %q", got.message)
	}
	if m, connected := b.Heard(); !connected || m.Clock.Before(again.Clock) {
		t.Error("after a message it is connected:", connected, "and alive at", m)
	}
}

// While Postgres is away nothing is heard, and that is known.
func TestWhileTheServerIsAwayTheBusSaysSoAndComesBack(t *testing.T) {
	t.Parallel()
	d := pgtest.NewReplicated(t, 0)
	b := newBus(t, d)
	e := listenTo(b, "posts")
	run(t, b)
	next(t, "the first notice", e.missed)
	if err := d.Server.StopPrimary(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, b, false)
	if err := b.Publish(t.Context(), "posts", "lost"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("publishing fails with %v", err)
	}
	if err := d.Server.StartPrimary(t.Context()); err != nil {
		t.Fatal(err)
	}
	next(t, "the second notice", e.missed)
	await(t, b, true)
	if len(e.heard) != 0 {
		t.Errorf("heard %d", len(e.heard))
	}
}

func await(t *testing.T, b *pubsub.Bus, want bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		if _, connected := b.Heard(); connected == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("connected is never", want)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func TestAMessageThatDoesNotFitIsRefusedAndTheLongestOneArrives(t *testing.T) {
	t.Parallel()
	b := newBus(t, pgtest.New(t))
	e := listenTo(b, "posts")
	run(t, b)
	next(t, "the first notice", e.missed)
	longest := strings.Repeat("x", pubsub.MaxMessage-len("posts "))
	if err := b.Publish(t.Context(), "posts", "small", longest+"x"); err == nil {
		t.Error("it was taken")
	}
	publish(t, b, "posts", longest)
	if got := next(t, "the longest message", e.heard); got.message != longest {
		t.Errorf("heard %d bytes", len(got.message))
	}
}

func TestTheTimeIsTheDatabasesOwn(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	b := newBus(t, d)
	if (pubsub.Moment{}).Known() {
		t.Error("nobody asked, and yet the time is known")
	}
	m, err := b.Ask(t.Context())
	if err != nil || !m.Known() {
		t.Fatal(m, err)
	}
	later, err := b.Ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if early, late := m.Clock, later.Now(); early.After(later.Clock) || late.Before(later.Clock) || m.Now().Sub(late).Abs() > time.Second {
		t.Errorf("asked at %v and %v, it is now %v or %v", m.Clock, later.Clock, m.Now(), late)
	}
}
