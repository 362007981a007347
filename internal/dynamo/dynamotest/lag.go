package dynamotest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/throng-social/throng/internal/devstack"
)

// lag is a second copy of the tables, to which each write comes late: a replica of
// DynamoDB's from which eventual reads are answered.
type lag struct {
	endpoint, origin, prefix string
	api                      *dynamodb.Client
	inner                    *http.Transport

	mu    sync.Mutex
	began bool
	// late are the writes that have not come yet, oldest first.
	late []change
}

// change is an item as it was found after a write; without attributes it was gone.
type change struct {
	table string
	key   map[string]types.AttributeValue
	item  map[string]types.AttributeValue
	at    time.Time
}

func newLag(s *Tables, inner *http.Transport) *lag {
	return &lag{
		endpoint: s.Endpoint, origin: s.Prefix, prefix: s.Prefix + "late-", inner: inner,
		api: dynamodb.New(dynamodb.Options{
			Region: devstack.Region, BaseEndpoint: aws.String(s.Endpoint), HTTPClient: &http.Client{Transport: inner},
			Credentials: credentials.NewStaticCredentialsProvider("throng", "throng", ""),
		}),
	}
}

func (l *lag) begun() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.began
}

// begin makes the copy.
func (l *lag) begin() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.began {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := devstack.CreateTables(ctx, l.endpoint, l.prefix); err != nil {
		return err
	}
	tables, err := l.api.ListTables(ctx, &dynamodb.ListTablesInput{})
	if err != nil {
		return err
	}
	for _, table := range tables.TableNames {
		if name, mine := strings.CutPrefix(table, l.origin); mine && !strings.HasPrefix(table, l.prefix) {
			if err := l.copy(ctx, name); err != nil {
				return err
			}
		}
	}
	l.began = true
	return nil
}

func (l *lag) copy(ctx context.Context, table string) error {
	pages := dynamodb.NewScanPaginator(l.api, &dynamodb.ScanInput{TableName: aws.String(l.origin + table), ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			if err := l.apply(ctx, change{table: table, item: item}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *lag) apply(ctx context.Context, c change) error {
	table := aws.String(l.prefix + c.table)
	if len(c.item) == 0 {
		_, err := l.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: table, Key: c.key})
		return err
	}
	_, err := l.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: c.item})
	return err
}

// observe looks at what a write has changed. Looks are made one after another, so what
// comes late comes in the order in which it happened.
func (l *lag) observe(q request) error {
	ctx := context.WithoutCancel(q.http.Context())
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.touched(q) {
		out, err := l.api.GetItem(ctx, &dynamodb.GetItemInput{
			TableName: aws.String(l.origin + c.table), Key: c.key, ConsistentRead: aws.Bool(true),
		})
		if err != nil {
			return err
		}
		c.item, c.at = out.Item, time.Now()
		l.late = append(l.late, c)
	}
	return nil
}

// read answers from the late copy, in which everything is that is older than stale.
func (l *lag) read(q request, stale time.Duration, left map[string]json.RawMessage) (*http.Response, error) {
	if q.body == nil {
		return respond(q.http, http.StatusOK, merge([]byte("{}"), batches[q.operation], left)), nil
	}
	if err := l.settle(context.WithoutCancel(q.http.Context()), stale); err != nil {
		return nil, err
	}
	body := q.body
	for _, table := range l.tables() {
		body = bytes.ReplaceAll(body, quoted(l.origin+table), quoted(l.prefix+table))
	}
	out := q.http.Clone(q.http.Context())
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	answer, err := l.inner.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return nil, err
	}
	for _, table := range l.tables() {
		text = bytes.ReplaceAll(text, quoted(l.prefix+table), quoted(l.origin+table))
	}
	return respond(q.http, answer.StatusCode, merge(text, batches[q.operation], left)), nil
}

func quoted(name string) []byte { return []byte(`"` + name + `"`) }

func (l *lag) tables() []string { return tableNames }

// settle lets the writes come that are old enough.
func (l *lag) settle(ctx context.Context, stale time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.late) > 0 && time.Since(l.late[0].at) >= stale {
		if err := l.apply(ctx, l.late[0]); err != nil {
			return err
		}
		l.late = l.late[1:]
	}
	return nil
}
