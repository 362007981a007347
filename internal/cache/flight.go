package cache

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/throng-social/throng/internal/consistency"
)

var errLoaderDied = errors.New("cache: the loader did not come back")

// flight is a load of one key under way.
type flight[V any] struct {
	demand consistency.Position
	writes uint64
	done   chan struct{}

	// Set before done is closed.
	value          V
	exists         bool
	floor, ceiling consistency.Position
	err            error
}

// landed is of flights that nobody has to wait for.
var landed = func() chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}()

// fill loads what is missing: it joins the loads under way that meet the demand
// and loads the rest in one call.
func (c *Cache[K, V]) fill(ctx context.Context, missing []K, found map[K]V, load Loader[K, V]) error {
	demand, now := consistency.From(ctx).Demand(), time.Now()
	for _, k := range missing {
		demand = demand.Max(c.marked(k, now))
	}
	own, joined := make(map[K]*flight[V]), make(map[K]*flight[V])
	for _, k := range missing {
		if f, mine := c.board(k, demand, now); mine {
			own[k] = f
		} else {
			joined[k] = f
		}
	}
	if len(own) > 0 {
		c.fly(ctx, demand, own, load)
	}
	for _, flights := range []map[K]*flight[V]{own, joined} {
		for k, f := range flights {
			if err := f.land(ctx); err != nil {
				return err
			}
			if f.exists {
				found[k] = f.value
			}
		}
	}
	return nil
}

// board joins the flight of a key or starts one. It joins one that has landed, too,
// since the key was looked for: a crowd that asks at once is to cost one load, however
// late some of it come here.
func (c *Cache[K, V]) board(k K, demand consistency.Position, now time.Time) (f *flight[V], mine bool) {
	s := c.stripe(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.flights[k]; f != nil && f.demand.Reaches(demand) {
		return f, false
	}
	if e, ok := c.fresh(k, demand, now); ok && !c.old(e, now) {
		return &flight[V]{done: landed, value: e.value, exists: true, floor: e.floor, ceiling: e.ceiling}, false
	}
	f = &flight[V]{demand: demand, writes: s.writes, done: make(chan struct{})}
	if s.flights == nil {
		s.flights = make(map[K]*flight[V])
	}
	s.flights[k] = f
	return f, true
}

// fly loads and lands flights. The load outlives the caller's cancellation, as
// others may have joined, but not its own time limit.
func (c *Cache[K, V]) fly(ctx context.Context, demand consistency.Position, flights map[K]*flight[V], load Loader[K, V]) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
	defer cancel()
	ctx, session := consistency.Begin(ctx, demand)
	flights = maps.Clone(flights) // those that land early are taken out
	var values map[K]V
	var tokens map[K]string
	err := errLoaderDied
	defer func() {
		if c.landAll(ctx, session, flights, values, err) {
			c.putSecond(ctx, flights, tokens)
		}
	}()
	tokens = c.landSecond(ctx, demand, flights)
	if len(flights) == 0 {
		return
	}
	keys := make([]K, 0, len(flights))
	for k := range flights {
		keys = append(keys, k)
	}
	values, err = load(ctx, keys)
}

// landSecond lands those flights whose values are in the second level, and takes
// them from the others. It answers the tokens under which those may be put there.
func (c *Cache[K, V]) landSecond(ctx context.Context, demand consistency.Position, flights map[K]*flight[V]) map[K]string {
	if c.second == nil {
		return nil
	}
	keys := slices.Collect(maps.Keys(flights))
	tokens := make(map[K]string, len(keys))
	for i, found := range c.second.find(ctx, c.names(keys)) {
		k := keys[i]
		tokens[k] = found.token
		if found.raw == nil || !found.floor.Reaches(demand) {
			continue
		}
		v, err := c.shared.Decode(found.raw)
		if err != nil {
			continue // it is loaded, and replaced
		}
		f := flights[k]
		delete(flights, k)
		f.value, f.exists, f.floor, f.ceiling = v, true, found.floor, found.ceiling
		c.secondHits.Add(1)
		c.keep(k, v, f, min(c.life(), found.life))
		c.leave(k, f)
		close(f.done)
	}
	return tokens
}

// putSecond puts what was loaded into the second level, and gives up the places of
// what does not exist.
func (c *Cache[K, V]) putSecond(ctx context.Context, flights map[K]*flight[V], tokens map[K]string) {
	var changes []change
	for k, token := range tokens {
		f := flights[k]
		if f == nil || token == "" {
			continue
		}
		ch := change{name: c.shared.Key(k), token: token}
		if f.exists {
			raw, err := c.shared.Encode(f.value)
			if err != nil {
				continue
			}
			ch.value = format(f.floor, f.ceiling, raw)
		}
		changes = append(changes, ch)
	}
	if len(changes) > 0 {
		c.second.put(ctx, changes, c.life())
	}
}

// landAll hands the outcome to everyone aboard, also when the loader panicked, and
// says whether it may be kept.
func (c *Cache[K, V]) landAll(ctx context.Context, s *consistency.Session, flights map[K]*flight[V], values map[K]V, err error) (keep bool) {
	if len(flights) == 0 {
		return false
	}
	floor := s.Floor()
	ceiling, posErr := s.Ceiling(ctx)
	keep = err == nil && posErr == nil
	for k, f := range flights {
		f.floor, f.ceiling, f.err = floor, ceiling, err
		f.value, f.exists = values[k]
		if keep && f.exists {
			c.keep(k, f.value, f, c.life())
		}
		c.leave(k, f)
		close(f.done)
	}
	return keep
}

func (c *Cache[K, V]) leave(k K, f *flight[V]) {
	s := c.stripe(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flights[k] == f {
		delete(s.flights, k)
	}
}

// land waits for the flight and notes its bounds in the caller's session.
func (f *flight[V]) land(ctx context.Context) error {
	select {
	case <-f.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if f.err == nil {
		consistency.From(ctx).Saw(f.floor, f.ceiling)
	}
	return f.err
}
