// Package pubsubtest is what every adapter of pubsub must keep.
package pubsubtest

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/pubsub"
)

// patience is for a busy machine; what is waited for comes much sooner.
const patience = 30 * time.Second

// Deployment is what carries messages, and the database that they are about.
type Deployment struct {
	// Bus makes the bus of one more process.
	Bus func(t *testing.T) pubsub.Bus
	// Commit writes something, and answers a position that was not reached before.
	Commit func(t *testing.T) consistency.Position
	// Cut ends the connections of all that listen. Stop and Start end and begin what
	// carries messages.
	Cut, Stop, Start func(t *testing.T)
}

// Run holds an adapter to its contract. deploy starts a deployment that the test
// has to itself, with a server of its own if that is to be cut or stopped.
func Run(t *testing.T, deploy func(t *testing.T, own bool) Deployment) {
	t.Helper()
	for name, promise := range map[string]func(*testing.T, func(*testing.T, bool) Deployment){
		"a message reaches every process that listens to its topic in order":                   inOrder,
		"a message carries a place that is not before what it speaks of":                       notBefore,
		"a lost connection is made anew and subscribers are told that they missed something":   connectsAnew,
		"while the server is away the bus says so and comes back":                              comesBack,
		"a message that does not fit is refused and the longest one arrives":                   bounded,
		"a subscriber who is slow hears everything in order or is told that he missed some":    slowly,
		"messages of many publishers reach all processes in the same order":                    sameOrder,
		"the time is the database's own":                                                       ownTime,
		"nothing to say is said without asking anybody, and a bus that never listened is deaf": nothing,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			promise(t, deploy)
		})
	}
}

// Stamp is the clock of a store without a log, for the configuration of buses.
func Stamp() uint64 { return uint64(time.Now().UnixMicro()) }

// Commit writes something into a database, for Deployment.Commit.
func Commit(t *testing.T, url string) consistency.Position {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var committed uint64
	if _, err := conn.Exec(t.Context(), `CREATE TABLE IF NOT EXISTS note (n int); INSERT INTO note VALUES (1)`); err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), `SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn`).Scan(&committed); err != nil {
		t.Fatal(err)
	}
	return consistency.Position{Log: committed, Clock: Stamp()}
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

func listenTo(b pubsub.Bus, topic string) ear {
	e := ear{make(chan said, 10_000), make(chan pubsub.Moment, 100)}
	b.Subscribe(topic, pubsub.Subscriber{
		Heard:  func(at consistency.Position, message string) { e.heard <- said{at, message} },
		Missed: func(m pubsub.Moment) { e.missed <- m },
	})
	return e
}

// run listens until the test ends.
func run(t *testing.T, b pubsub.Bus) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
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

func publish(t *testing.T, b pubsub.Bus, topic string, messages ...string) {
	t.Helper()
	if err := b.Publish(t.Context(), topic, messages...); err != nil {
		t.Fatal(err)
	}
}

