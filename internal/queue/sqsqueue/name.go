package sqsqueue

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/throng-social/throng/internal/queue"
)

// Kinds are the queues of tasks, by what Task.Queue says.
var Kinds = []string{queue.Events, queue.Fanout, queue.Moves, queue.Bulk, queue.Upkeep, queue.CheckIns}

// Names in a deployment, without its prefix.
func taskQueue(kind string) string                { return "task-" + kind }
func subscriberQueue(s queue.Subscription) string { return s.Consumer + "-" + s.Event }
func deadQueue(name string) string                { return name + "-dead" }

// source is a queue that workers take from.
type source struct {
	name string
	// kind is that of the work, by which it is limited.
	kind string
	// topic is that of the one handler; "" where each message names its own.
	topic string
}

// sources are all queues of a deployment.
func sources() []source {
	var all []source
	for _, s := range queue.Subscriptions {
		all = append(all, source{name: subscriberQueue(s), kind: s.Queue, topic: s.Topic()})
	}
	for _, kind := range Kinds {
		all = append(all, source{name: taskQueue(kind), kind: kind})
	}
	return all
}

// url is that of a queue, asked for once.
func (q *Queue) url(ctx context.Context, name string) (string, error) {
	if url := q.known(q.urls, name); url != "" {
		return url, nil
	}
	var out *sqs.GetQueueUrlOutput
	err := try(ctx, func(ctx context.Context) (err error) {
		out, err = q.sqs.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(q.config.Prefix + name)})
		return err
	})
	if err != nil {
		return "", err
	}
	q.learn(q.urls, name, aws.ToString(out.QueueUrl))
	return aws.ToString(out.QueueUrl), nil
}

// topic is the name by which SNS knows an event. It differs from that of a queue, which
// SQS tells, in service and name alone.
func (q *Queue) topic(ctx context.Context, event string) (string, error) {
	if arn := q.known(q.arns, event); arn != "" {
		return arn, nil
	}
	name := taskQueue(queue.Events)
	url, err := q.url(ctx, name)
	if err != nil {
		return "", err
	}
	var out *sqs.GetQueueAttributesOutput
	err = try(ctx, func(ctx context.Context) (err error) {
		out, err = q.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn},
		})
		return err
	})
	if err != nil {
		return "", err
	}
	arn := out.Attributes[string(types.QueueAttributeNameQueueArn)]
	arn = strings.TrimSuffix(strings.Replace(arn, ":sqs:", ":sns:", 1), name) + event
	q.learn(q.arns, event, arn)
	return arn, nil
}

func (q *Queue) known(names map[string]string, name string) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return names[name]
}

func (q *Queue) learn(names map[string]string, name, found string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	names[name] = found
}
