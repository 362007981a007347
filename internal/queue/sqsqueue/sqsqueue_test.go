package sqsqueue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/queuetest"
	"github.com/throng-social/throng/internal/queue/sqsqueue"
	"github.com/throng-social/throng/internal/queue/sqsqueue/sqstest"
)

func TestSQSIsABackend(t *testing.T) {
	t.Parallel()
	queuetest.Run(t, func(t *testing.T) queuetest.Deployment {
		t.Helper()
		return deploy(t, sqstest.New(t))
	})
}

func TestSQSIsABackendOnARoughNetwork(t *testing.T) {
	t.Parallel()
	var seed atomic.Uint64
	queuetest.Run(t, func(t *testing.T) queuetest.Deployment {
		t.Helper()
		queues := sqstest.New(t)
		queues.Network.Set(sqstest.Rough(seed.Add(1)))
		return deploy(t, queues)
	})
}

func deploy(t *testing.T, queues *sqstest.Queues) queuetest.Deployment {
	return queuetest.Deployment{
		Process: func() queue.Backend { return queues.Open(t) },
		OneTry:  func() { eachQueue(t, queues, oneTry) },
		Abandon: func() { eachQueue(t, queues, abandon) },
	}
}

func eachQueue(t *testing.T, queues *sqstest.Queues, do func(context.Context, *sqs.Client, string) error) {
	t.Helper()
	api := queues.API()
	all, err := api.ListQueues(t.Context(), &sqs.ListQueuesInput{QueueNamePrefix: aws.String(queues.Prefix + "task-")})
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range all.QueueUrls {
		if strings.HasSuffix(url, "-dead") {
			continue
		}
		if err := do(t.Context(), api, url); err != nil {
			t.Fatal(err)
		}
	}
}

// oneTry leaves what waits a single try.
func oneTry(ctx context.Context, api *sqs.Client, url string) error {
	out, err := api.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{"RedrivePolicy"}})
	if err != nil {
		return err
	}
	policy := strings.Replace(out.Attributes["RedrivePolicy"], `"maxReceiveCount":20`, `"maxReceiveCount":1`, 1)
	_, err = api.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: &url, Attributes: map[string]string{"RedrivePolicy": policy}})
	return err
}

// abandon takes what waits as a worker of a deployment does, and is gone.
func abandon(ctx context.Context, api *sqs.Client, url string) error {
	_, err := api.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10, VisibilityTimeout: 20})
	return err
}

func notes(t *testing.T, n int) []queue.Message {
	t.Helper()
	all := make([]queue.Message, n)
	for i := range all {
		m, err := queue.Pack(t.Context(), queue.Task{Topic: "test.note", Queue: queue.Fanout, Message: wrapperspb.String(fmt.Sprint(i))})
		if err != nil {
			t.Fatal(err)
		}
		all[i] = m
	}
	return all
}

// Three workers, one of which ends early, on a network that loses, repeats and
// reorders: what was accepted is done, and the network did what it says.
func TestNothingAcceptedIsLostThoughMessagesAreRepeatedAndReordered(t *testing.T) {
	t.Parallel()
	queues := sqstest.New(t)
	queues.Network.Set(sqstest.Rough(99))
	const messages = 600
	var mu sync.Mutex
	done, fails := map[string]bool{}, 0
	w := queue.Work{Limits: queue.DefaultLimits(), Observe: func(string, time.Duration, error) {}, Handlers: queue.Handlers{"test.note": queue.On(
		func() *wrapperspb.StringValue { return &wrapperspb.StringValue{} },
		func(_ context.Context, m *wrapperspb.StringValue) error {
			mu.Lock()
			defer mu.Unlock()
			if fails++; fails%17 == 0 {
				return errors.New("not yet")
			}
			done[m.GetValue()] = true
			return nil
		},
	)}}
	for i := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		if i == 0 {
			time.AfterFunc(time.Second, cancel)
		}
		ended := make(chan struct{})
		b := queues.Open(t)
		go func() {
			defer close(ended)
			for ctx.Err() == nil {
				_ = b.Work(ctx, w)
			}
		}()
		t.Cleanup(func() { cancel(); <-ended })
	}
	sender := queues.Open(t)
	for all := notes(t, messages); len(all) > 0; all = all[20:] {
		for sender.Accept(t.Context(), all[:20]) != nil {
			continue
		}
	}
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		mu.Lock()
		n := len(done)
		mu.Unlock()
		if n == messages {
			break
		}
		if time.Since(began) > 90*time.Second {
			t.Fatalf("only %d of %d are done", n, messages)
		}
	}
	c := queues.Network.Counts()
	if c.Duplicated*100 < 5*c.Delivered || c.Late*100 < 20*c.Delivered {
		t.Errorf("the network was not as rough as it should be: %+v", c)
	}
}

func TestAQueueThatIsAwayIsAFault(t *testing.T) {
	t.Parallel()
	queues := sqstest.New(t)
	q := queues.Open(t)
	if err := q.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	queues.Network.Set(sqstest.Faults{Fail: 1})
	if err := q.Accept(t.Context(), notes(t, 1)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a queue that fails is %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.Accept(ended, notes(t, 1)); !fault.Is(err, fault.Canceled) {
		t.Errorf("a call that is over is %v", err)
	}
	c := queues.Config()
	c.Prefix, c.Transport = "nobody-", nil
	other, err := sqsqueue.Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Ping(t.Context()); err == nil {
		t.Error("queues that nobody made answer")
	}
}
