package redispace_test

import (
	"os"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/pace/pacetest"
	"github.com/throng-social/throng/internal/pace/redispace"
	"github.com/throng-social/throng/internal/redis"
	"github.com/throng-social/throng/internal/redis/redistest"
)

func TestMain(m *testing.M) { os.Exit(redistest.Main(m.Run)) }

func TestRedisKeepsTheContractOfALimiter(t *testing.T) {
	t.Parallel()
	pacetest.Run(t, func(t *testing.T) pace.Limiter {
		t.Helper()
		return redispace.New(redistest.Connect(t, redistest.URL(t)), redistest.Prefix(t))
	})
}

func TestWhileRedisIsAwayTheContractIsKeptInTheProcess(t *testing.T) {
	t.Parallel()
	nobody := redistest.Open(t, redis.Config{URL: "redis://127.0.0.1:1"})
	pacetest.Run(t, func(*testing.T) pace.Limiter { return redispace.New(nobody, "") })
}

func TestProcessesShareACount(t *testing.T) {
	t.Parallel()
	p := redistest.Prefix(t)
	one := redispace.New(redistest.Connect(t, redistest.URL(t)), p)
	two := redispace.New(redistest.Connect(t, redistest.URL(t)), p)
	if a, b := pacetest.Admitted(t, one, "ada", pacetest.Hourly, 2), pacetest.Admitted(t, two, "ada", pacetest.Hourly, 5); a != 2 || b != 1 {
		t.Errorf("one process let %d through, the other %d; want 2 and 1", a, b)
	}
}

// What one process has let through counts there, what others have does not.
func TestWhenRedisGoesEachProcessGoesOnFromItsOwnCount(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	clients := []*redis.Client{redistest.Connect(t, server.URL()), redistest.Connect(t, server.URL())}
	one, two := redispace.New(clients[0], ""), redispace.New(clients[1], "")
	pacetest.Admitted(t, one, "ada", pacetest.Hourly, 2)
	if err := server.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, b := pacetest.Admitted(t, one, "ada", pacetest.Hourly, 5), pacetest.Admitted(t, two, "ada", pacetest.Hourly, 5); a != 1 || b != 3 {
		t.Errorf("without Redis one process let %d through, the other %d; want 1 and 3", a, b)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		redistest.Await(t, c, true)
	}
	if a, b := pacetest.Admitted(t, one, "ben", pacetest.Hourly, 2), pacetest.Admitted(t, two, "ben", pacetest.Hourly, 5); a != 2 || b != 1 {
		t.Errorf("with Redis again one process let %d through, the other %d; want 2 and 1", a, b)
	}
}

func TestARedisThatHangsCostsOneTimeout(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	c := redistest.Open(t, redis.Config{URL: server.URL()})
	redistest.Await(t, c, true)
	l := redispace.New(c, "")
	if err := server.Freeze(); err != nil {
		t.Fatal(err)
	}
	if n := pacetest.Admitted(t, l, "ada", pacetest.Hourly, 10); n != 3 {
		t.Errorf("%d were let through, want 3", n)
	}
	if s := c.State(); s.Failures > 1 || s.Here {
		t.Errorf("calls failed: %+v", s)
	}
	if err := server.Thaw(); err != nil {
		t.Fatal(err)
	}
}

var (
	left  = redis.NewScript(`local keys = redis.call('KEYS', ARGV[1] .. '*') return {#keys, redis.call('PTTL', keys[1]), keys[1]}`)
	later = redis.NewScript(`local keys = redis.call('KEYS', ARGV[1] .. '*') return redis.call('SET', keys[1], '9000000000000000')`)
)

func TestRedisKeepsOneShortLivedNumberOfAKeyAndNotTheKey(t *testing.T) {
	t.Parallel()
	c, p := redistest.Connect(t, redistest.URL(t)), redistest.Prefix(t)
	l := redispace.New(c, p)
	pacetest.Admitted(t, l, "login to ada@example.org", pace.Rate{PerMinute: 1, Burst: 5}, 2)
	answer, err := c.Run(t.Context(), left, nil, p)
	list, _ := answer.([]any)
	if err != nil || len(list) != 3 || list[0] != int64(1) {
		t.Fatal(answer, err)
	}
	name, _ := list[2].(string)
	if ms, _ := list[1].(int64); ms <= 0 || ms > 2*time.Minute.Milliseconds() || len(name) != len(p)+32 {
		t.Errorf("%q lives for another %d ms, want as long as it takes to be full", name, ms)
	}
}

func TestAClockThatWasPutBackLocksNobodyOut(t *testing.T) {
	t.Parallel()
	c, p := redistest.Connect(t, redistest.URL(t)), redistest.Prefix(t)
	l, r := redispace.New(c, p), pace.Rate{PerMinute: 60, Burst: 2}
	pacetest.Admitted(t, l, "ada", r, 1)
	if _, err := c.Run(t.Context(), later, nil, p); err != nil {
		t.Fatal(err)
	}
	if wait := l.Take(t.Context(), "ada", r); wait <= 0 || wait > time.Second {
		t.Errorf("she must wait %v, want a second", wait)
	}
}

func TestARedisThatWasEmptiedBeginsAnew(t *testing.T) {
	t.Parallel()
	c := redistest.Connect(t, redistest.New(t).URL())
	l := redispace.New(c, "")
	pacetest.Admitted(t, l, "ada", pacetest.Hourly, 3)
	redistest.Flush(t, c)
	if n := pacetest.Admitted(t, l, "ada", pacetest.Hourly, 5); n != 3 {
		t.Errorf("%d were let through, want 3", n)
	}
}
