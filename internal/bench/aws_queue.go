package bench

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/sqsqueue"
)

// cloudQueue is the worker of a queue on SQS, with a handler that does nothing,
// against a loop that takes ten messages and deletes them. Its queues are its own.
type cloudQueue struct {
	messages int
	config   sqsqueue.Config
	sender   *sqsqueue.Queue
	bare     *sqs.Client
	url      *string
}

const (
	queuePrefix = "bench-queue-"
	queueTopic  = "bench.note"
	// acceptedAtOnce is how many messages one call hands over.
	acceptedAtOnce = 100
)

func awsQueueRows(ctx context.Context, c *cloud, o options, r *report) error {
	q, err := newCloudQueue(ctx, c)
	if err != nil {
		return err
	}
	ours := func() (float64, error) { return q.round(ctx, q.ours) }
	limit := func() (float64, error) { return q.round(ctx, q.limit) }
	if _, err := inTurn(1, ours, limit); err != nil {
		return err
	}
	p, err := inTurn(o.rounds, ours, limit)
	if err != nil {
		return err
	}
	r.pair("shape aws: deliveries of the queue", "messages/s", "≥ 0.6", p)
	r.notef("Shape aws, queue: %d messages that are there before; ours until the last handler has run, four at once; the limit takes ten and deletes ten until there are none.", q.messages)
	return nil
}

func newCloudQueue(ctx context.Context, c *cloud) (*cloudQueue, error) {
	q := &cloudQueue{messages: c.size.Messages, config: sqsqueue.Config{
		Region: devstack.Region, Endpoint: c.settings.QueueEndpoint, Prefix: queuePrefix, Poll: time.Second,
	}}
	if err := devstack.CreateQueues(ctx, q.config.Endpoint, queuePrefix); err != nil {
		return nil, err
	}
	var err error
	if q.sender, err = q.open(ctx); err != nil {
		return nil, err
	}
	q.bare = sqs.New(sqs.Options{
		Region: devstack.Region, BaseEndpoint: &q.config.Endpoint, Credentials: anyCredentials, Retryer: aws.NopRetryer{}, HTTPClient: bareClient(),
	})
	out, err := q.bare.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(queuePrefix + "task-" + queue.Fanout)})
	if err != nil {
		return nil, err
	}
	q.url = out.QueueUrl
	return q, nil
}

func (q *cloudQueue) open(ctx context.Context) (*sqsqueue.Queue, error) {
	return sqsqueue.Open(ctx, q.config, slog.New(slog.DiscardHandler))
}

// round fills the queue, has it emptied, and asserts that it is empty.
func (q *cloudQueue) round(ctx context.Context, empty func(context.Context) (time.Duration, error)) (float64, error) {
	if err := q.fill(ctx); err != nil {
		return 0, err
	}
	took, err := empty(ctx)
	if err != nil {
		return 0, err
	}
	depths, err := q.sender.Depths(ctx)
	if err == nil && queue.Open(depths) != 0 {
		err = fmt.Errorf("%d messages are left", queue.Open(depths))
	}
	return float64(q.messages) / took.Seconds(), err
}

func (q *cloudQueue) fill(ctx context.Context) error {
	for sent := 0; sent < q.messages; {
		batch := make([]queue.Message, min(acceptedAtOnce, q.messages-sent))
		for i := range batch {
			payload, err := proto.Marshal(wrapperspb.String("note " + strconv.Itoa(sent+i)))
			if err != nil {
				return err
			}
			batch[i] = queue.Message{ID: strconv.Itoa(sent + i), Topic: queueTopic, Queue: queue.Fanout, Payload: payload}
		}
		if err := q.sender.Accept(ctx, batch); err != nil {
			return err
		}
		sent += len(batch)
	}
	return nil
}

// ours works until every message was handled, and then lets the worker end.
func (q *cloudQueue) ours(ctx context.Context) (time.Duration, error) {
	worker, err := q.open(ctx)
	if err != nil {
		return 0, err
	}
	ctx, stop := context.WithTimeout(ctx, settleTime)
	defer stop()
	var left atomic.Int64
	left.Store(int64(q.messages))
	all := make(chan struct{})
	handlers := queue.Handlers{queueTopic: queue.On(
		func() *wrapperspb.StringValue { return &wrapperspb.StringValue{} },
		func(context.Context, *wrapperspb.StringValue) error {
			if left.Add(-1) == 0 {
				close(all)
			}
			return nil
		},
	)}
	ended := make(chan error, 1)
	began := time.Now()
	go func() {
		ended <- worker.Work(ctx, queue.Work{
			Handlers: handlers, Limits: queue.Limits{queue.Fanout: queue.DefaultLimits()[queue.Fanout]}, Observe: func(string, time.Duration, error) {},
		})
	}()
	select {
	case <-all:
	case err := <-ended:
		return 0, fmt.Errorf("the worker ended with %d messages left: %w", left.Load(), err)
	}
	took := time.Since(began)
	stop()
	return took, <-ended
}

// limit takes and deletes.
func (q *cloudQueue) limit(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	for left := q.messages; left > 0; {
		got, err := q.bare.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: q.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1})
		if err != nil {
			return 0, err
		}
		if len(got.Messages) == 0 {
			return 0, fmt.Errorf("%d messages do not come", left)
		}
		entries := make([]types.DeleteMessageBatchRequestEntry, len(got.Messages))
		for i, m := range got.Messages {
			entries[i] = types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle}
		}
		if _, err := q.bare.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: q.url, Entries: entries}); err != nil {
			return 0, err
		}
		left -= len(entries)
	}
	return time.Since(began), nil
}
