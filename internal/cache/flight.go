package cache

import (
	"context"
	"errors"

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

// fill loads what is missing: it joins the loads under way that meet the demand
// and loads the rest in one call.
func (c *Cache[K, V]) fill(ctx context.Context, missing []K, found map[K]V, load Loader[K, V]) error {
	demand := consistency.From(ctx).Demand()
	own, joined := make(map[K]*flight[V]), make(map[K]*flight[V])
	for _, k := range missing {
		if f, mine := c.board(k, demand); mine {
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

// board joins the flight of a key or starts one.
func (c *Cache[K, V]) board(k K, demand consistency.Position) (f *flight[V], mine bool) {
	s := c.stripe(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.flights[k]; f != nil && f.demand.Reaches(demand) {
		return f, false
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
	keys := make([]K, 0, len(flights))
	for k := range flights {
		keys = append(keys, k)
	}
	var values map[K]V
	err := errLoaderDied
	defer func() { c.landAll(ctx, session, flights, values, err) }()
	values, err = load(ctx, keys)
}

// landAll hands the outcome to everyone aboard, also when the loader panicked.
func (c *Cache[K, V]) landAll(ctx context.Context, s *consistency.Session, flights map[K]*flight[V], values map[K]V, err error) {
	floor := s.Floor()
	ceiling, posErr := s.Ceiling(ctx)
	for k, f := range flights {
		f.floor, f.ceiling, f.err = floor, ceiling, err
		f.value, f.exists = values[k]
		if err == nil && posErr == nil && f.exists {
			c.keep(k, f.value, f)
		}
		c.leave(k, f)
		close(f.done)
	}
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
