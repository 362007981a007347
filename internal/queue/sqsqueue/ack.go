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

const (
	// ackWait is how long one that is done waits for others, to be deleted with them.
	ackWait = 20 * time.Millisecond
	// maxAcks bounds those that wait; handlers end later when there are more.
	maxAcks = 100
)

// acks delete the messages of one queue that are done.
type acks struct {
	queue *Queue
	url   string
	in    chan string
}

func newAcks(q *Queue, url string) *acks {
	return &acks{queue: q, url: url, in: make(chan string, maxAcks)}
}

func (a *acks) add(receipt string) { a.in <- receipt }

// close lets run end when all are deleted.
func (a *acks) close() { close(a.in) }

func (a *acks) run(ctx context.Context) {
	for receipt := range a.in {
		batch := a.fill([]string{receipt})
		if err := a.delete(ctx, batch); err != nil {
			a.queue.log.WarnContext(ctx, "cannot delete messages that are done; they come again", slog.Int("messages", len(batch)), slog.Any("error", err))
		}
	}
}

// fill waits a moment for more.
func (a *acks) fill(batch []string) []string {
	t := time.NewTimer(ackWait)
	defer t.Stop()
	for len(batch) < batchSize {
		select {
		case receipt, more := <-a.in:
			if !more {
				return batch
			}
			batch = append(batch, receipt)
		case <-t.C:
			return batch
		}
	}
	return batch
}

func (a *acks) delete(ctx context.Context, receipts []string) error {
	return a.queue.delete(ctx, a.url, receipts)
}

// delete may be repeated: what is deleted already is deleted again.
func (q *Queue) delete(ctx context.Context, url string, receipts []string) error {
	return try(ctx, func(ctx context.Context) error {
		entries := make([]types.DeleteMessageBatchRequestEntry, len(receipts))
		for i := range receipts {
			entries[i] = types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: &receipts[i]}
		}
		out, err := q.sqs.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &url, Entries: entries})
		if err != nil {
			return err
		}
		receipts, err = again(receipts, failures(out.Failed))
		return err
	})
}
