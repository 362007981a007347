package queue_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

func accountDeleted(id string) *eventv1.Event {
	return &eventv1.Event{Body: &eventv1.Event_AccountDeleted{AccountDeleted: &eventv1.AccountDeleted{UserId: id}}}
}

func TestAnEventIsAnnouncedIfAndOnlyIfItsTransactionCommits(t *testing.T) {
	t.Parallel()
	ctx, p := t.Context(), newPost(t)
	mistake := errors.New("changed my mind")
	err := p.db.InTx(ctx, func(tx postgres.Tx) error {
		return errors.Join(p.pub.Announce(ctx, tx, accountDeleted("x")), p.pub.Enqueue(ctx, tx, note("x")), mistake)
	})
	if n := p.open(t); !errors.Is(err, mistake) || n != 0 {
		t.Errorf("after a rollback there are %d jobs, %v", n, err)
	}
	err = p.db.InTx(ctx, func(tx postgres.Tx) error { return p.pub.Announce(ctx, tx, accountDeleted("x")) })
	if n := p.open(t); err != nil || n != int64(len(subscriptionsTo("account_deleted"))) {
		t.Errorf("after a commit there are %d jobs, %v", n, err)
	}
}

func TestAnEventInABatchIsStoredWithTheRestOfItAndIsTheSameToItsSubscribers(t *testing.T) {
	t.Parallel()
	ctx, p := t.Context(), newPost(t)
	announce := func(b *postgres.Batch) error { return p.pub.Announce(ctx, b, accountDeleted("x")) }
	err := p.db.InBatch(ctx, func(b *postgres.Batch) error {
		_, err := b.Exec(ctx, "SELECT 1 / (random() * 0)::int")
		return errors.Join(announce(b), err)
	})
	if n := p.open(t); err == nil || n != 0 {
		t.Errorf("after a batch that failed there are %d jobs, %v", n, err)
	}
	err = p.db.InBatch(ctx, announce)
	if n := p.open(t); err != nil || n != int64(len(subscriptionsTo("account_deleted"))) {
		t.Errorf("after one that did not there are %d jobs, %v", n, err)
	}
	err = p.db.InTx(ctx, func(tx postgres.Tx) error { return p.pub.Announce(ctx, tx, accountDeleted("x")) })
	if err != nil {
		t.Fatal(err)
	}
	// A job of a batch is as River would have stored it, but for what differs in each.
	var kinds int
	err = p.db.Writer(ctx).QueryRow(ctx, `SELECT count(DISTINCT to_jsonb(j) - '{id,args,created_at,scheduled_at,kind}'::text[]) FROM river_job AS j`).Scan(&kinds)
	if err != nil || kinds != 1 {
		t.Errorf("there are %d kinds of rows, %v", kinds, err)
	}
	heard := make(chan string, 10)
	handlers := queue.Handlers{}
	for _, s := range subscriptionsTo("account_deleted") {
		handlers[s.Topic()] = queue.OnEvent(func(_ context.Context, ev *eventv1.Event) error {
			heard <- ev.GetAccountDeleted().GetUserId()
			return nil
		})
	}
	p.work(t, handlers)
	for range 2 * len(handlers) {
		if user := next(t, heard); user != "x" {
			t.Errorf("they heard of %q", user)
		}
	}
}

func subscriptionsTo(event string) (found []queue.Subscription) {
	for _, s := range queue.Subscriptions {
		if s.Event == event {
			found = append(found, s)
		}
	}
	return found
}

func TestEverySubscriberHearsOfAnEventOnceItIsAnnounced(t *testing.T) {
	t.Parallel()
	ctx, p := t.Context(), newPost(t)
	heard := make(chan *eventv1.Event, 10)
	handlers := queue.Handlers{}
	for _, s := range subscriptionsTo("account_deleted") {
		handlers[s.Topic()] = queue.OnEvent(func(_ context.Context, ev *eventv1.Event) error {
			heard <- ev
			return nil
		})
	}
	p.work(t, handlers)
	user := uuid.NewString()
	began := time.Now()
	if err := p.db.InTx(ctx, func(tx postgres.Tx) error { return p.pub.Announce(ctx, tx, accountDeleted(user)) }); err != nil {
		t.Fatal(err)
	}
	first := next(t, heard)
	for range len(handlers) - 1 {
		if again := next(t, heard); !proto.Equal(again, first) {
			t.Errorf("one heard %v, another %v", first, again)
		}
	}
	id, err := uuid.Parse(first.GetId())
	if err != nil || id.Version() != 7 || first.GetAccountDeleted().GetUserId() != user || first.GetOccurredAt().AsTime().Before(began.Add(-time.Second)) {
		t.Errorf("they heard %v", first)
	}
}

func TestAnEventThatNobodyListensToCostsNothing(t *testing.T) {
	t.Parallel()
	ctx, p := t.Context(), newPost(t)
	err := p.db.InTx(ctx, func(tx postgres.Tx) error { return p.pub.Announce(ctx, tx, &eventv1.Event{}) })
	if n := p.open(t); err != nil || n != 0 {
		t.Errorf("there are %d jobs, %v", n, err)
	}
}

func TestAMessageOverTheLimitIsRefusedWhole(t *testing.T) {
	t.Parallel()
	ctx, p := t.Context(), newPost(t)
	err := p.db.InTx(ctx, func(tx postgres.Tx) error {
		return p.pub.Enqueue(ctx, tx, note("small"), note(strings.Repeat("x", 256<<10)))
	})
	if n := p.open(t); err == nil || n != 0 {
		t.Errorf("there are %d jobs, %v", n, err)
	}
}
