// Package cache is a read-through cache that never shows anybody less than he
// has seen.
//
// An entry keeps the position that it was surely read at or after (its floor) and
// one that it was surely not read after (its ceiling). It answers a
// request only if its floor has reached what the request demands, and the
// response then carries its ceiling; so a cache obeys the same two promises as a
// replica (see internal/consistency).
//
// A write invalidates what it touched after its commit. A load that began before
// and ends after that loses: its value is answered to those who asked before the
// write and is not kept. Loads of one key are shared, by those whose demand the
// load under way meets. Size and lifetime are bounded, lifetimes are spread, and
// what does not exist is not kept, so that asking for it fills no memory.
//
// Caches of several processes may form a Group: they tell one another what they
// invalidated, and share a second level in Redis.
package cache

import (
	"context"
	"hash/maphash"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/throng-social/throng/internal/consistency"
)

const (
	stripes     = 256
	loadTimeout = 5 * time.Second
)

// Config bounds a cache.
type Config struct {
	// Size is the greatest number of entries.
	Size int
	// Bytes bounds what their values take on the wire, where they are messages of which
	// some are many times as large as others; 0 does not.
	Bytes int
	// Lifetime is how long an entry may answer those who demand nothing; each
	// entry gets between three and five quarters of it.
	Lifetime time.Duration
}

// Loader reads the values of keys from their source, under the context's
// session. Keys that do not exist are left out of the answer.
type Loader[K comparable, V any] func(ctx context.Context, keys []K) (map[K]V, error)

// Cache holds values of one kind. Values are shared by all readers: nobody may
// change one.
type Cache[K comparable, V any] struct {
	entries  memory[K, V]
	lifetime time.Duration
	seed     maphash.Seed
	stripes  [stripes]stripe[K, V]

	// group, shared and second are of caches in a group; second is nil where there
	// is none.
	group  *Group
	shared Shared[K, V]
	second *second

	hits, misses, secondHits atomic.Uint64
}

type entry[V any] struct {
	value          V
	floor, ceiling consistency.Position
	expires        time.Time
	// mark says that there is no value, and that one must be loaded at or past the
	// floor.
	mark bool
}

// stripe guards the keys that hash to it.
type stripe[K comparable, V any] struct {
	mu sync.Mutex
	// writes counts invalidations; a load that saw another count may not keep.
	writes  uint64
	flights map[K]*flight[V]
}

// New makes a cache.
func New[K comparable, V any](c Config) *Cache[K, V] {
	return &Cache[K, V]{
		entries:  newMemory[K, V](c),
		lifetime: c.Lifetime,
		seed:     maphash.MakeSeed(),
	}
}

// Get answers the value of one key, and whether it exists.
func (c *Cache[K, V]) Get(ctx context.Context, key K, load Loader[K, V]) (V, bool, error) {
	session := consistency.From(ctx)
	if e, ok := c.fresh(key, session.Demand(), time.Now()); ok {
		c.hits.Add(1)
		session.Saw(e.floor, e.ceiling)
		return e.value, true, nil
	}
	c.misses.Add(1)
	found := make(map[K]V, 1)
	err := c.fill(ctx, []K{key}, found, load)
	v, ok := found[key]
	return v, ok, err
}

// GetMany answers the values of those keys that exist. Where some must be loaded,
// those that are in the second half of their life are loaded along with them, so
// that keys which are asked for together do not cost a load each.
func (c *Cache[K, V]) GetMany(ctx context.Context, keys []K, load Loader[K, V]) (map[K]V, error) {
	session := consistency.From(ctx)
	now, demand := time.Now(), session.Demand()
	found := make(map[K]V, len(keys))
	var missing, old []K
	var floor, ceiling consistency.Position
	for _, k := range keys {
		e, ok := c.fresh(k, demand, now)
		if !ok {
			missing = append(missing, k)
			continue
		}
		if c.old(e, now) {
			old = append(old, k)
		}
		if len(found) == 0 {
			floor = e.floor
		}
		floor, ceiling = floor.Min(e.floor), ceiling.Max(e.ceiling)
		found[k] = e.value
	}
	if len(found) > 0 {
		session.Saw(floor, ceiling)
	}
	c.hits.Add(uint64(len(found)))
	if len(missing) == 0 {
		return found, nil
	}
	c.misses.Add(uint64(len(missing)))
	for _, k := range old {
		delete(found, k)
	}
	return found, c.fill(ctx, append(missing, old...), found, load)
}

func (c *Cache[K, V]) fresh(k K, demand consistency.Position, now time.Time) (*entry[V], bool) {
	e, ok := c.entries.GetIfPresent(k)
	return e, ok && !e.mark && e.floor.Reaches(demand) && now.Before(e.expires)
}

// old says that an entry is in the second half of its life.
func (c *Cache[K, V]) old(e *entry[V], now time.Time) bool { return e.expires.Sub(now) < c.lifetime/2 }

// Invalidate forgets keys. Call it after the commit of the write that changed
// them and before the write is acknowledged.
func (c *Cache[K, V]) Invalidate(keys ...K) {
	if len(keys) == 0 {
		return
	}
	// First the second level, so that nobody takes the old value from there again.
	if c.second != nil {
		c.second.drop(c.names(keys))
	}
	c.forget(keys)
	if c.group != nil {
		c.group.say(c.shared.Name, c.names(keys))
	}
}

// Outdate is for keys of which a message says that they changed by a position: who
// reads them from then on is answered from there or later, as a replica may be
// behind the message.
func (c *Cache[K, V]) Outdate(at consistency.Position, keys ...K) {
	for _, k := range keys {
		c.outdate(at, k)
	}
}

func (c *Cache[K, V]) forget(keys []K) {
	for _, k := range keys {
		s := c.stripe(k)
		s.mu.Lock()
		s.writes++
		delete(s.flights, k)
		c.entries.Invalidate(k)
		s.mu.Unlock()
	}
}

// Clear forgets everything that is in this process.
func (c *Cache[K, V]) Clear() {
	for i := range c.stripes {
		s := &c.stripes[i]
		s.mu.Lock()
		s.writes++
		clear(s.flights)
		s.mu.Unlock()
	}
	c.entries.InvalidateAll()
}

// Counts are how many lookups were answered from memory, and how many were not.
func (c *Cache[K, V]) Counts() (hits, misses uint64) { return c.hits.Load(), c.misses.Load() }

// SecondHits are how many misses were answered from the second level.
func (c *Cache[K, V]) SecondHits() uint64 { return c.secondHits.Load() }

// life is how long an entry that is made now may live.
func (c *Cache[K, V]) life() time.Duration { return c.lifetime*3/4 + rand.N(c.lifetime/2+1) }

// keep stores a loaded value for a time unless its key was invalidated since.
func (c *Cache[K, V]) keep(k K, v V, f *flight[V], life time.Duration) {
	s := c.stripe(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writes != f.writes {
		return
	}
	c.entries.Set(k, &entry[V]{value: v, floor: f.floor, ceiling: f.ceiling, expires: time.Now().Add(life)})
}

func (c *Cache[K, V]) stripe(k K) *stripe[K, V] {
	return &c.stripes[maphash.Comparable(c.seed, k)%stripes]
}
