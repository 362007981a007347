// Package queue carries events from the noun that announces them to the nouns
// that listen, and long work of a noun to its workers.
//
// An event is stored as one job a subscription in the transaction of the row it
// speaks of, so what is committed is delivered at least once, whatever crashes
// in between. Who listens to what is one static table (subscriptions.go).
// Handlers are idempotent and expect any order. A handler that fails is tried
// again with growing pauses; after the last try its job becomes a dead letter,
// which stays until somebody looks (`throng queue status`, `throng queue redrive`).
//
// Jobs are kept by River on Postgres. No LISTEN and no NOTIFY is used: a NOTIFY
// in a user's write takes a lock that all commits of the database share, so
// workers poll instead. A job whose worker was killed runs again within 30 s.
package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// maxTries is how often a job is tried before it is a dead letter: with the
	// pauses of retryPolicy this takes about twelve minutes.
	maxTries = 20
	// maxPayload bounds a message; 256 KiB is also what SQS takes.
	maxPayload = 256 << 10
)

// Task is a message of a noun to its own workers.
type Task struct {
	// Topic says what is to be done, as `noun.verb`.
	Topic string
	// Queue is one of the names in subscriptions.go.
	Queue string
	// Message is what the handler of the topic gets.
	Message proto.Message
}

// Publisher stores messages. It needs no worker in its process.
type Publisher struct{ river *river.Client[pgx.Tx] }

// NewPublisher makes a publisher.
func NewPublisher() (*Publisher, error) {
	client, err := river.NewClient(driver{riverpgxv5.New(nil)}, &river.Config{MaxAttempts: maxTries})
	if err != nil {
		return nil, err
	}
	return &Publisher{client}, nil
}

// Announce stores ev for everyone who subscribes to it, if and only if tx
// commits. It fills in the envelope.
func (p *Publisher) Announce(ctx context.Context, tx postgres.Tx, ev *eventv1.Event) error {
	subs := subscribers(ev)
	if len(subs) == 0 {
		return nil
	}
	if err := seal(ctx, ev); err != nil {
		return err
	}
	payload, err := proto.Marshal(ev)
	if err != nil {
		return err
	}
	jobs := make([]river.InsertManyParams, len(subs))
	for i, s := range subs {
		if jobs[i], err = insertion(s.Topic(), s.Queue, payload, ev.GetTraceparent()); err != nil {
			return err
		}
	}
	return p.insert(ctx, tx, jobs)
}

// Enqueue stores tasks, if and only if tx commits.
func (p *Publisher) Enqueue(ctx context.Context, tx postgres.Tx, tasks ...Task) error {
	jobs := make([]river.InsertManyParams, len(tasks))
	for i, t := range tasks {
		payload, err := proto.Marshal(t.Message)
		if err != nil {
			return err
		}
		if jobs[i], err = insertion(t.Topic, t.Queue, payload, traceparent(ctx)); err != nil {
			return err
		}
	}
	return p.insert(ctx, tx, jobs)
}

func (p *Publisher) insert(ctx context.Context, tx postgres.Tx, jobs []river.InsertManyParams) error {
	_, err := p.river.InsertManyFastTx(ctx, tx.Raw(), jobs)
	return postgres.Fault(err)
}

func insertion(topic, queue string, payload []byte, trace string) (river.InsertManyParams, error) {
	if len(payload) > maxPayload {
		return river.InsertManyParams{}, fmt.Errorf("queue: a message of %s has %d bytes, the limit is %d", topic, len(payload), maxPayload)
	}
	return river.InsertManyParams{
		Args:       message{topic: topic, Payload: payload, Trace: trace},
		InsertOpts: &river.InsertOpts{Queue: queue, MaxAttempts: maxTries},
	}, nil
}

func seal(ctx context.Context, ev *eventv1.Event) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	ev.Id, ev.OccurredAt, ev.Traceparent = id.String(), timestamppb.New(time.Now()), traceparent(ctx)
	return nil
}

func traceparent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(ctx, carrier)
	return carrier["traceparent"]
}

// message is how River keeps one: the payload is protobuf, as on every queue.
type message struct {
	topic   string
	Payload []byte `json:"payload"`
	Trace   string `json:"trace,omitempty"`
}

// Kind implements river.JobArgs.
func (m message) Kind() string { return m.topic }

// driver is River's without LISTEN and NOTIFY.
type driver struct{ *riverpgxv5.Driver }

// SupportsListenNotify makes River poll.
func (driver) SupportsListenNotify() bool { return false }

// Periodic is a task that one worker of the deployment enqueues from time to
// time.
type Periodic struct {
	Every time.Duration
	Task  Task
}
