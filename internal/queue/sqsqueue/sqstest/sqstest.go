// Package sqstest gives tests real queues without a word of set-up: one private fauxqs
// for the test process while any test needs it, and in it the topics and queues of
// cdk/template.json for every test, under a prefix of its own.
//
// What the emulator does not do by itself is injected on the wire (Faults): SQS
// delivers some messages twice and others late, and services fail, lose answers, or
// do what they were asked and say nothing.
package sqstest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/queue/sqsqueue"
)

// patience is for a start on a busy machine.
const patience = time.Minute

// Queues are those of one test.
type Queues struct {
	Endpoint, Prefix string
	// Network is what every client that Open made goes through.
	Network *Network
}

// New makes the topics and queues of a test.
func New(t testing.TB) *Queues {
	t.Helper()
	return Named(t, "")
}

// Named is New for a test whose other parts have a prefix, which must be its own; ""
// makes one.
func Named(t testing.TB, name string) *Queues {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	emulator, prefix, err := process.acquire(ctx)
	if err != nil {
		t.Fatalf("sqstest: %v", err)
	}
	t.Cleanup(func() {
		if err := process.release(); err != nil {
			t.Errorf("sqstest: %v", err)
		}
	})
	prefix = cmp.Or(name, prefix)
	q := &Queues{Endpoint: emulator.Endpoint(), Prefix: prefix, Network: newNetwork()}
	if err := devstack.CreateQueues(ctx, q.Endpoint, prefix); err != nil {
		t.Fatalf("sqstest: %v", err)
	}
	return q
}

// Config names the queues, for those who open them on their own. A message that a
// killed worker held comes again sooner than in a deployment.
func (q *Queues) Config() sqsqueue.Config {
	return sqsqueue.Config{
		Region: devstack.Region, Endpoint: q.Endpoint, Prefix: q.Prefix, Visibility: 4 * time.Second, Poll: time.Second, Transport: q.Network,
	}
}

// Open makes a client as one process of a deployment has it. Several of them share
// the queues and the network.
func (q *Queues) Open(t testing.TB) *sqsqueue.Queue {
	t.Helper()
	opened, err := sqsqueue.Open(t.Context(), q.Config(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("sqstest: %v", err)
	}
	return opened
}

// API reaches the emulator itself, without faults.
func (q *Queues) API() *sqs.Client {
	return sqs.New(sqs.Options{
		Region: devstack.Region, BaseEndpoint: aws.String(q.Endpoint), Credentials: credentials.NewStaticCredentialsProvider("throng", "throng", ""),
	})
}

// Send puts a body into a queue, as anybody may who has the right to.
func (q *Queues) Send(t testing.TB, name, body string) {
	t.Helper()
	api := q.API()
	url, err := api.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String(q.Prefix + name)})
	if err == nil {
		_, err = api.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: url.QueueUrl, MessageBody: aws.String(body)})
	}
	if err != nil {
		t.Fatalf("sqstest: %v", err)
	}
}

// process has the emulator of this test process. It ends with the last test that uses
// it, so no TestMain is needed.
var process server

type server struct {
	mu       sync.Mutex
	users    int
	count    int
	dir      string
	emulator *devstack.Emulator
}

func (s *server) acquire(ctx context.Context) (*devstack.Emulator, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == 0 {
		if err := s.start(ctx); err != nil {
			return nil, "", err
		}
	}
	s.users++
	s.count++
	return s.emulator, fmt.Sprintf("q%d-", s.count), nil
}

func (s *server) start(ctx context.Context) (err error) {
	if s.dir, err = devstack.TempDir("throng-sqstest"); err != nil {
		return err
	}
	s.emulator, err = devstack.StartFauxqs(ctx, devstack.EmulatorOptions{Dir: filepath.Join(s.dir, "data"), Memory: true})
	if err != nil {
		return errors.Join(err, devstack.RemoveTempDir(s.dir))
	}
	return nil
}

func (s *server) release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users > 0 {
		return nil
	}
	return errors.Join(s.emulator.Close(), devstack.RemoveTempDir(s.dir))
}
