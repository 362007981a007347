package sqsqueue

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func (c *consumer) hold(messages []types.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range messages {
		c.held[aws.ToString(m.ReceiptHandle)] = true
	}
}

func (c *consumer) release(m types.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.held, aws.ToString(m.ReceiptHandle))
}

func (c *consumer) receipts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]string, 0, len(c.held))
	for receipt := range c.held {
		all = append(all, receipt)
	}
	return all
}

// extend keeps what is here from being seen by others, until stop is closed. Three
// times in a visibility, so that one that is lost does no harm.
func (c *consumer) extend(ctx context.Context, stop <-chan struct{}) {
	tick := time.NewTicker(c.queue.config.Visibility / 3)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		for receipts := c.receipts(); len(receipts) > 0; {
			n := min(len(receipts), batchSize)
			if err := c.extendBatch(ctx, receipts[:n]); err != nil {
				c.queue.log.WarnContext(ctx, "cannot hold messages any longer", slog.String("queue", c.source.name), slog.Any("error", err))
			}
			receipts = receipts[n:]
		}
	}
}

// extendBatch passes over those that are done meanwhile.
func (c *consumer) extendBatch(ctx context.Context, receipts []string) error {
	entries := make([]types.ChangeMessageVisibilityBatchRequestEntry, len(receipts))
	for i := range receipts {
		entries[i] = types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), ReceiptHandle: &receipts[i], VisibilityTimeout: seconds(c.queue.config.Visibility),
		}
	}
	return try(ctx, func(ctx context.Context) error {
		_, err := c.queue.sqs.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &c.url, Entries: entries})
		return err
	})
}
