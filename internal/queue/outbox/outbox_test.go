package outbox

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/throng-social/throng/gen/db/queuedb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
)

func TestWhatIsAnnouncedIsThereIfAndOnlyIfItsRowIs(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	if err := s.row("a", s.event("a"), s.task("a")); err != nil || s.left() != 2 {
		t.Errorf("there are %d messages, %v", s.left(), err)
	}
	if err := s.row("a", s.event("again")); dynamo.AsUnmet(err) == nil || s.left() != 2 {
		t.Errorf("after a row that was refused there are %d messages, %v", s.left(), err)
	}
}

func TestTheSinkGetsEachMessageAsItWasSealedAndTheOutboxIsEmptyThen(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	b := newBox()
	s.relay(s.db, b)
	if err := s.row("a", s.event("ann"), s.task("hello")); err != nil {
		t.Fatal(err)
	}
	until(t, "both are delivered and none is left", func() bool { return b.count() == 2 && s.left() == 0 })
	for id, m := range b.kept {
		if m.ID != id {
			t.Errorf("%s came as %s", id, m.ID)
		}
		var ev eventv1.Event
		var text wrapperspb.StringValue
		switch {
		case m.Event == "account_deleted" && m.Topic == "":
			if err := proto.Unmarshal(m.Payload, &ev); err != nil || ev.GetId() != id || ev.GetAccountDeleted().GetUserId() != "ann" {
				t.Errorf("the event is %v, %v", &ev, err)
			}
		case m.Topic == "test.note" && m.Queue == queue.Fanout:
			if err := proto.Unmarshal(m.Payload, &text); err != nil || text.GetValue() != "hello" {
				t.Errorf("the task says %v, %v", &text, err)
			}
		default:
			t.Errorf("what came is %+v", m)
		}
	}
}

func TestARelayInTheSameProcessIsWokenByTheWrite(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	b := newBox()
	s.relay(s.db, b)
	// The shards have been empty for long enough to be left alone for mostPause.
	until(t, "all shards are leased", func() bool { return leases(t, s.db) == shards })
	quick := 0
	for i := range 20 {
		began := time.Now()
		if err := s.row(fmt.Sprint(i), s.event("x")); err != nil {
			t.Fatal(err)
		}
		<-b.news
		if time.Since(began) < mostPause/2 {
			quick++
		}
	}
	if quick < 15 {
		t.Errorf("only %d of 20 came sooner than a shard is looked into", quick)
	}
}

func leases(t *testing.T, db *dynamo.DB) (n int) {
	t.Helper()
	for i := range shards {
		item, err := db.Get(t.Context(), dynamo.Primary, dynamo.Outbox, (&shard{pk: partition(i)}).leaseKey())
		if err != nil {
			t.Fatal(err)
		}
		if item != nil {
			n++
		}
	}
	return n
}

// A relay that is killed after the sink has kept a batch, and before it has deleted
// it, leaves all to the next one, which delivers it once more.
func TestARelayThatIsKilledBetweenAcceptAndDeleteLosesNothing(t *testing.T) {
	t.Parallel()
	s, tables := newStore(t)
	const rows = 30
	for i := range rows {
		if err := s.row(fmt.Sprint(i), s.event(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	dead := newBox()
	ctx := t.Context()
	for i := range shards {
		killed := &shard{relay: NewRelay(s.db, dead, discard()), pk: partition(i)}
		if mine, err := killed.lease(ctx); !mine || err != nil {
			t.Fatal(err)
		}
		page, err := s.db.Query(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Outbox, PK: partition(i)})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Items) == 0 {
			continue
		}
		if _, err := killed.hand(ctx, page.Items); err != nil {
			t.Fatal(err)
		}
	}
	if dead.count() != rows || s.left() != rows {
		t.Fatalf("before it was killed it had delivered %d, and %d are left", dead.count(), s.left())
	}
	b, began := newBox(), time.Now()
	s.relay(tables.Open(t), b)
	until(t, "another relay has delivered all of them", func() bool { return b.count() == rows && s.left() == 0 })
	if took := time.Since(began); took > leaseTime+10*time.Second {
		t.Errorf("it took %v to take over", took)
	}
}

func TestTwoRelaysShareTheShardsAndSeldomDeliverTwice(t *testing.T) {
	t.Parallel()
	s, tables := newStore(t)
	b := newBox()
	s.relay(tables.Open(t), b)
	s.relay(tables.Open(t), b)
	const rows = 100
	for i := range rows {
		if err := s.row(fmt.Sprint(i), s.event("x")); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "all are delivered", func() bool { return b.count() == rows && s.left() == 0 })
	if twice := deliveries(b) - rows; twice > rows/10 {
		t.Errorf("%d were delivered twice", twice)
	}
}

func deliveries(b *box) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, runs := range b.runs {
		n += runs
	}
	return n
}

