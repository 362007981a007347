package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/throng-social/throng/internal/app"
)

func TestWhatPassesTheWireIsCounted(t *testing.T) {
	t.Parallel()
	dynamo := answering(t, `{"ConsumedCapacity":{"TableName":"timeline","CapacityUnits":1.5}}`)
	several := answering(t, `{"ConsumedCapacity":[{"CapacityUnits":4},{"CapacityUnits":2}]}`)
	queue := answering(t, `{"Messages":"`+strings.Repeat("x", billedBytes)+`"}`)
	for _, c := range []struct {
		name, dynamo, queue, target, body string
		want                              toll
	}{
		{"DynamoDB Query", dynamo, queue, "DynamoDB_20120810.Query", `{}`, toll{requests: 1, read: 1.5}},
		{"DynamoDB PutItem", dynamo, queue, "DynamoDB_20120810.PutItem", `{}`, toll{requests: 1, written: 1.5}},
		{"DynamoDB TransactWriteItems", several, queue, "DynamoDB_20120810.TransactWriteItems", `{}`, toll{requests: 1, written: 6}},
		{"SQS ReceiveMessage", dynamo, queue, "AmazonSQS.ReceiveMessage", `{}`, toll{requests: 1, billed: 2}},
		{"SNS PublishBatch", dynamo, several, "", "Action=PublishBatch&Version=2010-03-31", toll{requests: 1, billed: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, err := newWire(c.dynamo, c.queue)
			if err != nil {
				t.Fatal(err)
			}
			defer w.close()
			s := w.through(app.Settings{})
			to := s.QueueEndpoint
			if strings.HasPrefix(c.name, onDynamo) {
				to = s.DynamoEndpoint
			}
			for range 2 {
				send(t, to, c.target, c.body)
			}
			if got := w.total(); len(got) != 1 || got[c.name] != c.want.times(2) {
				t.Errorf("counted %v, want twice %v", got, c.want)
			}
		})
	}
}

func answering(t *testing.T, answer string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
	t.Cleanup(server.Close)
	return server.URL
}

// send fails unless the answer comes through whole.
func send(t *testing.T, to, target, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if target != "" {
		request.Header.Set("X-Amz-Target", target)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !json.Valid(text) {
		t.Fatal(answer.Status, len(text), err)
	}
}

func TestUsageIsPricedByUnitsAndByRequests(t *testing.T) {
	t.Parallel()
	all := usage{
		"DynamoDB TransactWriteItems": {requests: 10, written: 80},
		"DynamoDB Query":              {requests: 30, read: 15},
		"SNS PublishBatch":            {requests: 10, billed: 20},
		"SQS ReceiveMessage":          {requests: 50, billed: 50},
	}
	beside := usage{"SQS ReceiveMessage": {requests: 30, billed: 30}, "DynamoDB Query": {requests: 40, read: 20}, "DynamoDB GetItem": {requests: 1, read: 1}}
	one := all.minus(beside).times(0.1)
	if _, there := one["DynamoDB Query"]; there || len(one) != 3 {
		t.Errorf("what went on beside is left in: %v", one)
	}
	if got, want := one.price(), 8*0.625+2*0.50+2*0.40; math.Abs(got-want) > 1e-9 {
		t.Errorf("a million cost $%v, want $%v", got, want)
	}
	if got, want := fmt.Sprint(one), "1.00 DynamoDB TransactWriteItems, 1.00 SNS PublishBatch, 2.00 SQS ReceiveMessage; 0.0 units read and 8.0 written"; got != want {
		t.Errorf("it is told as %q, want %q", got, want)
	}
	if n := one.sum(onDynamo).requests; n != 1 {
		t.Errorf("%v requests to DynamoDB", n)
	}
}
