package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/pubsub/redisbus"
	"github.com/throng-social/throng/internal/redis"
	"github.com/throng-social/throng/internal/redis/redistest"
)

func TestMain(m *testing.M) { os.Exit(redistest.Main(m.Run)) }

var numbers = Shared[string, int64]{
	Name: "numbers", Key: func(k string) string { return k },
	Parse: func(name string) (string, error) {
		if name == "garbled" {
			return "", errors.New("no key")
		}
		return name, nil
	},
	Encode: func(n int64) ([]byte, error) { return []byte(strconv.FormatInt(n, 10)), nil },
	Decode: func(raw []byte) (int64, error) { return strconv.ParseInt(string(raw), 10, 64) },
}

// redisOf is a Redis, of which a test has keys of its own, that processes share.
type redisOf struct {
	url, prefix string
	client      *redis.Client
}

func onRedis(t *testing.T) redisOf {
	t.Helper()
	url := redistest.URL(t)
	return redisOf{url, redistest.Prefix(t), redistest.Connect(t, url)}
}

// process is the cache of one more process, without a bus.
func (r redisOf) process(t *testing.T) *Cache[string, int64] {
	t.Helper()
	g := &Group{Redis: r.client, Prefix: r.prefix, Log: slog.New(slog.DiscardHandler)}
	return NewShared(Config{Size: 100, Lifetime: time.Minute}, g, numbers)
}

func get(t *testing.T, c *Cache[string, int64], s *table, key string) int64 {
	t.Helper()
	v, _, err := c.Get(t.Context(), key, s.load)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhatOneProcessLoadedIsThereForTheOthersWithItsBounds(t *testing.T) {
	t.Parallel()
	r, s := onRedis(t), &table{at: consistency.Position{Log: 10, Clock: consistency.Always}}
	s.value.Store(7)
	one, two := r.process(t), r.process(t)
	get(t, one, s, "ada")
	s.at.Log = 20
	ctx, session := demanding(t, consistency.Position{Log: 10})
	v, ok, err := two.Get(ctx, "ada", s.load)
	ceiling, _ := session.Ceiling(ctx)
	if v != 7 || !ok || err != nil || s.loads.Load() != 1 || session.Floor() != (consistency.Position{Log: 10, Clock: consistency.Always}) || ceiling.Log != 10 {
		t.Errorf("answered %d, %v, %v after %d loads, at least %v, at most %v", v, ok, err, s.loads.Load(), session.Floor(), ceiling)
	}
	ctx, _ = demanding(t, consistency.Position{Log: 11})
	if _, _, err := r.process(t).Get(ctx, "ada", s.load); err != nil || s.loads.Load() != 2 {
		t.Errorf("a demand past the entry's floor took %d loads in all, %v; want 2", s.loads.Load(), err)
	}
	ctx, _ = demanding(t, consistency.Position{Log: 20})
	if _, _, err := r.process(t).Get(ctx, "ada", s.load); err != nil || s.loads.Load() != 2 || two.SecondHits() != 1 {
		t.Errorf("what was loaded for it is not there for others: %d loads, %v", s.loads.Load(), err)
	}
}

// A load that read before a write must not put what it read where others look,
// whoever acknowledges the write, and whatever becomes of the second level.
func TestALoadThatAWriteOvertookPutsNothingIntoTheSecondLevel(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]func(t *testing.T, writer *Cache[string, int64], r redisOf){
		"a write of another process": func(_ *testing.T, w *Cache[string, int64], _ redisOf) { w.Invalidate("ada") },
		"two writes":                 func(_ *testing.T, w *Cache[string, int64], _ redisOf) { w.Invalidate("ada"); w.Invalidate("ada") },
		"a write, and Redis is emptied": func(t *testing.T, w *Cache[string, int64], r redisOf) {
			t.Helper()
			w.Invalidate("ada")
			redistest.Flush(t, r.client)
		},
		"Redis is emptied, and a write": func(t *testing.T, w *Cache[string, int64], r redisOf) {
			t.Helper()
			redistest.Flush(t, r.client)
			w.Invalidate("ada")
		},
		"a write, and somebody loads what it left": func(t *testing.T, w *Cache[string, int64], _ redisOf) {
			t.Helper()
			w.Invalidate("ada")
			now := &table{}
			now.value.Store(2)
			get(t, w, now, "ada")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := redistest.New(t).URL()
			r := redisOf{url, "", redistest.Connect(t, url)}
			reader, writer := r.process(t), r.process(t)
			old, now := &table{hold: make(chan struct{})}, &table{}
			old.value.Store(1)
			now.value.Store(2)
			done := make(chan struct{})
			go func() { defer close(done); _, _, _ = reader.Get(t.Context(), "ada", old.load) }()
			for old.loads.Load() == 0 {
				<-time.After(time.Millisecond)
			}
			between(t, writer, r)
			close(old.hold)
			<-done
			if v := get(t, r.process(t), now, "ada"); v != 2 {
				t.Errorf("after the write was acknowledged another process reads %d", v)
			}
		})
	}
}

