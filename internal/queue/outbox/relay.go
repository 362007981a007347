package outbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/queue"
)

const (
	// batch is how many messages are handed over at once.
	batch = 100
	// leastPause and mostPause are how long a shard that was empty is left alone. What
	// this process has written wakes it at once.
	leastPause = 20 * time.Millisecond
	mostPause  = 200 * time.Millisecond
	// leaseTime is after how long the shards of a relay that is gone are taken over.
	leaseTime = 4 * time.Second
	// failurePause is how long a shard rests after a failure.
	failurePause = 500 * time.Millisecond
	// handTime bounds how long the sink may take over one batch.
	handTime = 5 * time.Second
)

// Sink is the queue of a deployment.
type Sink interface {
	// Accept keeps all messages, for everyone who subscribes to an event and for the
	// handler of a task, or fails; after a failure some may be kept. It may be given
	// messages that it was given before.
	Accept(ctx context.Context, messages []queue.Message) error
}

// Relay hands what is in the outbox to a sink. Several may run in a deployment.
type Relay struct {
	db    *dynamo.DB
	sink  Sink
	log   *slog.Logger
	owner string
	wakes [shards]chan struct{}
	index map[string]int
}

// NewRelay makes a relay.
func NewRelay(db *dynamo.DB, sink Sink, log *slog.Logger) *Relay {
	r := &Relay{db: db, sink: sink, log: log, owner: uuid.NewString(), index: map[string]int{}}
	for i := range shards {
		r.wakes[i] = make(chan struct{}, 1)
		r.index[partition(i)] = i
	}
	db.OnPut(dynamo.Outbox, r.wake)
	return r
}

func (r *Relay) wake(k dynamo.Key) {
	i, ok := r.index[k.PK]
	if !ok {
		return
	}
	select {
	case r.wakes[i] <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, and finishes the batches under way.
func (r *Relay) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for i := range shards {
		wg.Go(func() { (&shard{relay: r, pk: partition(i), wake: r.wakes[i]}).run(ctx) })
	}
	wg.Wait()
}

// shard is one partition as a relay sees it.
type shard struct {
	relay *Relay
	pk    string
	wake  <-chan struct{}
	// until is when the lease ends; held is whether there is one.
	until time.Time
	pause time.Duration
	// after is where to go on, past messages that the sink has refused.
	after string
}

func (s *shard) run(ctx context.Context) {
	defer s.release(ctx)
	for ctx.Err() == nil {
		switch n, err := s.step(ctx); {
		case err != nil && ctx.Err() == nil:
			s.relay.log.WarnContext(ctx, "the outbox waits", slog.String("shard", s.pk), slog.Any("error", err))
			s.pause = failurePause
		case n == batch || s.after != "":
			continue
		case n > 0:
			s.pause = leastPause
		default:
			s.pause = min(max(2*s.pause, leastPause), mostPause)
		}
		s.rest(ctx)
	}
}

func (s *shard) rest(ctx context.Context) {
	t := time.NewTimer(s.pause)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-s.wake:
	}
}

// step hands over one batch and answers how many messages it had. It reads from the
// primary: what another copy does not show yet would be handed over late, and what it
// still shows a second time.
func (s *shard) step(ctx context.Context) (int, error) {
	if mine, err := s.lease(ctx); !mine || err != nil {
		return 0, err
	}
	page, err := s.relay.db.Query(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Outbox, PK: s.pk, After: s.after, Limit: batch})
	if err != nil {
		return 0, err
	}
	// One that was begun is finished, though the process is about to end.
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), handTime)
	defer cancel()
	s.after = page.After
	if len(page.Items) == 0 {
		return 0, nil
	}
	kept, err := s.hand(whole, page.Items)
	if delErr := s.relay.db.BatchWrite(whole, dynamo.Outbox, kept); delErr != nil {
		return 0, delErr
	}
	return len(page.Items), err
}

// hand gives items to the sink and answers the deletions of those that it has kept.
// Where it refuses some it is asked for each, so that one that it never takes holds
// none of the others back.
func (s *shard) hand(ctx context.Context, items []dynamo.Item) (kept []dynamo.Write, err error) {
	messages := make([]queue.Message, len(items))
	for i, item := range items {
		messages[i] = read(item)
	}
	err = s.relay.sink.Accept(ctx, messages)
	switch {
	case err == nil:
		return deletions(items), nil
	case fault.Is(err, fault.Unavailable), fault.Is(err, fault.TimedOut):
		return nil, err
	}
	for i := range items {
		if one := s.relay.sink.Accept(ctx, messages[i:i+1]); one != nil {
			err = one
			continue
		}
		kept = append(kept, deletions(items[i:i+1])...)
	}
	if len(kept) == len(items) {
		err = nil
	}
	return kept, err
}

func deletions(items []dynamo.Item) []dynamo.Write {
	writes := make([]dynamo.Write, len(items))
	for i, item := range items {
		writes[i] = dynamo.Write{Key: item.Key(), Delete: true}
	}
	return writes
}
