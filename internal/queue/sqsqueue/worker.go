package sqsqueue

import (
	"context"
	"encoding/base64"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/throng-social/throng/internal/queue"
)

// Work implements queue.Backend. Each queue is polled by itself; handlers share the
// slots of their kind of work.
func (q *Queue) Work(ctx context.Context, w queue.Work) error {
	slots := map[string]chan struct{}{}
	for kind, n := range w.Limits {
		slots[kind] = make(chan struct{}, n)
	}
	var loops sync.WaitGroup
	for _, s := range sources() {
		if slots[s.kind] == nil {
			continue
		}
		url, err := q.url(ctx, s.name)
		if err != nil {
			return err
		}
		c := &consumer{queue: q, source: s, url: url, work: w, slots: slots[s.kind], held: map[string]bool{}, acks: newAcks(q, url)}
		loops.Go(func() { c.run(ctx) })
	}
	loops.Wait()
	return nil
}

// consumer takes from one queue.
type consumer struct {
	queue  *Queue
	source source
	url    string
	work   queue.Work
	slots  chan struct{}
	acks   *acks
	tries  sync.WaitGroup

	mu sync.Mutex
	// held are the receipts of messages that are here, waiting or running.
	held map[string]bool
}

// run takes, hands out, and at the end waits for what was begun.
func (c *consumer) run(ctx context.Context) {
	working := context.WithoutCancel(ctx)
	stop := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() { c.extend(working, stop) })
	others.Go(func() { c.acks.run(working) })
	for failures := 0; ctx.Err() == nil; {
		messages, err := c.receive(working)
		if err != nil {
			failures++
			c.queue.log.WarnContext(ctx, "cannot take from a queue", slog.String("queue", c.source.name), slog.Any("error", err))
			rest(ctx, failures+3)
			continue
		}
		failures = 0
		c.hold(messages)
		for _, m := range messages {
			c.begin(ctx, m)
		}
	}
	c.tries.Wait()
	c.acks.close()
	close(stop)
	others.Wait()
}

// receive waits for messages. It is not broken off when the worker is to end, as what is
// on its way then would be seen by nobody for a while.
func (c *consumer) receive(ctx context.Context) ([]types.Message, error) {
	poll := c.queue.config.Poll
	var out *sqs.ReceiveMessageOutput
	err := once(ctx, poll+tryTime, func(ctx context.Context) (err error) {
		out, err = c.queue.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &c.url, MaxNumberOfMessages: batchSize,
			WaitTimeSeconds:             seconds(poll),
			VisibilityTimeout:           seconds(c.queue.config.Visibility),
			MessageAttributeNames:       []string{"All"},
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return out.Messages, nil
}

// begin runs the handler as soon as a slot is free. Where the worker is to end before, it
// gives the message back.
func (c *consumer) begin(ctx context.Context, m types.Message) {
	if ctx.Err() == nil {
		select {
		case c.slots <- struct{}{}:
			c.tries.Go(func() {
				defer func() { <-c.slots }()
				c.try(context.WithoutCancel(ctx), m)
			})
			return
		case <-ctx.Done():
		}
	}
	c.release(m)
	c.show(context.WithoutCancel(ctx), m, 0)
}

func (c *consumer) try(ctx context.Context, m types.Message) {
	t := queue.Try{
		Topic: c.source.topic, Trace: attribute(m, attrTrace), ID: attribute(m, attrID), Number: received(m), Of: queue.MaxTries,
	}
	if t.Topic == "" {
		t.Topic = attribute(m, attrTopic)
	}
	var err error
	if t.Payload, err = base64.StdEncoding.DecodeString(aws.ToString(m.Body)); err != nil {
		t.Payload = []byte(aws.ToString(m.Body)) // which no handler can read
	}
	err = c.work.Run(ctx, t, c.queue.log)
	c.release(m)
	if err != nil {
		c.show(ctx, m, queue.Pause(t.Number))
		return
	}
	c.acks.add(aws.ToString(m.ReceiptHandle))
}

// show has a message seen by others after d. If that fails, it is seen when its
// visibility ends.
func (c *consumer) show(ctx context.Context, m types.Message, d time.Duration) {
	err := try(ctx, func(ctx context.Context) error {
		_, err := c.queue.sqs.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
			QueueUrl: &c.url, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds(d),
		})
		return err
	})
	if err != nil {
		c.queue.log.WarnContext(ctx, "cannot say when a message is due again", slog.String("queue", c.source.name), slog.Any("error", err))
	}
}

// seconds are rounded up: nothing is due sooner than it was said.
func seconds(d time.Duration) int32 { return int32((d + time.Second - 1) / time.Second) } //nolint:gosec // minutes at most

func attribute(m types.Message, name string) string {
	return aws.ToString(m.MessageAttributes[name].StringValue)
}

// received is how often a message was taken, this time among them.
func received(m types.Message) int {
	n, err := strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	if err != nil {
		return 1
	}
	return n
}
