package redisbus_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/pubsub/pgnotify"
	"github.com/throng-social/throng/internal/pubsub/pubsubtest"
	"github.com/throng-social/throng/internal/pubsub/redisbus"
	"github.com/throng-social/throng/internal/redis/redistest"
)

func TestMain(m *testing.M) { pgtest.Main(m, nil, redistest.Main) }

func TestRedisKeepsTheContractOfABus(t *testing.T) {
	t.Parallel()
	pubsubtest.Run(t, func(t *testing.T, own bool) pubsubtest.Deployment {
		t.Helper()
		d := pgtest.New(t)
		c := redisbus.Config{Ask: asker(t, d)}
		var server *devstack.Redis
		if own {
			server = redistest.New(t)
			c.URL = server.URL()
		} else {
			c.URL, c.Prefix = redistest.URL(t), redistest.Prefix(t)
		}
		return pubsubtest.Deployment{
			Bus:    func(t *testing.T) pubsub.Bus { t.Helper(); return newBus(t, c) },
			Commit: func(t *testing.T) consistency.Position { t.Helper(); return pubsubtest.Commit(t, d.Writer) },
			Cut:    func(t *testing.T) { t.Helper(); command(t, c.URL, "CLIENT", "KILL", "TYPE", "pubsub") },
			Stop:   func(t *testing.T) { t.Helper(); must(t, server.Stop(t.Context())) },
			Start:  func(t *testing.T) { t.Helper(); must(t, server.Start(t.Context())) },
		}
	})
}

func asker(t *testing.T, d pgtest.DB) func(context.Context) (pubsub.Moment, error) {
	t.Helper()
	db, err := postgres.Open(t.Context(), d.Config(4), slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(db.Close)
	return pgnotify.New(pgnotify.Config{DB: db, Stamp: pubsubtest.Stamp}, slog.New(slog.DiscardHandler)).Ask
}

func newBus(t *testing.T, c redisbus.Config) *redisbus.Bus {
	t.Helper()
	b, err := redisbus.New(c, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { must(t, b.Close()) })
	return b
}

// command is one that no script may send.
func command(t *testing.T, url string, words ...any) {
	t.Helper()
	o, err := goredis.ParseURL(url)
	must(t, err)
	c := goredis.NewClient(o)
	defer c.Close()
	must(t, c.Do(t.Context(), words...).Err())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// notices counts what a subscriber is told, and runs the bus until the test ends.
func notices(t *testing.T, b *redisbus.Bus, heard func()) <-chan pubsub.Moment {
	t.Helper()
	missed := make(chan pubsub.Moment, 100)
	b.Subscribe("posts", pubsub.Subscriber{
		Heard:  func(consistency.Position, string) { heard() },
		Missed: func(m pubsub.Moment) { missed <- m },
	})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); b.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return missed
}

func next(t *testing.T, what string, missed <-chan pubsub.Moment) {
	t.Helper()
	select {
	case <-missed:
	case <-time.After(time.Minute):
		t.Fatal("did not come:", what)
	}
}

// Nothing else tells a server that hangs from one that has nothing to say.
func TestAServerThatHangsIsFoundOut(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	b := newBus(t, redisbus.Config{URL: server.URL(), ProofEvery: 20 * time.Millisecond, Ask: asker(t, pgtest.New(t))})
	missed := notices(t, b, func() {})
	next(t, "the first notice", missed)
	first, _ := b.Heard()
	until(t, "a sign of life", func() bool { m, connected := b.Heard(); return connected && m.Clock.After(first.Clock) })
	must(t, server.Freeze())
	until(t, "that it is known to hang", func() bool { _, connected := b.Heard(); return !connected })
	must(t, server.Thaw())
	next(t, "the second notice", missed)
}

func until(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !yes(); {
		if time.Now().After(deadline) {
			t.Fatal("did not come:", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// Redis closes the connection of who reads too slowly.
func TestWhoReadsSoSlowlyThatRedisGivesUpOnHimIsToldThatHeMissedSome(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	command(t, server.URL(), "CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 1mb 60")
	c := redisbus.Config{URL: server.URL(), Ask: asker(t, pgtest.New(t))}
	b, worker := newBus(t, c), newBus(t, c)
	release := make(chan struct{})
	missed := notices(t, b, func() { <-release })
	next(t, "the first notice", missed)
	messages := make([]string, 500)
	for i := range messages {
		messages[i] = strings.Repeat("x", 7000)
	}
	for range 10 { // 35 MB, more than sockets hold
		must(t, worker.Publish(t.Context(), "posts", messages...))
	}
	close(release)
	next(t, "the second notice", missed)
}

func TestAURLThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := redisbus.New(redisbus.Config{URL: "postgres://x"}, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("it was taken")
	}
}