func TestARelayThatEndsInOrderHandsItsShardsOver(t *testing.T) {
	t.Parallel()
	s, tables := newStore(t)
	first, second := newBox(), newBox()
	stop := s.relay(tables.Open(t), first)
	until(t, "all shards are leased", func() bool { return leases(t, s.db) == shards })
	stop()
	if n := leases(t, s.db); n != 0 {
		t.Errorf("%d leases are left", n)
	}
	s.relay(tables.Open(t), second)
	if err := s.row("a", s.event("x")); err != nil {
		t.Fatal(err)
	}
	until(t, "the other relay delivers", func() bool { return second.count() == 1 })
}

func TestAMessageThatTheSinkNeverTakesHoldsNoneOfTheOthersBack(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	poison := s.task("poison")
	const rows = 250
	poison.Key.PK = partition(0)
	if err := s.row("poison", poison); err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		w := s.event("x")
		w.Key.PK = partition(0)
		if err := s.row(fmt.Sprint(i), w); err != nil {
			t.Fatal(err)
		}
	}
	b := newBox()
	b.refuse = func(messages []queue.Message) error {
		for _, m := range messages {
			if m.Topic != "" {
				return errNotNow
			}
		}
		return nil
	}
	s.relay(s.db, b)
	until(t, "all others are delivered", func() bool { return b.count() == rows && s.left() == 1 })
	b.mu.Lock()
	b.refuse = nil
	b.mu.Unlock()
	until(t, "it is delivered once the sink takes it", func() bool { return b.count() == rows+1 && s.left() == 0 })
}

func TestNothingAnnouncedIsLostOnARoughNetwork(t *testing.T) {
	t.Parallel()
	s, tables := newStore(t)
	if err := tables.Network.Set(dynamotest.Rough(11)); err != nil {
		t.Fatal(err)
	}
	b := newBox()
	calls := 0
	b.refuse = func([]queue.Message) error {
		if calls++; calls%7 == 0 {
			return errNotNow
		}
		return nil
	}
	s.relay(tables.Open(t), b)
	s.relay(tables.Open(t), b)
	const writers, rows = 3, 25
	var wg sync.WaitGroup
	for w := range writers {
		db := tables.Open(t)
		wg.Go(func() {
			for i := range rows {
				if err := (store{db, t}).row(fmt.Sprint(w, " ", i), s.event("x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	until(t, "all are delivered", func() bool { return b.count() == writers*rows && s.left() == 0 })
}

// River gets from an outbox what Announce and Enqueue would have given it.
func TestRiverHoldsOneJobASubscriptionAndOneATask(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, _ := newStore(t)
	db, err := postgres.Open(ctx, pgtest.New(t).Config(0), discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	pub := queue.NewPublisher()
	s.relay(s.db, queue.NewRiver(db, pub, discard()))
	if err := s.row("a", s.event("ann"), s.task("hello")); err != nil {
		t.Fatal(err)
	}
	subs := queue.SubscribersOf("account_deleted")
	count := func() int {
		n, err := queuedb.New().CountOpenJobs(ctx, db.Writer(ctx))
		if err != nil {
			t.Fatal(err)
		}
		return int(n)
	}
	until(t, "all jobs are there", func() bool { return count() == len(subs)+1 && s.left() == 0 })
	heard := make(chan string, 10)
	handlers := queue.Handlers{"test.note": queue.On(
		func() *wrapperspb.StringValue { return &wrapperspb.StringValue{} },
		func(_ context.Context, m *wrapperspb.StringValue) error { heard <- m.GetValue(); return nil },
	)}
	for _, sub := range subs {
		handlers[sub.Topic()] = queue.OnEvent(func(_ context.Context, ev *eventv1.Event) error {
			heard <- ev.GetAccountDeleted().GetUserId()
			return nil
		})
	}
	worker, err := queue.NewWorker(db, handlers, nil, queue.DefaultLimits(), func(string, time.Duration, error) {}, discard())
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = worker.Run(ctx) }()
	said := map[string]int{}
	for range len(subs) + 1 {
		select {
		case text := <-heard:
			said[text]++
		case <-time.After(patience):
			t.Fatal("it did not happen")
		}
	}
	if said["ann"] != len(subs) || said["hello"] != 1 {
		t.Errorf("handlers heard %v", said)
	}
}