func await(t *testing.T, b pubsub.Bus, want bool) {
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

func inOrder(t *testing.T, deploy func(*testing.T, bool) Deployment) {
	d := deploy(t, false)
	worker, one, two := d.Bus(t), d.Bus(t), d.Bus(t)
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
func notBefore(t *testing.T, deploy func(*testing.T, bool) Deployment) {
	d := deploy(t, false)
	b := d.Bus(t)
	e := listenTo(b, "posts")
	run(t, b)
	start := next(t, "the first notice", e.missed)
	for range 20 {
		committed := d.Commit(t)
		publish(t, b, "posts", "new")
		if got := next(t, "the message", e.heard); !got.at.Reaches(committed) || !got.at.Reaches(start.Position) {
			t.Fatalf("it is at %v, the write at %v, the connection at %v", got.at, committed, start.Position)
		}
	}
}

func connectsAnew(t *testing.T, deploy func(*testing.T, bool) Deployment) {
	d := deploy(t, true)
	b := d.Bus(t)
	e := listenTo(b, "posts")
	if _, connected := b.Heard(); connected {
		t.Error("connected before it listens")
	}
	run(t, b)
	first := next(t, "the first notice", e.missed)
	d.Cut(t)
	again := next(t, "the second notice", e.missed)
	if again.Clock.Before(first.Clock) || !again.Position.Reaches(first.Position) {
		t.Errorf("from %+v time went back to %+v", first, again)
	}
	await(t, b, true)
	publish(t, b, "posts", "after")
	if got := next(t, "a message over the new connection", e.heard); got.message != "after" {
		t.Errorf("heard %q", got.message)
	}
	if m, connected := b.Heard(); !connected || m.Clock.Before(again.Clock) {
		t.Error("after a message it is connected:", connected, "and alive at", m)
	}
}

// While the server is away nothing is heard, and that is known.
func comesBack(t *testing.T, deploy func(*testing.T, bool) Deployment) {
	d := deploy(t, true)
	b := d.Bus(t)
	e := listenTo(b, "posts")
	run(t, b)
	next(t, "the first notice", e.missed)
	d.Stop(t)
	await(t, b, false)
	if err := b.Publish(t.Context(), "posts", "lost"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("publishing fails with %v", err)
	}
	d.Start(t)
	next(t, "the second notice", e.missed)
	await(t, b, true)
	if len(e.heard) != 0 {
		t.Errorf("heard %d", len(e.heard))
	}
	publish(t, b, "posts", "back")
	if got := next(t, "a message afterwards", e.heard); got.message != "back" {
		t.Errorf("heard %q", got.message)
	}
}

func bounded(t *testing.T, deploy func(*testing.T, bool) Deployment) {
	b := deploy(t, false).Bus(t)
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

// He is so slow that all is said before he has heard the first.
func slowly(t *testing.T, deploy func(*testing.T, bool) Deployment) {
	d := deploy(t, false)
	b, worker := d.Bus(t), d.Bus(t)
	const many = 500
	everything, heard, missed := make(chan struct{}), make(chan string, 2*many), make(chan struct{}, 100)
	b.Subscribe("posts", pubsub.Subscriber{
		Heard:  func(_ consistency.Position, message string) { <-everything; heard <- message },
		Missed: func(pubsub.Moment) { missed <- struct{}{} },
	})
	run(t, b)
	next(t, "the first notice", missed)
	padding := strings.Repeat(" ", 1000)
	for i := range many {
		publish(t, worker, "posts", strconv.Itoa(i)+padding)
	}
	close(everything)
	for i := range many {
		select {
		case got := <-heard:
			if got != strconv.Itoa(i)+padding {
				t.Fatalf("after %d messages he heard %q", i, strings.TrimSpace(got))
			}
		case <-missed:
			return
		case <-time.After(patience):
			t.Fatal("he heard", i, "of", many, "and was told nothing")
		}
	}
}

func sameOrder(t *testing.T, deploy func(*testing.T, bool) Deployment) {
	d := deploy(t, false)
	one, two := d.Bus(t), d.Bus(t)
	ears := []ear{listenTo(one, "posts"), listenTo(two, "posts")}
	run(t, one)
	run(t, two)
	for _, e := range ears {
		next(t, "the first notice", e.missed)
	}
	const each = 50
	failed := make(chan error, 3)
	for publisher := range cap(failed) {
		b := d.Bus(t)
		go func() {
			var err error
			for i := 0; i < each && err == nil; i++ {
				err = b.Publish(t.Context(), "posts", strconv.Itoa(publisher)+" "+strconv.Itoa(i))
			}
			failed <- err
		}()
	}
	for range cap(failed) {
		if err := next(t, "a publisher's end", failed); err != nil {
			t.Fatal(err)
		}
	}
	own := map[string]int{}
	for range each * cap(failed) {
		a, b := next(t, "a message", ears[0].heard), next(t, "the same message", ears[1].heard)
		publisher, number, _ := strings.Cut(a.message, " ")
		if a.message != b.message || number != strconv.Itoa(own[publisher]) {
			t.Fatalf("one process hears %q, the other %q; the publisher said %d before", a.message, b.message, own[publisher])
		}
		own[publisher]++
	}
}

func ownTime(t *testing.T, deploy func(*testing.T, bool) Deployment) {
	b := deploy(t, false).Bus(t)
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

func nothing(t *testing.T, deploy func(*testing.T, bool) Deployment) {
	d := deploy(t, false)
	deaf, b := d.Bus(t), d.Bus(t)
	never, e := listenTo(deaf, "posts"), listenTo(b, "posts")
	run(t, b)
	next(t, "the first notice", e.missed)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := deaf.Publish(gone, "posts"); err != nil {
		t.Error(err)
	}
	publish(t, deaf, "posts", "said by who does not listen")
	next(t, "the message", e.heard)
	if len(never.heard) > 0 || len(never.missed) > 0 {
		t.Error("a bus that does not run was told something")
	}
}
