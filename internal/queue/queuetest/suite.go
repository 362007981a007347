package queuetest

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/queue"
)

func delivered(f *fixture) {
	var heard seen
	handlers := onNote(func(_ context.Context, text string) error {
		heard.add(text)
		return nil
	})
	subs := queue.SubscribersOf("account_deleted")
	for _, s := range subs {
		handlers[s.Topic()] = queue.OnEvent(func(_ context.Context, ev *eventv1.Event) error {
			heard.add(s.Topic() + " " + ev.GetAccountDeleted().GetUserId())
			return nil
		})
	}
	f.work(handlers)
	var all []queue.Message
	for i := range 15 {
		all = append(all, f.accountDeleted(strconv.Itoa(i)), f.note("events "+strconv.Itoa(i), queue.Events), f.note("moves "+strconv.Itoa(i), queue.Moves))
	}
	f.accept(all...)
	f.until("all are delivered to each", func() bool { return heard.different() == 15*(len(subs)+2) && f.empty() })
}

// large sends as much as one message may hold, several times in one batch.
func large(f *fixture) {
	var heard seen
	f.work(onNote(func(_ context.Context, text string) error {
		heard.add(text)
		return nil
	}))
	var all []queue.Message
	for i := range 4 {
		all = append(all, f.note(strconv.Itoa(i)+strings.Repeat("x", 187<<10), queue.Events))
	}
	f.accept(all...)
	f.until("all are delivered", func() bool { return heard.different() == len(all) && f.empty() })
	for text := range heard.texts {
		if len(text) != 187<<10+1 {
			f.Errorf("one came with %d bytes", len(text))
		}
	}
}

func triedAgain(f *fixture) {
	var tries seen
	done := make(chan string, 10)
	f.work(onNote(func(_ context.Context, text string) error {
		if tries.add(text) > 1 {
			done <- text
			return nil
		}
		if text == "panic" {
			panic("no such column")
		}
		return errNotYet
	}))
	f.accept(f.note("fail", queue.Events), f.note("panic", queue.Events))
	var ended seen
	f.until("both have succeeded", func() bool {
		ended.add(next(f, done))
		return ended.different() == 2
	})
	f.until("nothing is left", f.empty)
}

func deadLetter(f *fixture) {
	var mended atomic.Bool
	done := make(chan string, 10)
	f.accept(f.note("late", queue.Events))
	f.OneTry()
	f.work(onNote(func(_ context.Context, text string) error {
		if !mended.Load() {
			return errNotYet
		}
		done <- text
		return nil
	}))
	f.until("there is a dead letter and nothing else", func() bool { return f.onlyDead(1) })
	f.until("it can be looked at", func() bool {
		letters, err := f.sender.DeadLetters(f.Context(), 10)
		return err == nil && len(letters) > 0 && letters[0].Topic == topic && letters[0].Queue == queue.Events
	})
	mended.Store(true)
	if n, err := f.sender.Redrive(f.Context(), "another.topic"); n != 0 || err != nil {
		f.Errorf("%d of another topic were brought back, %v", n, err)
	}
	f.until("it is brought back", func() bool {
		n, err := f.sender.Redrive(f.Context(), topic)
		return n > 0 && err == nil
	})
	if text := next(f, done); text != "late" {
		f.Errorf("what came back is %q", text)
	}
	f.until("nothing is left", func() bool {
		_, err := f.sender.Redrive(f.Context(), "")
		return err == nil && f.empty()
	})
}

// poison must not vanish, and not hold others up.
func poison(f *fixture) {
	garbled, unknown := f.note("x", queue.Events), f.note("y", queue.Events)
	garbled.Payload, unknown.Topic = []byte{0xff, 0xff, 0xff}, "test.unknown"
	f.accept(garbled, unknown)
	f.OneTry()
	done := make(chan string, 10)
	f.work(onNote(func(_ context.Context, text string) error {
		done <- text
		return nil
	}))
	f.until("both are dead letters", func() bool { return f.onlyDead(2) })
	f.accept(f.note("healthy", queue.Events))
	if text := next(f, done); text != "healthy" {
		f.Errorf("what came is %q", text)
	}
}

func killed(f *fixture) {
	f.accept(f.note("left behind", queue.Events))
	began := time.Now()
	f.Abandon()
	done := make(chan string, 10)
	f.work(onNote(func(_ context.Context, text string) error {
		done <- text
		return nil
	}))
	if text := next(f, done); text != "left behind" {
		f.Errorf("what ran is %q", text)
	}
	if took := time.Since(began); took > 30*time.Second {
		f.Errorf("it took %v", took)
	}
}

