// Package sqsqueue is the queue of deployments on AWS: SNS and SQS.
//
// Each event has a topic, and each subscription to it a queue, which gets the topic's
// messages as they were published (raw delivery). Tasks, which a noun sends to
// itself, have a queue for each kind of work. Each queue has one for its dead
// letters. All of them come from cdk/template.json, and their names from
// queue.Subscriptions.
//
// A message's body is the payload in base64; its attributes carry an id, the topic of
// a task and the trace of whoever sent it. A worker takes ten at once by long polls,
// keeps them invisible to others while they wait and while their handlers run, deletes
// those that succeed, ten at once, and lets those that fail be seen again after a
// pause. What a killed worker held is seen again when its visibility ends. SQS
// delivers at least once and in no order, which is what all queues promise here.
package sqsqueue

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/throng-social/throng/internal/queue"
)

// Config says where topics and queues are.
type Config struct {
	Region string
	// Endpoint is the URL of an emulator; empty for AWS itself. An emulator takes any
	// credentials, so none are looked for.
	Endpoint string
	// Prefix stands before the names of all topics and queues of the deployment.
	Prefix string
	// Visibility is how long a message that was taken is not seen by others, unless it
	// is extended; 0 means 20 s. A killed worker's messages come again after it.
	Visibility time.Duration
	// Poll is how long a worker waits at a queue that is empty, and so how long it may
	// take to end; 0 means 5 s. It is rounded to seconds.
	Poll time.Duration
	// Transport takes the requests instead of the network; for tests.
	Transport http.RoundTripper
}

// Queue is a deployment's SNS and SQS. It implements queue.Backend.
type Queue struct {
	sqs    *sqs.Client
	sns    *sns.Client
	config Config
	log    *slog.Logger

	mu sync.Mutex
	// urls are those of queues by name, and arns those of topics.
	urls, arns map[string]string
}

var _ queue.Backend = (*Queue)(nil)

// Open makes a client. It does not wait for the services: Ping does.
func Open(ctx context.Context, c Config, log *slog.Logger) (*Queue, error) {
	c.Visibility = cmp.Or(c.Visibility, 20*time.Second)
	c.Poll = max(cmp.Or(c.Poll, 5*time.Second), time.Second)
	shared, err := c.shared(ctx)
	if err != nil {
		return nil, err
	}
	return &Queue{
		sqs: sqs.NewFromConfig(shared), sns: sns.NewFromConfig(shared), config: c, log: log,
		urls: map[string]string{}, arns: map[string]string{},
	}, nil
}

// shared leaves all repetition to this package.
func (c Config) shared(ctx context.Context) (aws.Config, error) {
	shared := aws.Config{Region: c.Region}
	if c.Endpoint == "" {
		usual, err := config.LoadDefaultConfig(ctx, config.WithRegion(c.Region))
		if err != nil {
			return shared, err
		}
		shared.Region, shared.Credentials = usual.Region, usual.Credentials
	} else {
		shared.BaseEndpoint = aws.String(c.Endpoint)
		shared.Credentials = credentials.NewStaticCredentialsProvider("throng", "throng", "")
	}
	shared.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	shared.HTTPClient = &http.Client{Transport: c.transport()}
	return shared, nil
}

// maxConns lets every queue be polled while others are worked on.
const maxConns = 64

func (c Config) transport() http.RoundTripper {
	if c.Transport != nil {
		return c.Transport
	}
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxConnsPerHost:     maxConns,
		MaxIdleConns:        maxConns,
		MaxIdleConnsPerHost: maxConns,
		IdleConnTimeout:     time.Minute,
		TLSHandshakeTimeout: tryTime,
	}
}

// Ping asks for a queue and a topic; readiness stands on it.
func (q *Queue) Ping(ctx context.Context) error {
	_, err := q.url(ctx, taskQueue(queue.Events))
	return err
}
