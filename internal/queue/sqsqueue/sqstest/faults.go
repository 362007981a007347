package sqstest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Faults is what goes wrong on the way, as shares from 0 to 1. All is drawn from the
// seed.
type Faults struct {
	Seed uint64
	// Fail answers 500, before anything is done; FailAfter does so after it.
	Fail, FailAfter float64
	// Lose gives no answer in time to a request that was not done; LoseAfter to one
	// that was; LoseDelete to a deletion that was.
	Lose, LoseAfter, LoseDelete float64
	// Duplicate delivers messages a second time, Late behind others that were sent
	// after them.
	Duplicate, Late float64
}

// Rough is a network on which everything happens that may happen.
func Rough(seed uint64) Faults {
	return Faults{Seed: seed, Fail: 0.02, FailAfter: 0.02, Lose: 0.01, LoseAfter: 0.02, LoseDelete: 0.1, Duplicate: 0.08, Late: 0.25}
}

// Counts is what was done to messages.
type Counts struct{ Delivered, Duplicated, Late int }

// Network implements http.RoundTripper. It is perfect until Set.
type Network struct {
	inner *http.Transport

	mu     sync.Mutex
	faults Faults
	random *rand.Rand
	counts Counts
	// later are messages by queue that are delivered with the next ones.
	later map[string][]json.RawMessage
}

func newNetwork() *Network {
	return &Network{
		inner:  &http.Transport{MaxConnsPerHost: 64, MaxIdleConnsPerHost: 64},
		random: rand.New(rand.NewPCG(0, 0)), later: map[string][]json.RawMessage{},
	}
}

// Set changes what goes wrong from now on.
func (n *Network) Set(f Faults) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = f
	n.random = rand.New(rand.NewPCG(f.Seed, 1))
}

// Counts is what was done so far.
func (n *Network) Counts() Counts {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.counts
}

// fate is what happens to one request.
type fate struct{ fail, failAfter, lose, loseAfter bool }

func (n *Network) fate(operation string) fate {
	n.mu.Lock()
	defer n.mu.Unlock()
	is := func(share float64) bool { return n.random.Float64() < share }
	f := fate{is(n.faults.Fail), is(n.faults.FailAfter), is(n.faults.Lose), is(n.faults.LoseAfter)}
	if strings.HasPrefix(operation, "DeleteMessage") {
		f.loseAfter = is(n.faults.LoseDelete)
	}
	return f
}

// RoundTrip implements http.RoundTripper.
func (n *Network) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_ = r.Body.Close()
	operation := operationOf(r, body)
	f := n.fate(operation)
	switch {
	case f.fail:
		return failed(r), nil
	case f.lose:
		return nil, lostError{}
	}
	out := r.Clone(r.Context())
	out.Body = io.NopCloser(bytes.NewReader(body))
	answer, err := n.inner.RoundTrip(out)
	switch {
	case err != nil:
		return nil, err
	case f.failAfter:
		_ = answer.Body.Close()
		return failed(r), nil
	case f.loseAfter:
		_ = answer.Body.Close()
		return nil, lostError{}
	case operation == "ReceiveMessage" && answer.StatusCode == http.StatusOK:
		return n.mix(r, body, answer)
	}
	return answer, nil
}

// operationOf reads what SQS has in a header and SNS in a form.
func operationOf(r *http.Request, body []byte) string {
	if _, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return operation
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	return form.Get("Action")
}

// mix keeps some messages for later and some copies too, and shuffles the rest.
func (n *Network) mix(r *http.Request, body []byte, answer *http.Response) (*http.Response, error) {
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return nil, err
	}
	var asked struct{ QueueUrl string } //nolint:revive // so it is on the wire
	var got struct{ Messages []json.RawMessage }
	if err := errors.Join(json.Unmarshal(body, &asked), json.Unmarshal(text, &got)); err != nil {
		return nil, err
	}
	if strings.HasSuffix(asked.QueueUrl, "-dead") {
		return respond(r, http.StatusOK, text), nil
	}
	mixed, err := json.Marshal(map[string]any{"Messages": n.deal(asked.QueueUrl, got.Messages)})
	if err != nil {
		return nil, err
	}
	return respond(r, http.StatusOK, mixed), nil
}

func (n *Network) deal(queue string, messages []json.RawMessage) []json.RawMessage {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.later[queue]
	n.later[queue] = nil
	for _, m := range messages {
		n.counts.Delivered++
		if n.random.Float64() < n.faults.Duplicate {
			n.counts.Duplicated++
			n.later[queue] = append(n.later[queue], m)
		}
		if n.random.Float64() < n.faults.Late {
			n.counts.Late++
			n.later[queue] = append(n.later[queue], m)
			continue
		}
		now = append(now, m)
	}
	if n.faults.Late > 0 {
		n.random.Shuffle(len(now), func(i, j int) { now[i], now[j] = now[j], now[i] })
	}
	return now
}

func failed(r *http.Request) *http.Response {
	return respond(r, http.StatusInternalServerError, []byte(`{"__type":"InternalFailure","message":"Internal server error"}`))
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