// held runs a handler for nearly as long as one may, beside a worker with nothing to do.
func held(f *fixture) {
	var runs atomic.Int32
	done := make(chan struct{}, 10)
	handlers := onNote(func(ctx context.Context, _ string) error {
		runs.Add(1)
		select {
		case <-ctx.Done():
		case <-time.After(queue.TryTime - 2*time.Second):
		}
		done <- struct{}{}
		return ctx.Err()
	})
	f.work(handlers)
	f.work(handlers)
	f.accept(f.note("slow", queue.Events))
	next(f, done)
	// On a rough network a message may be delivered twice, and no more often than its
	// share of that.
	if n := runs.Load(); n > 2 {
		f.Errorf("it ran %d times", n)
	}
	f.until("nothing is left", f.empty)
}

func limited(f *fixture) {
	var now, most atomic.Int32
	var heard seen
	f.work(onNote(func(ctx context.Context, text string) error {
		for n := now.Add(1); ; {
			old := most.Load()
			if n <= old || most.CompareAndSwap(old, n) {
				break
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
		now.Add(-1)
		heard.add(text)
		return ctx.Err()
	}), queue.Limits{queue.Events: 3})
	var all []queue.Message
	for i := range 30 {
		all = append(all, f.note(strconv.Itoa(i), queue.Events))
	}
	f.accept(all...)
	f.until("all are done", func() bool { return heard.different() == len(all) })
	if n := most.Load(); n < 2 || n > 3 {
		f.Errorf("%d ran at once", n)
	}
}

func apart(f *fixture) {
	release, done := make(chan struct{}), make(chan struct{})
	handlers := onNote(func(ctx context.Context, _ string) error {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return nil
	})
	handlers["test.urgent"] = sync.OnceValue(func() queue.Handler {
		once := sync.OnceFunc(func() { close(done) })
		return func(context.Context, []byte) error { once(); return nil }
	})()
	stop := f.work(handlers)
	for range 3 {
		f.accept(f.note("slow", queue.Events), f.note("slow", queue.Events), f.note("slow", queue.Events), f.note("slow", queue.Events))
	}
	urgent := f.note("", queue.Moves)
	urgent.Topic = "test.urgent"
	f.accept(urgent)
	next(f, done)
	close(release)
	stop()
}

func shared(f *fixture) {
	const messages = 200
	var heard seen
	var by [2]atomic.Int32
	for i := range by {
		f.work(onNote(func(ctx context.Context, text string) error {
			by[i].Add(1)
			// Long enough for the other worker to look for work meanwhile.
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond):
			}
			heard.add(text)
			return ctx.Err()
		}))
	}
	var all []queue.Message
	for i := range messages {
		all = append(all, f.note(strconv.Itoa(i), queue.Fanout))
	}
	f.accept(all...)
	f.until("all are done", func() bool { return heard.different() == messages && f.empty() })
	if by[0].Load() == 0 || by[1].Load() == 0 {
		f.Errorf("one did %d, the other %d", by[0].Load(), by[1].Load())
	}
}

func stopped(f *fixture) {
	begun, finish := make(chan string, 20), make(chan struct{})
	var ended atomic.Int32
	stop := f.work(onNote(func(ctx context.Context, text string) error {
		begun <- text
		<-finish
		ended.Add(1)
		return ctx.Err()
	}), queue.Limits{queue.Events: 1})
	f.accept(f.note("a", queue.Events), f.note("b", queue.Events), f.note("c", queue.Events))
	first := next(f, begun)
	over := make(chan struct{})
	go func() {
		stop()
		close(over)
	}()
	select {
	case <-over:
		f.Error("it did not wait")
	case <-time.After(200 * time.Millisecond):
	}
	close(finish)
	next(f, over)
	if ended.Load() == 0 {
		f.Error("it did not finish")
	}
	var others seen
	others.add(first)
	f.work(onNote(func(_ context.Context, text string) error {
		others.add(text)
		return nil
	}))
	f.until("another worker does the rest", func() bool { return others.different() == 3 && f.empty() })
}

func traced(f *fixture) {
	const parent = "0af7651916cd43dd8448eb211c80319c"
	m := f.note("x", queue.Events)
	m.Trace = "00-" + parent + "-b7ad6b7169203331-01"
	found := make(chan string, 10)
	f.work(onNote(func(ctx context.Context, _ string) error {
		found <- trace.SpanContextFromContext(ctx).TraceID().String()
		return nil
	}))
	f.accept(m)
	if id := next(f, found); id != parent {
		f.Errorf("the handler's trace is %s", id)
	}
}

func counted(f *fixture) {
	f.accept(f.note("a", queue.Events), f.note("b", queue.Events), f.note("c", queue.Upkeep))
	f.until("three are ready", func() bool { return f.count(queue.StateReady) >= 3 && f.count("") == f.count(queue.StateReady) })
	depths, err := f.sender.Depths(f.Context())
	f.must(err)
	if n := queue.Open(depths); n < 3 || len(depths) != 2 {
		f.Errorf("there are %+v", depths)
	}
}
