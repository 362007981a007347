package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
)

// Readers of a board are goroutines of this process, each with a connection of its own
// that stays, to the server on this machine. They are not signed in, and read the first
// page of the board of members, while somebody checks in each second.

const (
	// filesElse is how many files a process has open beside the readers' connections.
	filesElse = 1000
	// thinkLeast and thinkMost bound how long readers think who do.
	thinkLeast = time.Second
	thinkMost  = 5 * time.Second
	// refusedFor is how long somebody waits who was refused.
	refusedFor = time.Second
	// readingTime is for how many rounds' length they read.
	readingTime = 4
)

// readers measures them as they come: those who think between two pages, and such as do
// not.
func (l *live) readers(ctx context.Context, o options, r *report) error {
	n, err := l.seats(r)
	if err != nil {
		return err
	}
	a, err := l.admit(ctx, n)
	if err != nil {
		return err
	}
	defer a.leave()
	ctx, stop := context.WithCancel(ctx)
	var writing errgroup.Group
	writing.Go(func() error { return l.checkInEachSecond(ctx) })
	name := figure(float64(n)) + " readers of a board, who "
	err = errors.Join(
		l.read(o, r, a, name+fmt.Sprintf("think %.0f to %.0f s", thinkLeast.Seconds(), thinkMost.Seconds()), true),
		l.read(o, r, a, name+"do not think", false),
	)
	stop()
	return errors.Join(err, writing.Wait())
}

func (l *live) read(o options, r *report, a audience, name string, think bool) error {
	length := readingTime * o.length
	if o.profile != "" {
		if err := l.side.profile(filepath.Join(o.profile, fmt.Sprintf("readers-%v.ours.pprof", think)), length); err != nil {
			return err
		}
	}
	a.read(boardPage(l.campaign, campaignv1.Scope_SCOPE_MEMBERS), length, think).tell(r, name)
	return nil
}

// seats is how many connections may be open, with a word where that is too few.
func (l *live) seats(r *report) (int, error) {
	want := l.world.size.Contest.Readers
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	if limit.Cur >= uint64(want+filesElse) { //nolint:gosec // not negative
		return want, nil
	}
	n := int(limit.Cur) - filesElse //nolint:gosec // less than what is wanted
	if n < 1 {
		return 0, fmt.Errorf("a process may have %d files open, which is too few for any readers: raise it with ulimit -n %d", limit.Cur, want+filesElse)
	}
	r.notef("TOO FEW READERS: %d in place of %d, as a process may have %d files open here; raise it with ulimit -n %d.", n, want, limit.Cur, want+filesElse)
	return n, nil
}

// audience are readers with their connections.
type audience []*client

func (l *live) admit(ctx context.Context, n int) (audience, error) {
	a := make(audience, n)
	g, _ := errgroup.WithContext(ctx)
	g.SetLimit(openedAtOnce)
	for i := range a {
		g.Go(func() (err error) {
			a[i], err = dialWith(l.side.addr, smallBuffer)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		a.leave()
		return nil, fmt.Errorf("open %d connections: %w", n, err)
	}
	return a, nil
}

func (a audience) leave() {
	for _, c := range a {
		if c != nil {
			_ = c.conn.Close()
		}
	}
}

// tally is what became of reads.
type tally struct {
	mu     sync.Mutex
	took   []time.Duration
	length time.Duration
	// errors counts what was no page: answers by their status, and connections that
	// failed.
	errors map[string]int
}

const failedConnection = "a connection that failed"

// read has all of them read until the time is up.
func (a audience) read(request []byte, length time.Duration, think bool) *tally {
	t := &tally{errors: map[string]int{}}
	began := time.Now()
	until := began.Add(length)
	var all sync.WaitGroup
	for _, c := range a {
		all.Go(func() { t.add(c.readUntil(until, request, think)) })
	}
	all.Wait()
	t.length = time.Since(began)
	return t
}

func (t *tally) add(took []time.Duration, errors map[string]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took = append(t.took, took...)
	for what, n := range errors {
		t.errors[what] += n
	}
}

// readUntil reads page after page. A connection that has failed is not used again.
func (c *client) readUntil(until time.Time, request []byte, think bool) (took []time.Duration, wrong map[string]int) {
	_ = c.conn.SetDeadline(until.Add(patience))
	pause := time.Duration(0)
	if think {
		pause = rand.N(thinkMost)
	}
	for wrong = map[string]int{}; time.Now().Add(pause).Before(until); {
		time.Sleep(pause)
		pause = 0
		asked := time.Now()
		err := c.exchange(request, &reader{}, io.Discard)
		status, answered := errors.AsType[statusError](err)
		switch {
		case answered:
			wrong[fmt.Sprint("status ", int(status))]++
			pause = refusedFor
		case err != nil:
			wrong[failedConnection]++
			return took, wrong
		default:
			took = append(took, time.Since(asked))
		}
		if think {
			pause = thinkLeast + rand.N(thinkMost-thinkLeast)
		}
	}
	return took, wrong
}

func (t *tally) tell(r *report, name string) {
	calls := len(t.took)
	l := latencyOf(t.took)
	r.add(row{name: name, unit: "calls/s", ours: float64(calls) / t.length.Seconds()})
	r.add(row{name: name + ", p50", unit: "ms", ours: milliseconds(l.p50)})
	r.add(row{name: name + ", p99", unit: "ms", ours: milliseconds(l.p99)})
	failed := 0
	for _, n := range t.errors {
		failed += n
	}
	r.notef("%s: %d calls in %.1f s, one check-in a second beside them; %d more came to nothing%s.", name, calls, t.length.Seconds(), failed, t.why())
}

// checkInEachSecond goes on until ctx ends.
func (l *live) checkInEachSecond(ctx context.Context) error {
	c, err := dial(l.side.addr)
	if err != nil {
		return err
	}
	defer c.conn.Close()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := l.checkIn(c, l.people[i%len(l.people)]); err != nil {
			return err
		}
	}
}

// why tells what was no page, by kind.
func (t *tally) why() string {
	var b strings.Builder
	for i, what := range slices.Sorted(maps.Keys(t.errors)) {
		between := ", "
		if i == 0 {
			between = ": "
		}
		fmt.Fprintf(&b, "%s%s %d times", between, what, t.errors[what])
	}
	return b.String()
}
