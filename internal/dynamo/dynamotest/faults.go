package dynamotest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Faults is what goes wrong on the way, as shares of requests from 0 to 1. All is
// drawn from the seed.
type Faults struct {
	Seed uint64
	// Throttle refuses requests, before anything is done.
	Throttle float64
	// Fail answers 500, before anything is done; FailAfter does so after it.
	Fail, FailAfter float64
	// Lose gives no answer in time to a request that was not done; LoseAfter to one
	// that was.
	Lose, LoseAfter float64
	// Undone leaves parts of batches undone: UnprocessedItems and UnprocessedKeys.
	Undone float64
	// Conflict refuses writes as if they met another transaction.
	Conflict float64
	// Stale is how old the answers of eventual reads may be. Half of them are as old
	// as it gets, the others new, so that what two of them say may go backwards.
	Stale time.Duration
	// Weak has strong reads answered as eventual ones are: what a program does that
	// has forgotten to ask for them. For tests that must notice it.
	Weak bool
}

// Rough is a network on which everything happens that may happen.
func Rough(seed uint64) Faults {
	return Faults{
		Seed: seed, Throttle: 0.04, Fail: 0.02, FailAfter: 0.02, Lose: 0.02, LoseAfter: 0.03, Undone: 0.1, Conflict: 0.05,
		Stale: 2 * time.Second,
	}
}

// Network implements http.RoundTripper. It is perfect until Set.
type Network struct {
	inner *http.Transport
	lag   *lag

	mu     sync.Mutex
	faults Faults
	random *rand.Rand
}

func newNetwork(s *Tables) *Network {
	inner := direct()
	return &Network{inner: inner, lag: newLag(s, inner), random: rand.New(rand.NewPCG(0, 0))}
}

