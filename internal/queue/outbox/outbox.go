// Package outbox announces what is written to DynamoDB.
//
// DynamoDB has no transaction with a queue. So what a write announces is an item in
// the table outbox, in the same transaction: both are there or neither. A relay,
// which runs beside workers, hands the items to the queue of the deployment (its
// sink) and deletes them only after the sink has kept them. Whatever crashes in
// between, what was announced is delivered at least once, sometimes twice, in no
// promised order; handlers expect that of every queue.
//
// Items are spread over shards, each a partition of its own, so that no key is hot;
// in a shard they are in the order of their UUIDv7. One relay of the deployment at a
// time works on a shard, by a lease of seconds: two would deliver everything twice, and
// still lose nothing, so a lease that is wrong for a moment does no harm.
package outbox

import (
	"context"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/queue"
)

// shards bounds what can be announced: a partition takes 1,000 units of writes a
// second, and a message of one kilobyte costs two in its transaction and one when it
// is deleted. It may grow, and never shrink while items are there.
const shards = 16

// Names of attributes.
const (
	attrEvent   = "e"
	attrTopic   = "t"
	attrQueue   = "q"
	attrPayload = "b"
	attrTrace   = "c"
)

// Event is the write that announces ev, to be made in the transaction of what ev
// speaks of. It fills in the envelope.
func Event(ctx context.Context, ev *eventv1.Event) (dynamo.Write, error) {
	m, err := queue.Seal(ctx, ev)
	return write(m), err
}

// Task is the write that enqueues a task, to be made in a transaction.
func Task(ctx context.Context, t queue.Task) (dynamo.Write, error) {
	m, err := queue.Pack(ctx, t)
	return write(m), err
}

func write(m queue.Message) dynamo.Write {
	item := dynamo.Item{attrPayload: dynamo.B(m.Payload)}
	for name, text := range map[string]string{attrEvent: m.Event, attrTopic: m.Topic, attrQueue: m.Queue, attrTrace: m.Trace} {
		if text != "" {
			item[name] = dynamo.S(text)
		}
	}
	return dynamo.Write{Table: dynamo.Outbox, Key: dynamo.Key{PK: partition(rand.IntN(shards)), SK: m.ID}, Put: item}
}

func read(item dynamo.Item) queue.Message {
	return queue.Message{
		ID: item.Key().SK, Event: item.Str(attrEvent), Topic: item.Str(attrTopic), Queue: item.Str(attrQueue),
		Payload: item.Bytes(attrPayload), Trace: item.Str(attrTrace),
	}
}

func partition(shard int) string { return "O#" + strconv.Itoa(shard) }

// Oldest is how long the oldest message has waited; 0 where there is none.
func Oldest(ctx context.Context, db *dynamo.DB) (time.Duration, error) {
	var age time.Duration
	for i := range shards {
		page, err := db.Query(ctx, dynamo.Reader, dynamo.Query{Table: dynamo.Outbox, PK: partition(i), Limit: 1})
		if err != nil {
			return 0, err
		}
		for _, item := range page.Items {
			made, err := uuid.Parse(item.Key().SK)
			if err == nil {
				age = max(age, time.Since(id.Time(made)))
			}
		}
	}
	return age, nil
}

// Count is how many messages wait. It reads all of them.
func Count(ctx context.Context, db *dynamo.DB) (n int64, err error) {
	for i := range shards {
		for _, err := range db.Each(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Outbox, PK: partition(i), Attributes: []string{attrTopic}}) {
			if err != nil {
				return 0, err
			}
			n++
		}
	}
	return n, nil
}
