package cache

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/redis"
	"github.com/throng-social/throng/internal/redis/redistest"
)

// table is where the values come from: a server whose place in the log is known.
// hold, where it is set, keeps every load waiting until it is closed.
type table struct {
	at    consistency.Position
	hold  chan struct{}
	fail  error
	loads atomic.Int32
	value atomic.Int64
}

func (s *table) Position(context.Context) (consistency.Position, error) { return s.at, nil }

// load reads first and waits then, so that a held load has an old value.
func (s *table) load(ctx context.Context, keys []string) (map[string]int64, error) {
	s.loads.Add(1)
	consistency.From(ctx).Touch(s, s.at)
	found := map[string]int64{}
	for _, k := range keys {
		if k != "nobody" {
			found[k] = s.value.Load()
		}
	}
	if s.hold != nil {
		<-s.hold
	}
	return found, s.fail
}

// at is a place in the log.
func at(n uint64) consistency.Position { return consistency.Position{Log: n} }

func newCache() *Cache[string, int64] {
	return New[string, int64](Config{Size: 100, Lifetime: time.Minute})
}

// each runs a test on a cache by itself, on one with a second level, and on one
// whose second level is away.
func each(t *testing.T, test func(t *testing.T, c *Cache[string, int64])) {
	t.Helper()
	for name, c := range map[string]func(t *testing.T) *Cache[string, int64]{
		"by itself":           func(*testing.T) *Cache[string, int64] { return newCache() },
		"with a second level": func(t *testing.T) *Cache[string, int64] { t.Helper(); return onRedis(t).process(t) },
		"with Redis away": func(t *testing.T) *Cache[string, int64] {
			t.Helper()
			g := &Group{Redis: redistest.Open(t, redis.Config{URL: "redis://127.0.0.1:1"}), Log: slog.New(slog.DiscardHandler)}
			return NewShared(Config{Size: 100, Lifetime: time.Minute}, g, numbers)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, c(t))
		})
	}
}

func demanding(t *testing.T, p consistency.Position) (context.Context, *consistency.Session) {
	t.Helper()
	return consistency.Begin(t.Context(), p)
}

func TestWhatWasLoadedIsAnsweredFromMemory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *Cache[string, int64]) {
		s := &table{}
		s.value.Store(7)
		for range 3 {
			if v, ok, err := c.Get(t.Context(), "ada", s.load); v != 7 || !ok || err != nil {
				t.Fatalf("answered %d, %v, %v", v, ok, err)
			}
		}
		hits, misses := c.Counts()
		if s.loads.Load() != 1 || hits != 2 || misses != 1 {
			t.Errorf("%d loads, %d hits, %d misses", s.loads.Load(), hits, misses)
		}
	})
}

func TestOnlyWhatIsMissingIsLoadedAndInOneCall(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *Cache[string, int64]) {
		s := &table{}
		if _, ok, err := c.Get(t.Context(), "ada", s.load); !ok || err != nil {
			t.Fatal(ok, err)
		}
		var asked []string
		found, err := c.GetMany(t.Context(), []string{"ben", "ada", "chloe", "ben"}, func(ctx context.Context, keys []string) (map[string]int64, error) {
			asked = append(asked, keys...)
			return s.load(ctx, keys)
		})
		if len(found) != 3 || len(asked) != 2 || s.loads.Load() != 2 || err != nil {
			t.Errorf("%v were loaded in %d calls, %d found, %v", asked, s.loads.Load()-1, len(found), err)
		}
	})
}

func TestWhatDoesNotExistFillsNoMemory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *Cache[string, int64]) {
		s := &table{}
		for range 2 {
			if _, ok, err := c.Get(t.Context(), "nobody", s.load); ok || err != nil {
				t.Fatalf("found: %v, %v", ok, err)
			}
		}
		if s.loads.Load() != 2 || c.entries.EstimatedSize() != 0 {
			t.Errorf("%d loads, %d entries kept", s.loads.Load(), c.entries.EstimatedSize())
		}
	})
}

func TestAFailedLoadIsNotKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *Cache[string, int64]) {
		s := &table{fail: errors.New("away")}
		if _, _, err := c.Get(t.Context(), "ada", s.load); !errors.Is(err, s.fail) {
			t.Errorf("answered %v", err)
		}
		s.fail = nil
		if _, ok, err := c.Get(t.Context(), "ada", s.load); !ok || err != nil {
			t.Errorf("afterwards answered %v, %v", ok, err)
		}
	})
}

