// Package storetest is the suite that every adapter of graph.Store passes.
//
// An adapter's test hands Run a factory, which opens a store of its own, empty,
// for each test:
//
//	storetest.Run(t, func(t *testing.T) storetest.World { ... })
//
// The suite goes by the contract alone. What it cannot see through the store, the
// events that wait for a consumer, the World shows it; and what no store does by
// itself, to be wrong, the World does to it. Calls that are unavailable or time
// out are made again, and each call carries the position that those before have
// seen, as clients do it: so the same suite holds for stores that fail and for
// those whose reads may be old.
package storetest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/graph"
)

// World is a store under test.
type World struct {
	graph.Store
	// Announced answers the edges of each event that is stored and not delivered
	// yet, in the order in which they were stored.
	Announced func(t testing.TB) [][]graph.Edge
	// Enqueued answers the topics of the tasks that wait.
	Enqueued func(t testing.TB) []string
	// Miscount adds to the counts of an account.
	Miscount func(t testing.TB, account uuid.UUID, by graph.Counts)
	// Smuggle stores a block, and looks at nothing else.
	Smuggle func(t testing.TB, b graph.Block)
}

// Run runs the suite.
func Run(t *testing.T, open func(t *testing.T) World) {
	t.Helper()
	for _, part := range [][]test{follows, blocks, lists, bulk, upkeep, times, transfers} {
		for _, c := range part {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.run(world{World: open(t), t: t, clock: &clock{}})
			})
		}
	}
}

// Named are the edges that an event names, in the form in which queues carry it.
func Named(t testing.TB, payload []byte) []graph.Edge {
	t.Helper()
	ev := &eventv1.Event{}
	if err := proto.Unmarshal(payload, ev); err != nil {
		t.Fatal(err)
	}
	var edges []graph.Edge
	for e := range slices.Chunk(cmp.Or(ev.GetFollowsChanged(), ev.GetFollowsLoaded()).GetPacked(), 2*len(uuid.Nil)) {
		edges = append(edges, graph.Edge{FollowerID: uuid.UUID(e[:16]), FolloweeID: uuid.UUID(e[16:])})
	}
	return edges
}

// test is one promise, and how it is held to.
type test struct {
	name string
	run  func(w world)
}

// world adds what the tests say all the time.
type world struct {
	World
	t     *testing.T
	clock *clock
}

// clock is the newest position that the calls of a test have seen.
type clock struct {
	mu   sync.Mutex
	seen consistency.Position
}

func (c *clock) read() consistency.Position {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen
}

func (c *clock) saw(p consistency.Position) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = c.seen.Max(p)
}

// many is more than any limit that a test is not about.
const many = 1_000_000

// people are new accounts, ascending.
func people(n int) []uuid.UUID {
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
	}
	return ids
}

// patience is for a store that fails most of the time, on a busy machine.
const patience = time.Minute

// again makes a call until it is answered. A call that failed may have done its
// work all the same.
func again(ctx context.Context, call func() error) error {
	until := time.Now().Add(patience)
	for {
		err := call()
		away := fault.Is(err, fault.Unavailable) || fault.Is(err, fault.TimedOut)
		if !away || time.Now().After(until) || ctx.Err() != nil {
			return err
		}
	}
}

// asked is again for calls that answer something. They demand what the calls
// before have seen.
func asked[A any](w world, call func(ctx context.Context) (A, error)) (answer A, err error) {
	ctx, session := consistency.Begin(w.t.Context(), w.clock.read())
	err = again(ctx, func() error {
		answer, err = call(ctx)
		return err
	})
	position, unknown := session.Ceiling(ctx)
	if unknown != nil {
		return answer, unknown
	}
	w.clock.saw(position)
	return answer, err
}

// must is asked for calls that may not be refused.
func must[A any](w world, call func(ctx context.Context) (A, error)) A {
	w.t.Helper()
	answer, err := asked(w, call)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer
}

func edge(a, b uuid.UUID) graph.Edge { return graph.Edge{FollowerID: a, FolloweeID: b} }

func (w world) tryFollow(a, b uuid.UUID, limit int64) (graph.Relationship, error) {
	return asked(w, func(ctx context.Context) (graph.Relationship, error) { return w.Follow(ctx, edge(a, b), limit) })
}

func (w world) follow(a, b uuid.UUID) graph.Relationship {
	w.t.Helper()
	return must(w, func(ctx context.Context) (graph.Relationship, error) { return w.Follow(ctx, edge(a, b), many) })
}

func (w world) unfollow(a, b uuid.UUID) graph.Relationship {
	w.t.Helper()
	return must(w, func(ctx context.Context) (graph.Relationship, error) { return w.Unfollow(ctx, edge(a, b)) })
}

func (w world) block(a, b uuid.UUID) graph.Relationship {
	w.t.Helper()
	return must(w, func(ctx context.Context) (graph.Relationship, error) {
		return w.Block(ctx, graph.Block{BlockerID: a, BlockedID: b})
	})
}

func (w world) unblock(a, b uuid.UUID) graph.Relationship {
	w.t.Helper()
	return must(w, func(ctx context.Context) (graph.Relationship, error) {
		return w.Unblock(ctx, graph.Block{BlockerID: a, BlockedID: b})
	})
}

// refuses follows.
func (w world) refuses(a, b uuid.UUID, want error) {
	w.t.Helper()
	if _, err := w.tryFollow(a, b, many); !errors.Is(err, want) {
		w.t.Errorf("got %v, want %v", err, want)
	}
}

// is checks what a call answered.
func is[A comparable](w world, what string, got, want A) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// stands checks both counts of an account.
func (w world) stands(account uuid.UUID, followers, following int64) {
	w.t.Helper()
	got := must(w, func(ctx context.Context) (graph.Counts, error) { return w.Counts(ctx, account) })
	is(w, "counts", got, graph.Counts{Followers: followers, Following: following})
}

// checked answers when edges began.
func (w world) checked(edges ...graph.Edge) []time.Time {
	w.t.Helper()
	since := must(w, func(ctx context.Context) ([]time.Time, error) { return w.CheckEdges(ctx, edges) })
	if len(since) != len(edges) {
		w.t.Fatalf("%d answers for %d edges", len(since), len(edges))
	}
	return since
}

func (w world) store(fresh bool, rows ...graph.Row) graph.Stored {
	w.t.Helper()
	return must(w, func(ctx context.Context) (graph.Stored, error) { return w.StoreRows(ctx, rows, fresh) })
}

// differs recounts, and wants so many differences.
func (w world) differs(want int) {
	w.t.Helper()
	var diffs []string
	n := must(w, func(ctx context.Context) (int, error) {
		diffs = nil
		return w.Recount(ctx, func(d string) { diffs = append(diffs, d) })
	})
	if n != want || len(diffs) != want {
		w.t.Errorf("%d differences, want %d: %v", n, want, diffs)
	}
}

// announced are the edges of all events, ascending.
func (w world) announced() []graph.Edge {
	w.t.Helper()
	edges := slices.Concat(w.Announced(w.t)...)
	slices.SortFunc(edges, graph.Edge.Compare)
	return edges
}

// rows numbers edges from 1.
func rows(edges ...graph.Edge) []graph.Row {
	list := make([]graph.Row, len(edges))
	for i, e := range edges {
		list[i] = graph.Row{Edge: e, Line: int64(i + 1)}
	}
	return list
}

// among are all follows among people.
func among(p []uuid.UUID) []graph.Edge {
	var edges []graph.Edge
	for _, a := range p {
		for _, b := range p {
			if a != b {
				edges = append(edges, edge(a, b))
			}
		}
	}
	return edges
}
