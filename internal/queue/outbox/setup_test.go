package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
)

// patience is for a busy machine; what is waited for comes much sooner.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error { return migration.Up(ctx, url, discard()) })
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// store announces in its transactions, as a noun's does.
type store struct {
	db *dynamo.DB
	t  *testing.T
}

func newStore(t *testing.T) (store, *dynamotest.Tables) {
	t.Helper()
	tables := dynamotest.New(t)
	return store{tables.Open(t), t}, tables
}

func accountDeleted(id string) *eventv1.Event {
	return &eventv1.Event{Body: &eventv1.Event_AccountDeleted{AccountDeleted: &eventv1.AccountDeleted{UserId: id}}}
}

// row stores a row together with what announces it.
func (s store) row(name string, announced ...dynamo.Write) error {
	row := dynamo.Write{Table: dynamo.Post, Key: dynamo.Key{PK: name, SK: "row"}, Put: dynamo.Item{}, If: "attribute_not_exists(pk)"}
	return s.db.Transact(s.t.Context(), append(announced, row)...)
}

func (s store) event(id string) dynamo.Write {
	s.t.Helper()
	w, err := Event(s.t.Context(), accountDeleted(id))
	if err != nil {
		s.t.Fatal(err)
	}
	return w
}

func (s store) task(text string) dynamo.Write {
	s.t.Helper()
	w, err := Task(s.t.Context(), queue.Task{Topic: "test.note", Queue: queue.Fanout, Message: wrapperspb.String(text)})
	if err != nil {
		s.t.Fatal(err)
	}
	return w
}

// left is how many messages are in the outbox.
func (s store) left() int {
	s.t.Helper()
	n := 0
	for i := range shards {
		for _, err := range s.db.Each(context.WithoutCancel(s.t.Context()), dynamo.Primary, dynamo.Query{Table: dynamo.Outbox, PK: partition(i)}) {
			if err != nil {
				s.t.Fatal(err)
			}
			n++
		}
	}
	return n
}

// relay runs a relay until the test ends or the returned function is called.
func (s store) relay(db *dynamo.DB, sink Sink) (stop func()) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan struct{})
	r := NewRelay(db, sink, discard())
	go func() {
		defer close(ended)
		r.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	s.t.Cleanup(stop)
	return stop
}

// box is a queue that remembers what it has kept.
type box struct {
	mu sync.Mutex
	// kept counts messages by their id.
	kept map[string]queue.Message
	runs map[string]int
	// refuse decides about each call.
	refuse func(messages []queue.Message) error
	news   chan struct{}
}

func newBox() *box {
	return &box{kept: map[string]queue.Message{}, runs: map[string]int{}, news: make(chan struct{}, 10_000)}
}

// Accept implements Sink.
func (b *box) Accept(_ context.Context, messages []queue.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse != nil {
		if err := b.refuse(messages); err != nil {
			return err
		}
	}
	for _, m := range messages {
		b.kept[m.ID] = m
		b.runs[m.ID]++
	}
	b.news <- struct{}{}
	return nil
}

func (b *box) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.kept)
}

// until waits for a state that sends no signals.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for began := time.Now(); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("it never came to this: %s", what)
		}
	}
}

var errNotNow = errors.New("not now")
