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
	"encoding/json"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"google.golang.org/protobuf/proto"

	"github.com/throng-social/throng/gen/db/queuedb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/postgres"
)

// maxPayload bounds a message: it is what SNS takes, 256 KiB, less a quarter for
// base64 and some room for attributes.
const maxPayload = 188 << 10

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
type Publisher struct {
	q *queuedb.Queries
	// relayed messages are for another queue.
	relayed bool
}

// NewPublisher makes a publisher.
func NewPublisher() *Publisher {
	return &Publisher{q: queuedb.New()}
}

// Announce stores ev for everyone who subscribes to it, if and only if u is done. It
// fills in the envelope.
func (p *Publisher) Announce(ctx context.Context, u postgres.Unit, ev *eventv1.Event) error {
	if len(SubscribersOf(nameOf(ev))) == 0 {
		return nil
	}
	m, err := Seal(ctx, ev)
	if err != nil {
		return err
	}
	return p.insert(ctx, u, m)
}

// Enqueue stores tasks, if and only if tx commits.
func (p *Publisher) Enqueue(ctx context.Context, tx postgres.Tx, tasks ...Task) error {
	messages := make([]Message, len(tasks))
	for i, t := range tasks {
		var err error
		if messages[i], err = Pack(ctx, t); err != nil {
			return err
		}
	}
	return p.insert(ctx, tx, messages...)
}

// insert stores one job a delivery, or what is to be relayed, by one statement, which
// goes along with others in a batch. River's own way is a COPY, which takes three
// round trips.
func (p *Publisher) insert(ctx context.Context, u postgres.Unit, messages ...Message) error {
	jobs, err := p.jobs(messages)
	if err != nil || len(jobs) == 0 {
		return err
	}
	all := queuedb.InsertJobsParams{MaxAttempts: MaxTries}
	for _, job := range jobs {
		args, err := json.Marshal(job.Args)
		if err != nil {
			return err
		}
		all.Kinds = append(all.Kinds, job.Args.Kind())
		all.Queues = append(all.Queues, job.InsertOpts.Queue)
		all.Args = append(all.Args, args)
	}
	return p.q.InsertJobs(ctx, u, all)
}

func (p *Publisher) jobs(messages []Message) ([]river.InsertManyParams, error) {
	if p.relayed {
		return relays(messages)
	}
	var jobs []river.InsertManyParams
	for _, m := range messages {
		if m.Event == "" {
			jobs = append(jobs, insertion(m.Topic, m.Queue, m))
			continue
		}
		for _, s := range SubscribersOf(m.Event) {
			jobs = append(jobs, insertion(s.Topic(), s.Queue, m))
		}
	}
	return jobs, nil
}

func insertion(topic, queue string, m Message) river.InsertManyParams {
	return river.InsertManyParams{
		Args:       message{topic: topic, Payload: m.Payload, Trace: m.Trace},
		InsertOpts: &river.InsertOpts{Queue: queue, MaxAttempts: MaxTries},
	}
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
