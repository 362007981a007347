package sqsqueue

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/queue"
)

const (
	// batchSize and batchBytes bound a request to both services.
	batchSize  = 10
	batchBytes = 256 << 10
	// overhead is room for a message's attributes.
	overhead = 1 << 10
	// parallelBatches is how many requests of one Accept are under way at once.
	parallelBatches = 4
)

// Names of attributes. SNS and SQS do not carry empty ones.
const (
	attrID    = "id"
	attrTopic = "topic"
	attrTrace = "traceparent"
)

// outgoing is a message on its way.
type outgoing struct {
	body       string
	attributes map[string]string
}

func pack(m queue.Message) outgoing {
	o := outgoing{body: base64.StdEncoding.EncodeToString(m.Payload), attributes: map[string]string{}}
	for name, text := range map[string]string{attrID: m.ID, attrTopic: m.Topic, attrTrace: m.Trace} {
		if text != "" {
			o.attributes[name] = text
		}
	}
	return o
}

// Accept implements queue.Backend. An event that nobody subscribes to has no topic, and
// is done with.
func (q *Queue) Accept(ctx context.Context, messages []queue.Message) error {
	events, tasks := map[string][]outgoing{}, map[string][]outgoing{}
	for _, m := range messages {
		switch {
		case m.Event == "":
			tasks[taskQueue(m.Queue)] = append(tasks[taskQueue(m.Queue)], pack(m))
		case len(queue.SubscribersOf(m.Event)) > 0:
			events[m.Event] = append(events[m.Event], pack(m))
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelBatches)
	for event, all := range events {
		for _, batch := range batches(all) {
			g.Go(func() error { return q.publish(ctx, event, batch) })
		}
	}
	for name, all := range tasks {
		for _, batch := range batches(all) {
			g.Go(func() error { return q.send(ctx, name, batch) })
		}
	}
	return g.Wait()
}

// batches cuts messages into what one request takes.
func batches(all []outgoing) [][]outgoing {
	var cut [][]outgoing
	var bytes int
	for _, o := range all {
		size := len(o.body) + overhead
		last := len(cut) - 1
		if last < 0 || len(cut[last]) == batchSize || bytes+size > batchBytes {
			cut = append(cut, []outgoing{o})
			bytes = size
			continue
		}
		cut[last] = append(cut[last], o)
		bytes += size
	}
	return cut
}

// publish gives a batch to a topic, and again what it has not taken.
func (q *Queue) publish(ctx context.Context, event string, batch []outgoing) error {
	arn, err := q.topic(ctx, event)
	if err != nil {
		return err
	}
	return try(ctx, func(ctx context.Context) error {
		entries := make([]snstypes.PublishBatchRequestEntry, len(batch))
		for i, o := range batch {
			attributes := make(map[string]snstypes.MessageAttributeValue, len(o.attributes))
			for name, text := range o.attributes {
				attributes[name] = snstypes.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(text)}
			}
			entries[i] = snstypes.PublishBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), Message: aws.String(o.body), MessageAttributes: attributes}
		}
		out, err := q.sns.PublishBatch(ctx, &sns.PublishBatchInput{TopicArn: &arn, PublishBatchRequestEntries: entries})
		if err != nil {
			return err
		}
		left := make([]failed, len(out.Failed))
		for i, f := range out.Failed {
			left[i] = failed{aws.ToString(f.Id), aws.ToString(f.Code), f.SenderFault}
		}
		batch, err = again(batch, left)
		return err
	})
}

// send gives a batch to a queue, and again what it has not taken.
func (q *Queue) send(ctx context.Context, name string, batch []outgoing) error {
	url, err := q.url(ctx, name)
	if err != nil {
		return err
	}
	return try(ctx, func(ctx context.Context) error {
		entries := make([]types.SendMessageBatchRequestEntry, len(batch))
		for i, o := range batch {
			attributes := make(map[string]types.MessageAttributeValue, len(o.attributes))
			for name, text := range o.attributes {
				attributes[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(text)}
			}
			entries[i] = types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: aws.String(o.body), MessageAttributes: attributes}
		}
		out, err := q.sqs.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &url, Entries: entries})
		if err != nil {
			return err
		}
		batch, err = again(batch, failures(out.Failed))
		return err
	})
}

// failed is a part of a batch that was not done.
type failed struct {
	id, code string
	// mine is one that would fail again.
	mine bool
}

func failures(entries []types.BatchResultErrorEntry) []failed {
	all := make([]failed, len(entries))
	for i, e := range entries {
		all[i] = failed{aws.ToString(e.Id), aws.ToString(e.Code), e.SenderFault}
	}
	return all
}

// again answers what is left of a batch whose parts have their index as id.
func again[T any](batch []T, left []failed) ([]T, error) {
	if len(left) == 0 {
		return nil, nil
	}
	var rest []T
	for _, f := range left {
		if f.mine {
			return batch, fmt.Errorf("a message was refused: %s", f.code)
		}
		if i, err := strconv.Atoi(f.id); err == nil && i < len(batch) {
			rest = append(rest, batch[i])
		}
	}
	return rest, errPart
}
