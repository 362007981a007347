package sqsqueue

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/queue"
)

// parallelCounts bounds how many queues are asked at once.
const parallelCounts = 8

// Depths implements queue.Backend. SQS counts what waits for another try among what
// is with a worker.
func (q *Queue) Depths(ctx context.Context) ([]queue.Depth, error) {
	all := sources()
	found := make([][]queue.Depth, len(all))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelCounts)
	for i, s := range all {
		g.Go(func() (err error) {
			found[i], err = q.depths(ctx, s)
			return err
		})
	}
	err := g.Wait()
	return slices.Concat(found...), err
}

func (q *Queue) depths(ctx context.Context, s source) (depths []queue.Depth, err error) {
	ready, running, err := q.count(ctx, s.name)
	if err != nil {
		return nil, err
	}
	dead, hidden, err := q.count(ctx, deadQueue(s.name))
	if err != nil {
		return nil, err
	}
	for _, d := range []queue.Depth{{State: queue.StateReady, Jobs: ready}, {State: queue.StateRunning, Jobs: running}, {State: queue.StateDead, Jobs: dead + hidden}} {
		if d.Jobs > 0 {
			d.Queue, d.Topic = s.kind, s.label()
			depths = append(depths, d)
		}
	}
	return depths, nil
}

func (s source) label() string {
	if s.topic == "" {
		return s.name
	}
	return s.topic
}

// count is about how many messages can be seen, and how many cannot.
func (q *Queue) count(ctx context.Context, name string) (seen, hidden int64, err error) {
	url, err := q.url(ctx, name)
	if err != nil {
		return 0, 0, err
	}
	var out *sqs.GetQueueAttributesOutput
	err = try(ctx, func(ctx context.Context) (err error) {
		out, err = q.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{
			types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
			types.QueueAttributeNameApproximateNumberOfMessagesDelayed,
		}})
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	number := func(name types.QueueAttributeName) int64 {
		n, _ := strconv.ParseInt(out.Attributes[string(name)], 10, 64)
		return n
	}
	return number(types.QueueAttributeNameApproximateNumberOfMessages),
		number(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible) + number(types.QueueAttributeNameApproximateNumberOfMessagesDelayed), nil
}

// peekSeconds hides dead letters that are looked at from the next look.
const peekSeconds = 2

// redriveTime is how long one that is brought back may take on its way.
func (q *Queue) redriveTime() int32 { return seconds(q.config.Visibility + 2*budget) }

// DeadLetters implements queue.Backend.
func (q *Queue) DeadLetters(ctx context.Context, limit int) ([]queue.DeadLetter, error) {
	var letters []queue.DeadLetter
	for _, s := range sources() {
		for len(letters) < limit {
			messages, err := q.take(ctx, deadQueue(s.name), peekSeconds)
			if err != nil {
				return nil, err
			}
			if len(messages) == 0 {
				break
			}
			for _, m := range messages[:min(len(messages), limit-len(letters))] {
				letters = append(letters, queue.DeadLetter{ID: attribute(m, attrID), Topic: s.topicOf(m), Queue: s.kind, Tries: queue.MaxTries})
			}
		}
	}
	return letters, nil
}

func (s source) topicOf(m types.Message) string {
	if s.topic == "" {
		return attribute(m, attrTopic)
	}
	return s.topic
}

// take takes messages that are there now.
func (q *Queue) take(ctx context.Context, name string, hidden int32) ([]types.Message, error) {
	url, err := q.url(ctx, name)
	if err != nil {
		return nil, err
	}
	var out *sqs.ReceiveMessageOutput
	err = try(ctx, func(ctx context.Context) (err error) {
		out, err = q.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &url, MaxNumberOfMessages: batchSize, VisibilityTimeout: hidden, WaitTimeSeconds: 1, MessageAttributeNames: []string{"All"},
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp},
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return out.Messages, nil
}

// Redrive implements queue.Backend. A dead letter is sent to its queue before it is
// deleted, so one that was broken off in between is delivered twice.
func (q *Queue) Redrive(ctx context.Context, topic string) (int64, error) {
	var total int64
	for _, s := range sources() {
		if topic != "" && s.topic != "" && s.topic != topic {
			continue
		}
		n, err := q.redrive(ctx, s, topic)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// redrive ends when there is nothing but what it has met before or is not to bring
// back: other topics, and what was brought back and is dead once more, which was sent
// after the beginning.
func (q *Queue) redrive(ctx context.Context, s source, topic string) (n int64, err error) {
	began := time.Now().Add(-time.Second) // clocks differ
	met := map[string]bool{}
	var others []types.Message
	for {
		messages, err := q.take(ctx, deadQueue(s.name), q.redriveTime())
		if err != nil {
			return n, err
		}
		var batch []types.Message
		news := false
		for _, m := range messages {
			if (topic == "" || s.topicOf(m) == topic) && sent(m).Before(began) {
				batch = append(batch, m)
			} else {
				others = append(others, m)
			}
			id := aws.ToString(m.MessageId)
			news = news || !met[id]
			met[id] = true
		}
		if err := q.resend(ctx, s, batch); err != nil {
			return n, err
		}
		n += int64(len(batch))
		if !news {
			return n, q.giveBack(ctx, s, others)
		}
	}
}

// sent is when a message was sent to its first queue.
func sent(m types.Message) time.Time {
	ms, err := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func (q *Queue) resend(ctx context.Context, s source, messages []types.Message) error {
	batch := make([]outgoing, len(messages))
	receipts := make([]string, len(messages))
	for i, m := range messages {
		batch[i], receipts[i] = unpack(m), aws.ToString(m.ReceiptHandle)
	}
	for _, part := range batches(batch) {
		if err := q.send(ctx, s.name, part); err != nil {
			return err
		}
	}
	url, err := q.url(ctx, deadQueue(s.name))
	if err != nil || len(receipts) == 0 {
		return err
	}
	return q.delete(ctx, url, receipts)
}

// giveBack shows dead letters that stay.
func (q *Queue) giveBack(ctx context.Context, s source, messages []types.Message) error {
	url, err := q.url(ctx, deadQueue(s.name))
	if err != nil {
		return err
	}
	c := &consumer{queue: q, source: s, url: url}
	for _, m := range messages {
		c.show(ctx, m, 0)
	}
	return nil
}

func unpack(m types.Message) outgoing {
	o := outgoing{body: aws.ToString(m.Body), attributes: map[string]string{}}
	for name := range m.MessageAttributes {
		if text := attribute(m, name); text != "" {
			o.attributes[name] = text
		}
	}
	return o
}