func TestALoadThatAWriteOvertookIsNotKept(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(*Cache[string, int64]){
		"invalidated": func(c *Cache[string, int64]) { c.Invalidate("ada") },
		"cleared":     func(c *Cache[string, int64]) { c.Clear() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, old, now := newCache(), &table{hold: make(chan struct{})}, &table{}
				now.value.Store(2)
				old.value.Store(1)
				go func() {
					if v, _, _ := c.Get(t.Context(), "ada", old.load); v != 1 {
						t.Errorf("who asked before the write sees %d", v)
					}
				}()
				synctest.Wait()
				forget(c)
				if v, _, _ := c.Get(t.Context(), "ada", now.load); v != 2 {
					t.Errorf("who asked after the write sees %d: he joined the load before it", v)
				}
				close(old.hold)
				synctest.Wait()
				if v, _, _ := c.Get(t.Context(), "ada", now.load); v != 2 || now.loads.Load() != 1 {
					t.Errorf("the load before the write was kept: %d", v)
				}
			})
		})
	}
}

// Every read that begins after a write was acknowledged sees it, however reads
// and writes interleave.
func TestReadsNeverMissAnAcknowledgedWrite(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *Cache[string, int64]) {
		s := &table{}
		var acknowledged atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for acknowledged.Load() < 2000 {
					before := acknowledged.Load()
					if v, _, err := c.Get(t.Context(), "ada", s.load); v < before || err != nil {
						t.Errorf("saw %d after %d was acknowledged, %v", v, before, err)
						return
					}
				}
			})
		}
		for n := int64(1); n <= 2000; n++ {
			s.value.Store(n)
			c.Invalidate("ada")
			acknowledged.Store(n)
		}
		wg.Wait()
	})
}

func TestAnEntryAnswersOnlyDemandsThatItsLoadHadReached(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *Cache[string, int64]) {
		s := &table{at: at(10)}
		for _, step := range []struct {
			demand consistency.Position
			loads  int32
		}{{at(0), 1}, {at(10), 1}, {at(11), 2}, {consistency.Position{Log: 10, Clock: 1}, 3}} {
			ctx, session := demanding(t, step.demand)
			if _, _, err := c.Get(ctx, "ada", s.load); err != nil || s.loads.Load() != step.loads {
				t.Errorf("a demand of %d took %d loads in all, want %d; %v", step.demand, s.loads.Load(), step.loads, err)
			}
			if p, err := session.Ceiling(ctx); err != nil || !p.Reaches(s.at) {
				t.Errorf("the answer carries %d, but shows what was at %d", p, s.at)
			}
		}
	})
}

func TestLoadsAreSharedByThoseWhoseDemandTheyMeet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(), &table{at: at(20), hold: make(chan struct{})}
		ask := func(demand consistency.Position) {
			ctx, session := demanding(t, demand)
			if _, ok, err := c.Get(ctx, "ada", s.load); !ok || err != nil || !session.Floor().Reaches(demand) {
				t.Errorf("a demand of %d got floor %d, %v, %v", demand, session.Floor(), ok, err)
			}
		}
		steps := []struct {
			demand consistency.Position
			loads  int32
		}{{at(5), 1}, {at(5), 1}, {at(4), 1}, {at(6), 2}, {at(5), 2}, {at(6), 2}, {at(20), 3}}
		for _, step := range steps {
			go ask(step.demand)
			synctest.Wait()
			if s.loads.Load() != step.loads {
				t.Errorf("with a demand of %d there are %d loads under way, want %d", step.demand, s.loads.Load(), step.loads)
			}
		}
		close(s.hold)
		synctest.Wait()
	})
}

func TestAPanicOfTheLoaderIsAnErrorForThoseWhoJoined(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(), &table{hold: make(chan struct{})}
		panicked := make(chan any, 1)
		go func() {
			defer func() { panicked <- recover() }()
			_, _, _ = c.Get(t.Context(), "ada", func(ctx context.Context, keys []string) (map[string]int64, error) {
				_, _ = s.load(ctx, keys)
				panic("no such column")
			})
		}()
		synctest.Wait()
		joined := make(chan error, 1)
		go func() {
			_, _, err := c.Get(t.Context(), "ada", s.load)
			joined <- err
		}()
		synctest.Wait()
		close(s.hold)
		if r := <-panicked; r != "no such column" {
			t.Errorf("the loader's panic came out as %v", r)
		}
		if err := <-joined; err == nil {
			t.Error("who joined got no error")
		}
		if _, ok, err := c.Get(t.Context(), "ada", s.load); !ok || err != nil {
			t.Errorf("afterwards answered %v, %v", ok, err)
		}
	})
}

func TestALoadOutlivesWhoeverBeganItAndNobodyWaitsLongerThanHeWants(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(), &table{hold: make(chan struct{})}
		impatient, cancel := context.WithCancel(t.Context())
		go func() { _, _, _ = c.Get(impatient, "ada", s.load) }()
		synctest.Wait()
		left := make(chan error, 1)
		go func() {
			_, _, err := c.Get(impatient, "ada", s.load)
			left <- err
		}()
		patient := make(chan error, 1)
		go func() {
			_, _, err := c.Get(t.Context(), "ada", s.load)
			patient <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left got %v", err)
		}
		close(s.hold)
		if err := <-patient; err != nil || s.loads.Load() != 1 {
			t.Errorf("who stayed got %v after %d loads", err, s.loads.Load())
		}
	})
}

func TestALoadHasATimeLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, _, err := newCache().Get(t.Context(), "ada", func(ctx context.Context, _ []string) (map[string]int64, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != loadTimeout {
			t.Errorf("it ended after %v with %v", took, err)
		}
	})
}

func TestLifetimesAreBoundedAndSpread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n = 1000
		c, s := New[string, int64](Config{Size: 2 * n, Lifetime: time.Minute}), &table{}
		keys := make([]string, n)
		for i := range keys {
			keys[i] = strconv.Itoa(i)
		}
		forgotten := func() (gone int) {
			for _, k := range keys {
				if _, ok := c.fresh(k, at(0), time.Now()); !ok {
					gone++
				}
			}
			return gone
		}
		if _, err := c.GetMany(t.Context(), keys, s.load); err != nil {
			t.Fatal(err)
		}
		time.Sleep(44 * time.Second)
		if gone := forgotten(); gone != 0 {
			t.Errorf("%d were forgotten before three quarters of their lifetime", gone)
		}
		time.Sleep(16 * time.Second)
		if gone := forgotten(); gone < n/4 || gone > n*3/4 {
			t.Errorf("%d of %d were forgotten at their lifetime, want about half", gone, n)
		}
		time.Sleep(16 * time.Second)
		if gone := forgotten(); gone != n {
			t.Errorf("%d of %d were forgotten after five quarters of their lifetime", gone, n)
		}
	})
}

// Keys that are asked for together would otherwise grow old one after the other,
// and cost a load each.
func TestOldEntriesAreLoadedAlongWithAMissingOneAndOnlyThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(), &table{}
		ask := func(want int64, keys ...string) {
			t.Helper()
			found, err := c.GetMany(t.Context(), keys, s.load)
			if err != nil || found["ada"] != want {
				t.Errorf("%v are answered with %v, %v", keys, found, err)
			}
		}
		c.entries.Set("ada", &entry[int64]{value: 1, expires: time.Now().Add(10 * time.Second)})
		s.value.Store(2)
		ask(1, "ada")
		ask(2, "ada", "ben")
		s.value.Store(3)
		ask(2, "ada", "chloe") // it is young now
		if n := s.loads.Load(); n != 2 {
			t.Errorf("there were %d loads, want 2", n)
		}
	})
}

func TestBytesAreBoundedWhereMessagesDiffer(t *testing.T) {
	t.Parallel()
	const bytes = 100_000
	c := New[int, *wrapperspb.StringValue](Config{Size: 1000, Bytes: bytes, Lifetime: time.Minute})
	fill := func(length, n int) (kept int) {
		for i := range n {
			_, _, err := c.Get(t.Context(), length*n+i, func(_ context.Context, keys []int) (map[int]*wrapperspb.StringValue, error) {
				return map[int]*wrapperspb.StringValue{keys[0]: wrapperspb.String(strings.Repeat("x", length))}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		c.entries.CleanUp()
		return c.entries.EstimatedSize()
	}
	if n := fill(1, 5000); n > 1000 || n < 500 {
		t.Errorf("%d small ones are kept, want about 1000", n)
	}
	c.Clear()
	if n := fill(5000, 500); n > bytes/5000 || n < bytes/5000/2 {
		t.Errorf("%d large ones are kept, want about %d", n, bytes/5000)
	}
}

func TestSizeIsBounded(t *testing.T) {
	t.Parallel()
	c, s := newCache(), &table{}
	for i := range 10_000 {
		if _, _, err := c.Get(t.Context(), strconv.Itoa(i), s.load); err != nil {
			t.Fatal(err)
		}
	}
	c.entries.CleanUp()
	if n := c.entries.EstimatedSize(); n > 100 {
		t.Errorf("%d entries are kept, want at most 100", n)
	}
	for i := range c.stripes {
		if n := len(c.stripes[i].flights); n != 0 {
			t.Errorf("%d loads are still noted as under way", n)
		}
	}
}

// Whoever looked for a key in vain, and comes to load it when another one has just
// done so, takes that, unless he demands something newer.
func TestALoadThatHasLandedMeanwhileIsJoined(t *testing.T) {
	t.Parallel()
	c := New[string, int64](Config{Size: 10, Lifetime: time.Minute})
	s := &table{}
	s.value.Store(7)
	if _, _, err := c.Get(t.Context(), "key", s.load); err != nil {
		t.Fatal(err)
	}
	found := map[string]int64{}
	if err := c.fill(t.Context(), []string{"key"}, found, s.load); err != nil || found["key"] != 7 {
		t.Fatal(found, err)
	}
	if n := s.loads.Load(); n != 1 {
		t.Errorf("it was loaded %d times, want once", n)
	}
	newer, _ := consistency.Begin(t.Context(), consistency.Position{Log: 1})
	if err := c.fill(newer, []string{"key"}, found, s.load); err != nil {
		t.Fatal(err)
	}
	if n := s.loads.Load(); n != 2 {
		t.Errorf("for somebody who demands more it was loaded %d times, want twice", n)
	}
}
