// Package dynamo is how stores reach DynamoDB.
//
// All tables have one form: a partition key `pk` and a sort key `sk`, both
// strings, and no index, so whatever is read is read by key and may be read
// strongly. A store says what it reads and writes in the words of this package
// (Key, Item, Write, Query) and never imports the driver. Which copy of the data
// answers is named at each read: Reader follows the request's consistency
// session (clock.go), Primary sees everything that was written before.
//
// Every call has a deadline. Throttling, failures of the service, lost answers and
// conflicts of transactions are tried again, with growing pauses that differ from
// caller to caller, until the call's time is up; what is left leaves as a
// fault (errors.go). A try whose answer was lost may have been done: Transact
// carries a token by which DynamoDB knows the repetition, all other writes must be
// idempotent. Requests and capacity units are counted by table and operation.
package dynamo

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Config says where the tables are.
type Config struct {
	Region string
	// Endpoint is the URL of an emulator; empty for AWS itself. An emulator takes any
	// credentials, so none are looked for.
	Endpoint string
	// Prefix stands before the names of all tables of the deployment.
	Prefix string
	// Budget bounds a call with all its tries; 0 means 5 s.
	Budget time.Duration
	// TryTime bounds one try; 0 means 1.5 s.
	TryTime time.Duration
	// MaxConns bounds the connections; 0 means 64.
	MaxConns int
	// Transport takes the requests instead of the network; for tests.
	Transport http.RoundTripper
}

// The tables of a deployment, by the names that they have in cdk/template.json
// behind its prefix.
const (
	Graph    = "graph"
	Post     = "post"
	Timeline = "timeline"
	Outbox   = "outbox"
)

// Tables lists them.
var Tables = []string{Graph, Post, Timeline, Outbox}

// DB is a deployment's DynamoDB.
type DB struct {
	api    *dynamodb.Client
	config Config
	clock  clock
	drift  drift
	counts counts

	mu     sync.Mutex
	onPuts map[string][]func(Key)
}

// Open makes a client. It does not wait for the service: Ping does.
func Open(ctx context.Context, c Config) (*DB, error) {
	c.Budget = cmp.Or(c.Budget, 5*time.Second)
	c.TryTime = cmp.Or(c.TryTime, 1500*time.Millisecond)
	c.MaxConns = cmp.Or(c.MaxConns, 64)
	o, err := c.options(ctx)
	if err != nil {
		return nil, err
	}
	db := &DB{config: c, onPuts: map[string][]func(Key){}}
	o.HTTPClient = &http.Client{Transport: watched{c.transport(), db}}
	db.api = dynamodb.New(o)
	return db, nil
}

// options leave all repetition to this package.
func (c Config) options(ctx context.Context) (dynamodb.Options, error) {
	o := dynamodb.Options{Region: c.Region, Retryer: aws.NopRetryer{}}
	if c.Endpoint != "" {
		o.BaseEndpoint = aws.String(c.Endpoint)
		o.Credentials = credentials.NewStaticCredentialsProvider("throng", "throng", "")
		return o, nil
	}
	usual, err := config.LoadDefaultConfig(ctx, config.WithRegion(c.Region))
	if err != nil {
		return o, err
	}
	o.Region, o.Credentials = usual.Region, usual.Credentials
	return o, nil
}

func (c Config) transport() http.RoundTripper {
	if c.Transport != nil {
		return c.Transport
	}
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxConnsPerHost:     c.MaxConns,
		MaxIdleConns:        c.MaxConns,
		MaxIdleConnsPerHost: c.MaxConns,
		IdleConnTimeout:     time.Minute,
		TLSHandshakeTimeout: c.TryTime,
	}
}

// Ping reads from each of the tables; readiness stands on it.
func (db *DB) Ping(ctx context.Context, tables ...string) error {
	for _, table := range tables {
		if _, err := db.Get(ctx, Reader, table, Key{PK: "ping", SK: "ping"}); err != nil {
			return fmt.Errorf("table %s: %w", table, err)
		}
	}
	return nil
}

func (db *DB) name(table string) *string { return aws.String(db.config.Prefix + table) }
