package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"

	"github.com/throng-social/throng/internal/app"
)

// wire stands between a deployment and the emulators and counts what passes: each
// request to DynamoDB, SNS and SQS by its operation, and the capacity units that
// the answers of DynamoDB name.
type wire struct {
	servers []*http.Server
	// dynamo and queue are where it listens for them.
	dynamo, queue string

	mu   sync.Mutex
	used usage
}

// billedBytes is how much of a message SNS and SQS take for one request.
const billedBytes = 64 << 10

type operationKey struct{}

func newWire(dynamo, queue string) (*wire, error) {
	w := &wire{used: usage{}}
	var err error
	if w.dynamo, err = w.listen(dynamo); err != nil {
		return nil, err
	}
	if w.queue, err = w.listen(queue); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// listen passes on what comes to a port of its own.
func (w *wire) listen(target string) (string, error) {
	to, err := url.Parse(target)
	if err != nil {
		return "", err
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport:      bareClient().Transport,
		ModifyResponse: w.count,
		ErrorLog:       slog.NewLogLogger(slog.DiscardHandler, slog.LevelWarn),
	}
	server := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(out, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(out, r.WithContext(context.WithValue(r.Context(), operationKey{}, operation{operationOf(r, body), len(body)})))
	})}
	w.servers = append(w.servers, server)
	go func() { _ = server.Serve(socket) }()
	return "http://" + socket.Addr().String(), nil
}

func (w *wire) close() {
	for _, s := range w.servers {
		_ = s.Close()
	}
}

// through are settings of a deployment whose requests pass here.
func (w *wire) through(s app.Settings) app.Settings {
	s.DynamoEndpoint, s.QueueEndpoint = w.dynamo, w.queue
	return s
}

// operation is what a request asks for, and its size.
type operation struct {
	name  string
	bytes int
}

// operationOf reads what DynamoDB and SQS have in a header and SNS in a form.
func operationOf(r *http.Request, body []byte) string {
	if service, name, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		if strings.HasPrefix(service, "DynamoDB") {
			return onDynamo + name
		}
		return onSQS + name
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return onSNS
	}
	return onSNS + form.Get("Action")
}

// count notes an answer.
func (w *wire) count(answer *http.Response) error {
	asked, ok := answer.Request.Context().Value(operationKey{}).(operation)
	if !ok {
		return errors.New("an answer to no request")
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used[asked.name] = w.used[asked.name].plus(tollOf(asked, body))
	return nil
}

// tollOf is one request.
func tollOf(asked operation, answer []byte) toll {
	if !strings.HasPrefix(asked.name, onDynamo) {
		return toll{requests: 1, billed: float64(max(1, (max(asked.bytes, len(answer))+billedBytes-1)/billedBytes))}
	}
	t := toll{requests: 1}
	units := unitsOf(answer)
	if readsOfDynamo[strings.TrimPrefix(asked.name, onDynamo)] {
		t.read = units
	} else {
		t.written = units
	}
	return t
}

var readsOfDynamo = map[string]bool{"GetItem": true, "BatchGetItem": true, "Query": true, "Scan": true}

// unitsOf adds up the capacity that an answer names: of one table, or of several.
func unitsOf(answer []byte) (units float64) {
	type capacity struct{ CapacityUnits float64 }
	var one struct{ ConsumedCapacity capacity }
	if json.Unmarshal(answer, &one) == nil {
		return one.ConsumedCapacity.CapacityUnits
	}
	var many struct{ ConsumedCapacity []capacity }
	if json.Unmarshal(answer, &many) == nil {
		for _, c := range many.ConsumedCapacity {
			units += c.CapacityUnits
		}
	}
	return units
}

// total is what has passed so far.
func (w *wire) total() usage {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.used)
}