// Loads and writes of several processes, however they interleave.
func TestProcessesNeverMissAnAcknowledgedWriteThroughTheSecondLevel(t *testing.T) {
	t.Parallel()
	r, s := onRedis(t), &table{}
	var acknowledged atomic.Int64
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for acknowledged.Load() < 300 {
				before := acknowledged.Load()
				// A process that has just started has nothing in memory.
				if v, _, err := r.process(t).Get(t.Context(), "ada", s.load); v < before || err != nil {
					t.Errorf("saw %d after %d was acknowledged, %v", v, before, err)
					return
				}
			}
		})
	}
	writer := r.process(t)
	for n := int64(1); n <= 300; n++ {
		s.value.Store(n)
		writer.Invalidate("ada")
		acknowledged.Store(n)
	}
	readers.Wait()
}

var count = redis.NewScript(`return #redis.call('KEYS', ARGV[1] .. '*')`)

func TestWhatDoesNotExistFillsNoSecondLevel(t *testing.T) {
	t.Parallel()
	r, s := onRedis(t), &table{}
	get(t, r.process(t), s, "nobody")
	if n, err := r.client.Run(t.Context(), count, nil, r.prefix); n != int64(0) || err != nil {
		t.Errorf("%v keys are there, %v", n, err)
	}
}

func TestWhatTheSecondLevelCannotReadIsLoadedAndReplaced(t *testing.T) {
	t.Parallel()
	r, s := onRedis(t), &table{}
	s.value.Store(7)
	second := r.process(t).second
	found := second.find(t.Context(), []string{"ada"})
	second.put(t.Context(), []change{{"ada", found[0].token, format(consistency.Position{}, consistency.Position{}, []byte("seven"))}}, time.Minute)
	if v := get(t, r.process(t), s, "ada"); v != 7 {
		t.Errorf("it is read as %d", v)
	}
	if v := get(t, r.process(t), s, "ada"); v != 7 || s.loads.Load() != 1 {
		t.Errorf("then as %d, after %d loads", v, s.loads.Load())
	}
}

// A process whose write could not drop its key because Redis was away does so
// before it looks there again.
func TestAKeyThatCouldNotBeDroppedIsDroppedWhenRedisIsBack(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	r := redisOf{client: redistest.Connect(t, server.URL())}
	quick := redistest.Open(t, redis.Config{URL: server.URL()})
	redistest.Await(t, quick, true)
	writer := redisOf{client: quick}.process(t)
	s := &table{}
	s.value.Store(1)
	get(t, r.process(t), s, "ada")
	must(t, server.Freeze())
	s.value.Store(2)
	writer.Invalidate("ada")
	if v := get(t, writer, s, "ada"); v != 2 {
		t.Errorf("while Redis hangs it reads %d", v)
	}
	must(t, server.Thaw())
	redistest.Await(t, quick, true)
	writer.Clear()
	if v := get(t, writer, s, "ada"); v != 2 {
		t.Errorf("when Redis is back it reads %d", v)
	}
	if v := get(t, r.process(t), s, "ada"); v != 2 {
		t.Errorf("when Redis is back another process reads %d", v)
	}
}

