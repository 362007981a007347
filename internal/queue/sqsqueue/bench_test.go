package sqsqueue_test

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/sqsqueue/sqstest"
)

// filled are queues with n tasks waiting in one of them.
func filled(b *testing.B, n int) *sqstest.Queues {
	b.Helper()
	queues := sqstest.New(b)
	sender := queues.Open(b)
	for n > 0 {
		batch := make([]queue.Message, min(n, 100))
		for i := range batch {
			batch[i] = queue.Message{ID: strconv.Itoa(n - i), Topic: "test.note", Queue: queue.Fanout, Payload: payload(n - i)}
		}
		if err := sender.Accept(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		n -= len(batch)
	}
	return queues
}

func payload(n int) []byte {
	text, err := proto.Marshal(wrapperspb.String("note " + strconv.Itoa(n)))
	if err != nil {
		panic(err)
	}
	return text
}

// BenchmarkDeliveries is what a worker delivers; its measure is BenchmarkBareLoop.
func BenchmarkDeliveries(b *testing.B) {
	queues := filled(b, b.N)
	done := make(chan struct{})
	var left atomic.Int64
	left.Store(int64(b.N))
	handlers := queue.Handlers{"test.note": queue.On(
		func() *wrapperspb.StringValue { return &wrapperspb.StringValue{} },
		func(context.Context, *wrapperspb.StringValue) error {
			if left.Add(-1) == 0 {
				close(done)
			}
			return nil
		},
	)}
	worker := queues.Open(b)
	ctx, cancel := context.WithCancel(b.Context())
	b.ResetTimer()
	go func() {
		_ = worker.Work(ctx, queue.Work{Handlers: handlers, Limits: queue.Limits{queue.Fanout: 4}, Observe: func(string, time.Duration, error) {}})
	}()
	<-done
	b.StopTimer()
	cancel()
}

// BenchmarkBareLoop takes ten and deletes ten, and does nothing else.
func BenchmarkBareLoop(b *testing.B) {
	queues := filled(b, b.N)
	api := queues.API()
	url, err := api.GetQueueUrl(b.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String(queues.Prefix + "task-fanout")})
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for n := 0; n < b.N; {
		got, err := api.ReceiveMessage(b.Context(), &sqs.ReceiveMessageInput{QueueUrl: url.QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1})
		if err != nil {
			b.Fatal(err)
		}
		entries := make([]types.DeleteMessageBatchRequestEntry, len(got.Messages))
		for i, m := range got.Messages {
			entries[i] = types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle}
		}
		if _, err := api.DeleteMessageBatch(b.Context(), &sqs.DeleteMessageBatchInput{QueueUrl: url.QueueUrl, Entries: entries}); err != nil {
			b.Fatal(err)
		}
		n += len(entries)
	}
}
