package queue_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/throng-social/throng/gen/db/queuedb"
	"github.com/throng-social/throng/internal/queue"
)

func TestAHandlerThatFailsOrPanicsIsTriedAgain(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	var mu sync.Mutex
	tries := map[string]int{}
	done := make(chan string, 2)
	p.work(t, onNote(func(_ context.Context, text string) error {
		mu.Lock()
		defer mu.Unlock()
		if tries[text]++; tries[text] > 1 {
			done <- text
			return nil
		}
		if text == "panic" {
			panic("no such column")
		}
		return errNotYet
	}))
	p.enqueue(t, note("fail"), note("panic"))
	next(t, done)
	next(t, done)
	until(t, "both are done", func() bool { return p.open(t) == 0 })
}

func TestAfterTheLastTryAJobIsADeadLetterUntilItIsBroughtBack(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	var mended atomic.Bool
	done := make(chan string, 1)
	p.enqueue(t, note("late"))
	p.change(t, "UPDATE river_job SET max_attempts = 1")
	p.work(t, onNote(func(_ context.Context, text string) error {
		if !mended.Load() {
			return errNotYet
		}
		done <- text
		return nil
	}))
	until(t, "there is a dead letter", func() bool { return len(p.deadLetters(t)) == 1 })
	dead := p.deadLetters(t)[0]
	if dead.Kind != topic || dead.Attempt != 1 || dead.LastError != errNotYet.Error() || p.open(t) != 0 {
		t.Errorf("the dead letter is %+v", dead)
	}
	mended.Store(true)
	for kind, want := range map[string]int64{"another.topic": 0, topic: 1} {
		n, err := p.q.RedriveDeadLetters(t.Context(), p.db.Writer(t.Context()), queuedb.RedriveDeadLettersParams{Kind: kind, Tries: 5})
		if n != want || err != nil {
			t.Errorf("%d of %s were brought back, want %d; %v", n, kind, want, err)
		}
	}
	if text := next(t, done); text != "late" {
		t.Errorf("what came back is %q", text)
	}
	until(t, "nothing is left", func() bool { return p.open(t) == 0 && len(p.deadLetters(t)) == 0 })
}

// A message that no version of the handler can read must not vanish: it is tried
// again and becomes a dead letter like any other.
func TestAMessageThatCannotBeReadBecomesADeadLetter(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.enqueue(t, note("garbled"))
	p.change(t, `UPDATE river_job SET max_attempts = 1, args = jsonb_set(args, '{payload}', '"////"')`)
	p.work(t, onNote(func(_ context.Context, text string) error {
		t.Errorf("it was read as %q", text)
		return nil
	}))
	until(t, "there is a dead letter", func() bool { return len(p.deadLetters(t)) == 1 })
}

// What a killed worker leaves behind are jobs in the state running, which nobody
// runs.
func TestJobsOfAKilledWorkerRunAgain(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.enqueue(t, note("left behind"))
	p.change(t, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now() - interval '14 s', attempted_by = '{gone}'")
	done := make(chan string, 1)
	began := time.Now()
	p.work(t, onNote(func(_ context.Context, text string) error {
		done <- text
		return nil
	}))
	if text := next(t, done); text != "left behind" {
		t.Errorf("what ran is %q", text)
	}
	// Added to the 14 seconds above, this is the promise of 30.
	if took := time.Since(began); took > 16*time.Second {
		t.Errorf("it took another %v", took)
	}
}

func TestOnlyJobsHeldTooLongAreTakenFromTheirWorker(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.enqueue(t, note("held"), note("left"), note("left at the last try"))
	p.change(t, `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now() - CASE WHEN id = (SELECT min(id) FROM river_job)
		THEN interval '5 s' ELSE interval '1 min' END`)
	p.change(t, "UPDATE river_job SET attempt = max_attempts WHERE id = (SELECT max(id) FROM river_job)")
	n, err := p.q.RescueStuckJobs(t.Context(), p.db.Writer(t.Context()), 13)
	if n != 2 || err != nil {
		t.Fatalf("%d were freed, %v", n, err)
	}
	rows, err := p.q.CountJobs(t.Context(), p.db.Writer(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	states := ""
	for _, r := range rows {
		states += fmt.Sprintf("%s %d, ", r.State, r.Jobs)
	}
	if states != "available 1, discarded 1, running 1, " {
		t.Errorf("they are now %s", states)
	}
}

func TestTwoWorkersNeverRunOneJobAtOnce(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	const jobs = 200
	var running sync.Map
	var runs atomic.Int32
	done := make(chan struct{}, jobs)
	handlers := onNote(func(ctx context.Context, text string) error {
		if _, twice := running.LoadOrStore(text, true); twice {
			t.Errorf("%s runs twice at once", text)
		}
		runs.Add(1)
		// Long enough for the other worker to look for work meanwhile.
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
		done <- struct{}{}
		return nil
	})
	p.work(t, handlers)
	p.work(t, handlers)
	tasks := make([]queue.Task, jobs)
	for i := range tasks {
		tasks[i] = note(fmt.Sprint(i))
	}
	p.enqueue(t, tasks...)
	for range jobs {
		next(t, done)
	}
	until(t, "all are done", func() bool { return p.open(t) == 0 })
	if n := runs.Load(); n != jobs {
		t.Errorf("%d jobs ran %d times", jobs, n)
	}
}

func TestAWorkerThatIsToldToStopFinishesWhatItBegan(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	begun, finish := make(chan struct{}), make(chan struct{})
	stop := p.work(t, onNote(func(ctx context.Context, _ string) error {
		close(begun)
		<-finish
		return ctx.Err()
	}))
	p.enqueue(t, note("half done"))
	next(t, begun)
	stopped := make(chan struct{})
	go func() {
		stop()
		close(stopped)
	}()
	select {
	case <-stopped:
		t.Error("it did not wait")
	case <-time.After(100 * time.Millisecond):
	}
	close(finish)
	next(t, stopped)
	if n := p.open(t); n != 0 {
		t.Errorf("%d jobs are not done", n)
	}
}

func TestQueuesDoNotWaitForOneAnother(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	release, done := make(chan struct{}), make(chan struct{})
	defer close(release)
	handlers := onNote(func(context.Context, string) error {
		<-release
		return nil
	})
	handlers["test.urgent"] = func(context.Context, []byte) error {
		close(done)
		return nil
	}
	p.work(t, handlers)
	for range 20 {
		p.enqueue(t, note("slow"))
	}
	p.enqueue(t, queue.Task{Topic: "test.urgent", Queue: queue.Moves, Message: wrapperspb.String("")})
	next(t, done)
}

func TestPeriodicTasksAreStartedByOneWorkerOfAll(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	ran := make(chan time.Time, 100)
	handlers := onNote(func(context.Context, string) error {
		ran <- time.Now()
		return nil
	})
	every := queue.Periodic{Every: time.Second, Task: note("tick")}
	p.work(t, handlers, every)
	p.work(t, handlers, every)
	first := next(t, ran)
	next(t, ran)
	if gap := next(t, ran).Sub(first); gap < 1500*time.Millisecond {
		t.Errorf("three ran within %v although one is due each second", gap)
	}
}
