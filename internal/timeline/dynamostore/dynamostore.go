// Package dynamostore keeps timelines in DynamoDB.
//
// There is no snapshot over what a page is made of, so it is read in an order:
// reader and edges, entries, the reader's version again, and the epochs of
// authors last. What makes entries go, or a horizon go down, counts the version on
// in the same transaction, so a version that stayed makes the three one moment for
// the reader; and each author may be taken as of the moment when his edge was read:
// a fan-out that passed it by came later, and its post was still on its way.
//
// An edge is two items, by reader and by author, that one transaction changes. Others
// may see one of them changed before the other, so push becomes pull by way of
// demoting: reads pull it, fan-outs write to it, and the step to pull is a
// transaction that finds both items demoting. Epochs are known to reads under a lease;
// fan-outs go on for longer than that after a flip (epoch.go). A wake of however many
// edges is committed by one item, the reader's, which names the generation whose
// promoting edges are push from then on (wake.go). Every read that decides anything
// is strong.
//
// README.md has the keys, the arguments at length, and what things cost.
package dynamostore

import (
	"cmp"
	"context"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/outbox"
	"github.com/throng-social/throng/internal/timeline"
)

var _ timeline.Store = (*Store)(nil)

const (
	// epochLease is how long a process goes by the epochs that it knows.
	epochLease = 2 * time.Second
	// flipTime bounds how long a flip may take from its stamp to its commit.
	flipTime = 5 * time.Second
	// trimEvery is how often a reader's entries are counted.
	trimEvery = 6 * time.Hour
	// rounds bounds how often a method begins again because others changed the same
	// items; after that its caller tries later.
	rounds = 12
	// atOnce is how many requests of one call are under way.
	atOnce = 8
)

var errRestless = fault.New(fault.Unavailable, "conflict", "others changed the same thing; please try again").After(time.Second)

// Config is for tests; nothing means what a deployment has.
type Config struct {
	// EpochLease, FlipTime and TrimEvery: see above. A negative TrimEvery counts always.
	EpochLease, FlipTime, TrimEvery time.Duration
	// Linger is how long after a flip fan-outs write to whom they wrote to before.
	Linger time.Duration
}

// Store implements timeline.Store.
type Store struct {
	db     *dynamo.DB
	config Config
	epochs epochs
	// audiences are the large ones that were counted lately.
	audiences audiences
}

// New makes a store. Messages go to the outbox.
func New(db *dynamo.DB, c Config) *Store {
	c.EpochLease = cmp.Or(c.EpochLease, epochLease)
	c.TrimEvery = cmp.Or(c.TrimEvery, trimEvery)
	c.FlipTime = cmp.Or(c.FlipTime, flipTime)
	c.Linger = cmp.Or(c.Linger, c.EpochLease+c.FlipTime+2*dynamo.ClockBound)
	s := &Store{db: db, config: c}
	s.epochs = epochs{db: db, lease: c.EpochLease}
	return s
}

// Enqueue implements timeline.Store.
func (s *Store) Enqueue(ctx context.Context, tasks ...queue.Task) error {
	for _, t := range tasks {
		w, err := outbox.Task(ctx, t)
		if err != nil {
			return err
		}
		if err := s.db.Transact(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// again runs fn until it is done, with short pauses that differ from caller to caller.
func again(ctx context.Context, fn func() (done bool, err error)) error {
	for round := range rounds {
		done, err := fn()
		if err != nil || done {
			return err
		}
		rest(ctx, rand.N(time.Millisecond<<min(round+1, 6)))
	}
	return errRestless
}

// rest is over early where the call is: the next request then says so.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// each runs fn for every one of n, some at once.
func each(ctx context.Context, n int, fn func(ctx context.Context, i int) error) error {
	if n == 1 {
		return fn(ctx, 0)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i := range n {
		g.Go(func() error { return fn(ctx, i) })
	}
	return g.Wait()
}

// unmet tells a condition that did not hold from other errors.
func unmet(err error) bool { return dynamo.AsUnmet(err) != nil }
