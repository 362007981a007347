package dynamo

import (
	"context"
	"sync"
	"time"

	"github.com/throng-social/throng/internal/consistency"
)

// DynamoDB has no log whose places could be named, so time stands in for it. A
// write stores the time of its process, from before it was made, in the items that
// it changes; it was done within the budget of a call after that. So whoever reads
// an item has seen writes up to that much later, or up to now, and that is what his
// token then holds. One who holds an old time may be answered by any copy; one who
// holds a young time is answered by the leader. Two bounds are assumed, both far
// above what is seen in practice.
const (
	// ClockBound is how far the clocks of a deployment's processes may differ.
	ClockBound = time.Second
	// StaleBound is how far a copy that answers an eventual read may lag behind.
	StaleBound = 10 * time.Second
)

// Copy says which copy of the data answers a read.
type Copy int

const (
	// Reader is any copy that has come as far as the context's session demands.
	Reader Copy = iota
	// Primary sees every write that was answered before the read began: for whatever
	// decides a write.
	Primary
)

// Stamp is when something was written, in microseconds since 1970.
type Stamp uint64

// Value is the stamp as the attribute w holds it.
func (s Stamp) Value() Value { return N(s) } //nolint:ireturn // an attribute's value is of many kinds

// Time is the stamp as a time.
func (s Stamp) Time() time.Time { return time.UnixMicro(int64(s)) } //nolint:gosec // it came from a time

// clock makes stamps.
type clock struct {
	mu   sync.Mutex
	last Stamp
	// now is the system's clock but in tests.
	now func() time.Time
}

func (c *clock) time() time.Time {
	if c.now != nil {
		return c.now()
	}
	return time.Now()
}

// next is greater than every stamp before, and than what was seen: a write that
// answers another must not look older. What is seen comes from clients, who may
// make it up, so it moves the clock no further than honest clocks differ.
func (c *clock) next(seen Stamp) Stamp {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.time()
	seen = min(seen, micros(now.Add(ClockBound)))
	c.last = max(micros(now), c.last+1, seen+1)
	return c.last
}

// Stamp is the time of a write that is about to be made. The write stores it in
// each item that it changes, as attribute w (With).
func (db *DB) Stamp(ctx context.Context) Stamp {
	return db.clock.next(Stamp(consistency.From(ctx).Demand().Clock))
}

// wrote tells the session that it has seen all up to now: its write was done before.
func (db *DB) wrote(ctx context.Context) {
	now := consistency.Position{Clock: uint64(micros(db.clock.time()))}
	consistency.From(ctx).Saw(consistency.Position{Log: consistency.Always, Clock: consistency.Always}, now)
}

// look decides whether a read must be strong, and what may be promised of its
// answer. It is called before the read.
func (db *DB) look(ctx context.Context, from Copy) (strong bool, promise consistency.Position) {
	now := db.clock.time()
	demand := Stamp(consistency.From(ctx).Demand().Clock)
	strong = from == Primary || demand > micros(now.Add(-ClockBound-StaleBound))
	if strong {
		return true, floor(now.Add(-ClockBound))
	}
	return false, floor(now.Add(-ClockBound - StaleBound))
}

// saw tells the session what was read: nothing that was done later than the newest
// stamp with the budget of its write on top.
func (db *DB) saw(ctx context.Context, promise consistency.Position, items []Item) {
	var newest Stamp
	for _, i := range items {
		newest = max(newest, i.Written())
	}
	if newest > 0 {
		newest = min(newest+Stamp(db.config.Budget.Microseconds()), micros(db.clock.time())) //nolint:gosec // a bound of seconds
	}
	consistency.From(ctx).Saw(promise, consistency.Position{Clock: uint64(newest)})
}

// floor promises nothing about Postgres, which was not asked.
func floor(t time.Time) consistency.Position {
	return consistency.Position{Log: consistency.Always, Clock: uint64(micros(t))}
}

func micros(t time.Time) Stamp { return Stamp(max(0, t.UnixMicro())) }
