// Package queuetest holds every queue.Backend to its promises. Tests expect messages
// at least once and in any order, so that the suite runs on a rough network too.
package queuetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/protobuf/types/known/wrapperspb"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/queue"
)

// patience is for a busy machine; what is waited for comes much sooner.
const patience = 90 * time.Second

// Deployment is an empty queue which the processes of a deployment share.
type Deployment struct {
	// Process is the queue as one more process sees it.
	Process func() queue.Backend
	// OneTry leaves what waits a single try.
	OneTry func()
	// Abandon takes all that waits, as a worker does that is killed then.
	Abandon func()
}

// Run runs the suite; deploy makes a deployment for each test.
func Run(t *testing.T, deploy func(t *testing.T) Deployment) {
	otel.SetTextMapPropagator(propagation.TraceContext{})
	for name, test := range map[string]func(*fixture){
		"every subscriber hears of an event and every task finds its handler": delivered,
		"a message of the greatest size is delivered":                         large,
		"a handler that fails or panics is tried again":                       triedAgain,
		"after the last try it is a dead letter until it is brought back":     deadLetter,
		"what nobody can read becomes a dead letter":                          poison,
		"a killed worker's message comes again within 30 seconds":             killed,
		"a message is not seen by others while its handler runs":              held,
		"no more handlers run at once than the limits say":                    limited,
		"queues do not wait for one another":                                  apart,
		"workers share the work":                                              shared,
		"a worker that is told to stop finishes what it began":                stopped,
		"handlers run in the trace of the sender":                             traced,
		"what waits is counted by topic and state":                            counted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t)
			test(&fixture{T: t, Deployment: d, sender: d.Process()})
		})
	}
}

// fixture is one test's deployment.
type fixture struct {
	*testing.T
	Deployment

	sender queue.Backend
}

const topic = "test.note"

func (f *fixture) note(text, kind string) queue.Message {
	f.Helper()
	m, err := queue.Pack(f.Context(), queue.Task{Topic: topic, Queue: kind, Message: wrapperspb.String(text)})
	f.must(err)
	return m
}

func (f *fixture) accountDeleted(id string) queue.Message {
	f.Helper()
	m, err := queue.Seal(f.Context(), &eventv1.Event{Body: &eventv1.Event_AccountDeleted{AccountDeleted: &eventv1.AccountDeleted{UserId: id}}})
	f.must(err)
	return m
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// accept tries as often as its callers do.
func (f *fixture) accept(messages ...queue.Message) {
	f.Helper()
	err := errNotYet
	for range 5 {
		if err = f.sender.Accept(f.Context(), messages); err == nil {
			return
		}
	}
	f.Fatal(err)
}

// onNote handles notes with fn.
func onNote(fn func(ctx context.Context, text string) error) queue.Handlers {
	return queue.Handlers{topic: queue.On(
		func() *wrapperspb.StringValue { return &wrapperspb.StringValue{} },
		func(ctx context.Context, m *wrapperspb.StringValue) error { return fn(ctx, m.GetValue()) },
	)}
}

// work runs a worker in a process of its own until the test ends or the returned
// function is called, which waits for its end.
func (f *fixture) work(handlers queue.Handlers, limits ...queue.Limits) (stop func()) {
	f.Helper()
	b := f.Process()
	w := queue.Work{Handlers: handlers, Limits: append(limits, queue.DefaultLimits())[0], Observe: func(string, time.Duration, error) {}}
	ctx, cancel := context.WithCancel(f.Context())
	ended := make(chan error, 1)
	go func() {
		for {
			err := b.Work(ctx, w)
			if err == nil || ctx.Err() != nil {
				ended <- nil
				return
			}
		}
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			f.Errorf("the worker ended with %v", err)
		}
	})
	f.Cleanup(stop)
	return stop
}

// count is how much waits in a state.
func (f *fixture) count(state string) (n int64) {
	f.Helper()
	depths, err := f.sender.Depths(f.Context())
	if err != nil {
		return -1
	}
	for _, d := range depths {
		if d.State == state || state == "" {
			n += d.Jobs
		}
	}
	return n
}

// onlyDead tells whether so many are dead letters, or more that were sent twice, and
// nothing else is there.
func (f *fixture) onlyDead(n int64) bool {
	dead := f.count(queue.StateDead)
	return dead >= n && f.count("") == dead
}

func (f *fixture) empty() bool { return f.count("") == 0 }

// until waits for a state that sends no signals.
func (f *fixture) until(what string, holds func() bool) {
	f.Helper()
	for began := time.Now(); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > patience {
			f.Fatalf("it never came to this: %s", what)
		}
	}
}

// next waits for a signal.
func next[T any](f *fixture, c <-chan T) (v T) {
	f.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		f.Fatal("it did not happen")
	}
	return v
}

// seen remembers texts and how often they came.
type seen struct {
	mu    sync.Mutex
	texts map[string]int
}

func (s *seen) add(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.texts == nil {
		s.texts = map[string]int{}
	}
	s.texts[text]++
	return s.texts[text]
}

func (s *seen) different() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.texts)
}

var errNotYet = errors.New("not yet")
