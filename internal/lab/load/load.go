// Package load makes requests and measures what becomes of them.
//
// There are two models. In the open model (open.go) requests arrive at times that
// were decided beforehand, whether the server keeps up or not, as those of many
// people do who know nothing of one another. A request's latency counts from the
// time at which it was to be sent: whoever makes others wait, the server or this
// generator, is charged with their wait. What the generator itself could not
// begin in time is counted as dropped, apart from all that the server did. In the
// closed model (closed.go) there are so many users, each of whom sends, waits for
// the answer, thinks, and sends again; latency counts from the sending, and how late
// that was is counted apart.
//
// What a request is, its workload says: a function that sends one, checks the
// body of the answer, and returns an error or nothing. outcome.go tells from that
// what became of it; recorder.go counts outcomes and keeps latencies in HDR
// histograms, for each interval and for the whole. client.go makes HTTP clients
// that reach this machine alone: nobody else is ever loaded by accident.
//
// Every run is bounded in time, in requests and in how many are under way.
package load

import (
	"context"
	"fmt"
	"time"
)

// The most that a run may ask for.
const (
	maxDuration    = 24 * time.Hour
	maxRequests    = 100_000_000
	maxConcurrency = 10_000
	maxTimeout     = 10 * time.Minute
)

// Bounds end a run, whichever comes first.
type Bounds struct {
	// Duration is how long requests are begun.
	Duration time.Duration
	// Requests is how many are begun at most; 0 means as many as the time allows,
	// up to 100 million.
	Requests int64
	// Timeout bounds each request, from its sending.
	Timeout time.Duration
}

func (b Bounds) check() error {
	switch {
	case b.Duration <= 0 || b.Duration > maxDuration:
		return fmt.Errorf("a run takes more than 0 and at most %v, not %v", maxDuration, b.Duration)
	case b.Requests < 0 || b.Requests > maxRequests:
		return fmt.Errorf("a run makes at most %d requests, not %d", maxRequests, b.Requests)
	case b.Timeout <= 0 || b.Timeout > maxTimeout:
		return fmt.Errorf("a request takes more than 0 and at most %v, not %v", maxTimeout, b.Timeout)
	}
	return nil
}

// requests is the bound that holds.
func (b Bounds) requests() int64 {
	if b.Requests == 0 {
		return maxRequests
	}
	return b.Requests
}

func checkConcurrency(n int) error {
	if n < 1 || n > maxConcurrency {
		return fmt.Errorf("from 1 to %d requests may be under way at once, not %d", maxConcurrency, n)
	}
	return nil
}

// Request is one to send.
type Request struct {
	// N counts the requests of a run from 0.
	N int64
	// User is whose turn it is, from 0; in the open model always 0.
	User int
	// Due is when it was to be sent.
	Due time.Time
}

// Do sends one request, checks the answer's body and returns nil, an error of
// Connect, that of the context, or what Wrong makes. It is called from several
// goroutines.
type Do func(ctx context.Context, r Request) error

// send makes one request, so much later than intended, and records it. What the end of
// the whole run cut short is no one's outcome.
func send(ctx context.Context, r Request, lag, timeout time.Duration, do Do, to *Recorder) {
	call, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := do(call, r)
	if err != nil && ctx.Err() != nil {
		return
	}
	to.record(err, time.Since(r.Due), lag)
}

// sleep is false when the context ended first.
func sleep(ctx context.Context, t *time.Timer, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t.Reset(d)
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