// Set changes what goes wrong from now on. With Stale it must be called while nothing
// is written, the first time.
func (n *Network) Set(f Faults) error {
	if f.Stale > 0 || f.Weak {
		if err := n.lag.begin(); err != nil {
			return err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = f
	n.random = rand.New(rand.NewPCG(f.Seed, 1))
	return nil
}

// fate is what happens to one request.
type fate struct {
	faults                                          Faults
	throttle, fail, failAfter, lose, loseAfter, old bool
	undone, conflict                                bool
	// dice decides about parts.
	dice *rand.Rand
}

func (n *Network) fate() fate {
	n.mu.Lock()
	defer n.mu.Unlock()
	f := n.faults
	is := func(share float64) bool { return n.random.Float64() < share }
	return fate{
		faults: f, throttle: is(f.Throttle), fail: is(f.Fail), failAfter: is(f.FailAfter), lose: is(f.Lose), loseAfter: is(f.LoseAfter),
		old: is(0.5), undone: is(f.Undone), conflict: is(f.Conflict), dice: rand.New(rand.NewPCG(n.random.Uint64(), 2)),
	}
}

// request is one that is about to be sent.
type request struct {
	http      *http.Request
	operation string
	body      []byte
}

// Operations by what may happen to them.
var (
	eventual   = map[string]bool{"GetItem": true, "BatchGetItem": true, "Query": true, "Scan": true}
	written    = map[string]bool{"PutItem": true, "UpdateItem": true, "DeleteItem": true, "TransactWriteItems": true, "BatchWriteItem": true}
	conditions = map[string]bool{"PutItem": true, "UpdateItem": true, "DeleteItem": true, "TransactWriteItems": true}
	batches    = map[string]string{"BatchGetItem": "UnprocessedKeys", "BatchWriteItem": "UnprocessedItems"}
)

// RoundTrip implements http.RoundTripper.
func (n *Network) RoundTrip(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if !eventual[operation] && !written[operation] {
		return n.inner.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_ = r.Body.Close()
	q := request{r, operation, body}
	f := n.fate()
	switch {
	case f.throttle:
		return refuse(q, http.StatusBadRequest, failure{Type: "ThrottlingException", Message: "Rate exceeded"}), nil
	case f.conflict && conditions[operation]:
		return refuse(q, http.StatusBadRequest, conflictOf(q, f.dice)), nil
	case f.fail:
		return refuse(q, http.StatusInternalServerError, internalError), nil
	case f.lose:
		return nil, lostError{}
	}
	answer, err := n.send(q, f)
	switch {
	case err != nil:
		return nil, err
	case f.failAfter:
		_ = answer.Body.Close()
		return refuse(q, http.StatusInternalServerError, internalError), nil
	case f.loseAfter:
		_ = answer.Body.Close()
		return nil, lostError{}
	}
	return answer, nil
}

// send does what was asked, or a part of it.
func (n *Network) send(q request, f fate) (*http.Response, error) {
	var left map[string]json.RawMessage
	if f.undone && batches[q.operation] != "" {
		q.body, left = split(q.body, f.dice)
	}
	if f.old && f.faults.Stale > 0 && eventual[q.operation] && (f.faults.Weak || !strong(q.body)) {
		return n.lag.read(q, f.faults.Stale, left)
	}
	answer, err := n.forward(q, left)
	if err == nil && written[q.operation] && n.lag.begun() {
		err = n.lag.observe(q)
	}
	return answer, err
}

func (n *Network) forward(q request, left map[string]json.RawMessage) (*http.Response, error) {
	if q.body == nil {
		return respond(q.http, http.StatusOK, merge([]byte("{}"), batches[q.operation], left)), nil
	}
	out := q.http.Clone(q.http.Context())
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(q.body)), int64(len(q.body))
	answer, err := n.inner.RoundTrip(out)
	if err != nil || answer.StatusCode != http.StatusOK || len(left) == 0 {
		return answer, err
	}
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return nil, err
	}
	return respond(q.http, http.StatusOK, merge(text, batches[q.operation], left)), nil
}

// strong tells whether a request asks for a consistent read.
func strong(body []byte) bool { return bytes.Contains(body, []byte(`"ConsistentRead":true`)) }

// failure is an error as DynamoDB writes it.
type failure struct {
	Type    string   `json:"__type"` //nolint:tagliatelle // so it is on the wire
	Message string   `json:"message"`
	Reasons []reason `json:"CancellationReasons,omitempty"` //nolint:tagliatelle // so it is on the wire
}

type reason struct{ Code, Message string }

var internalError = failure{Type: "InternalServerError", Message: "Internal server error"}

func conflictOf(q request, dice *rand.Rand) failure {
	if q.operation != "TransactWriteItems" {
		return failure{Type: "TransactionConflictException", Message: "Transaction is ongoing for the item"}
	}
	var in struct{ TransactItems []json.RawMessage }
	_ = json.Unmarshal(q.body, &in)
	reasons := make([]reason, len(in.TransactItems))
	for i := range reasons {
		reasons[i].Code = "None"
	}
	if len(reasons) > 0 {
		reasons[dice.IntN(len(reasons))] = reason{Code: "TransactionConflict", Message: "Transaction is ongoing for the item"}
	}
	return failure{Type: "TransactionCanceledException", Message: "Transaction cancelled", Reasons: reasons}
}

func refuse(q request, status int, f failure) *http.Response {
	if f.Type != "" && !strings.Contains(f.Type, "#") {
		f.Type = "com.amazonaws.dynamodb.v20120810#" + f.Type
	}
	text, err := json.Marshal(f)
	if err != nil {
		panic(fmt.Sprintf("dynamotest: %v", err)) // it is made of strings
	}
	return respond(q.http, status, text)
}

func respond(r *http.Request, status int, body []byte) *http.Response {
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body:   io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// lostError is an answer that did not come in time.
type lostError struct{}

func (lostError) Error() string   { return "the answer was lost" }
func (lostError) Timeout() bool   { return true }
func (lostError) Temporary() bool { return true }