func TestTooManyKeysThatCouldNotBeDroppedKeepTheSecondLevelShutForALifetime(t *testing.T) {
	t.Parallel()
	s := newSecond(redistest.Open(t, redis.Config{URL: "redis://127.0.0.1:1"}), "", time.Minute)
	for i := range mostOwed + 1 {
		s.drop([]string{strconv.Itoa(i)})
	}
	if len(s.owed) != 0 || s.settle(t.Context()) || time.Until(s.blind) < time.Minute {
		t.Errorf("%d are owed, and it is shut until %v", len(s.owed), s.blind)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// network carries messages between the caches of a test, and counts the position.
type network struct {
	redisOf
	log atomic.Uint64
}

// process is the cache of one more process, that hears and tells the others.
func (n *network) process(t *testing.T) *Cache[string, int64] {
	t.Helper()
	silent := slog.New(slog.DiscardHandler)
	ask := func(context.Context) (pubsub.Moment, error) {
		return pubsub.MomentOf(time.Now(), consistency.Position{Log: n.log.Load()}, time.Now()), nil
	}
	bus, err := redisbus.New(redisbus.Config{URL: n.url, Prefix: n.prefix, Ask: ask}, silent)
	must(t, err)
	g := &Group{Bus: bus, Log: silent}
	c := NewShared(Config{Size: 100, Lifetime: time.Hour}, g, numbers)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { bus.Run(ctx) })
	running.Go(func() { g.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait(); must(t, bus.Close()) })
	until(t, "the bus is connected", func() bool { _, connected := bus.Heard(); return connected })
	return c
}

func until(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !yes(); {
		if time.Now().After(deadline) {
			t.Fatal("it is never so that", what)
		}
		<-time.After(time.Millisecond)
	}
}

func TestAWriteMakesOtherProcessesForgetAndReadAtOrPastIt(t *testing.T) {
	t.Parallel()
	n := &network{redisOf: onRedis(t)}
	n.log.Store(10)
	writer, reader := n.process(t), n.process(t)
	old, now := &table{at: consistency.Position{Log: 9, Clock: consistency.Always}}, &table{at: consistency.Position{Log: 11, Clock: consistency.Always}}
	old.value.Store(1)
	now.value.Store(2)
	get(t, reader, old, "ada")
	get(t, reader, old, "ben")
	writer.Invalidate("ada")
	until(t, "it was forgotten", func() bool { return reader.marked("ada", time.Now()).Log == 10 })
	var demand consistency.Position
	v, _, err := reader.Get(t.Context(), "ada", func(ctx context.Context, keys []string) (map[string]int64, error) {
		demand = consistency.From(ctx).Demand()
		return now.load(ctx, keys)
	})
	if v != 2 || demand.Log != 10 || err != nil {
		t.Errorf("it is read as %d by a load that demands %v, %v", v, demand, err)
	}
	if v := get(t, reader, now, "ben"); v != 1 {
		t.Error("what was not written is forgotten too")
	}
	reader.Outdate(consistency.Position{Log: 10}, "ada")
	if v := get(t, reader, old, "ada"); v != 2 {
		t.Error("what was read past a message is forgotten by it")
	}
}

func TestWhoMayHaveMissedAMessageForgetsEverything(t *testing.T) {
	t.Parallel()
	g := &Group{Log: slog.New(slog.DiscardHandler)}
	c, s := NewShared(Config{Size: 100, Lifetime: time.Hour}, g, numbers), &table{}
	for _, forget := range []func(){
		func() { g.missed() },
		func() { g.heard(consistency.Position{}, "numbers *") },
	} {
		s.value.Add(1)
		before := get(t, c, s, "ada")
		forget()
		s.value.Add(1)
		if v := get(t, c, s, "ada"); v != before+1 {
			t.Errorf("it is read as %d, want %d", v, before+1)
		}
		c.Clear()
	}
	g.heard(consistency.Position{}, "")
	g.heard(consistency.Position{}, "letters ada")
	g.heard(consistency.Position{}, "numbers garbled")
}

func TestMoreKeysThanAreKeptAreSaidAsEverythingAndManyAsManyMessages(t *testing.T) {
	t.Parallel()
	g := &Group{unsaid: map[string]map[string]struct{}{}}
	for i := range mostUnsaid + 2 {
		g.note("numbers", []string{strconv.Itoa(i)})
	}
	if got := messagesOf("numbers", g.unsaid["numbers"]); len(got) != 1 || got[0] != "numbers *" {
		t.Errorf("%d messages, the first of which is %.40q", len(got), got[0])
	}
	keys := map[string]struct{}{}
	for i := range 1000 {
		keys[fmt.Sprintf("key%033d", i)] = struct{}{}
	}
	messages := messagesOf("numbers", keys)
	if _, err := pubsub.Lines(topic, messages); err != nil || len(messages) < 5 || len(messages) > 6 {
		t.Errorf("%d messages, %v", len(messages), err)
	}
	for _, m := range messages {
		for _, k := range strings.Fields(m)[1:] {
			delete(keys, k)
		}
	}
	if len(keys) != 0 {
		t.Errorf("%d keys are in no message", len(keys))
	}
}

func TestACacheWithoutAGroupIsByItself(t *testing.T) {
	t.Parallel()
	c, s := NewShared(Config{Size: 100, Lifetime: time.Minute}, nil, numbers), &table{}
	get(t, c, s, "ada")
	c.Invalidate("ada")
	if get(t, c, s, "ada"); s.loads.Load() != 2 || c.SecondHits() != 0 {
		t.Errorf("%d loads", s.loads.Load())
	}
}
