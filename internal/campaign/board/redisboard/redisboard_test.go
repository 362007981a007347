package redisboard_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/campaign/board/boardtest"
	"github.com/throng-social/throng/internal/campaign/board/redisboard"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/redis"
	"github.com/throng-social/throng/internal/redis/redistest"
)

func TestMain(m *testing.M) { os.Exit(redistest.Main(m.Run)) }

func TestBoardsInRedisKeepTheContract(t *testing.T) {
	t.Parallel()
	boardtest.Run(t, func(t *testing.T) board.Board {
		t.Helper()
		return redisboard.New(redistest.Connect(t, redistest.URL(t)), redistest.Prefix(t))
	})
}

func TestProcessesShareABoard(t *testing.T) {
	t.Parallel()
	p, k, m := redistest.Prefix(t), boardtest.Teams(), &boardtest.Model{}
	one := redisboard.New(redistest.Connect(t, redistest.URL(t)), p)
	two := redisboard.New(redistest.Connect(t, redistest.URL(t)), p)
	m.Load(1, entries(10))
	must(t, one.Load(t.Context(), k, 1, m.Sorted()))
	change := boardtest.Entry(3, 1, 2, 1)
	m.Apply(2, []board.Entry{change})
	must(t, two.Apply(t.Context(), k, 1, 2, []board.Entry{change}))
	boardtest.Check(t, one, k, m, board.Query{N: 20})
}

func TestABoardIsAbsentAfterAFlush(t *testing.T) {
	t.Parallel()
	c, k := redistest.Connect(t, redistest.New(t).URL()), boardtest.Teams()
	b := redisboard.New(c, "")
	must(t, b.Load(t.Context(), k, 1, entries(10)))
	redistest.Flush(t, c)
	wantAbsent(t, b, k)
	must(t, b.Load(t.Context(), k, 1, entries(10)))
	if _, err := b.Position(t.Context(), k); err != nil {
		t.Error("after it was loaded anew:", err)
	}
}

var (
	drop = redis.NewScript(`for _, k in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do if string.sub(k, -#ARGV[2]) == ARGV[2] then redis.call('DEL', k) end end return 1`)
	lose = redis.NewScript(`local k = redis.call('KEYS', ARGV[1] .. '*order')[1] return redis.call('ZREMRANGEBYRANK', k, 0, 0)`)
	keys = redis.NewScript(`local all = redis.call('KEYS', ARGV[1] .. '*') local live = 0 for _, k in ipairs(all) do if redis.call('PTTL', k) > 0 then live = live + 1 end end return {#all, live}`)
)

// Redis may let go of any key when its memory is full.
func TestABoardThatLostAPartIsAbsent(t *testing.T) {
	t.Parallel()
	c := redistest.Connect(t, redistest.URL(t))
	for _, part := range []string{"order", "entries", "position"} {
		p, k := redistest.Prefix(t), boardtest.Teams()
		b := redisboard.New(c, p)
		must(t, b.Load(t.Context(), k, 1, entries(10)))
		_, err := c.Run(t.Context(), drop, nil, p, part)
		must(t, err)
		wantAbsent(t, b, k)
	}
	p, k := redistest.Prefix(t), boardtest.Teams()
	b := redisboard.New(c, p)
	must(t, b.Load(t.Context(), k, 1, entries(10)))
	_, err := c.Run(t.Context(), lose, nil, p)
	must(t, err)
	wantAbsent(t, b, k)
}

// Whoever loads leaves nothing behind but the board, which lives for a time.
func TestABoardIsThreeKeysThatLiveForATime(t *testing.T) {
	t.Parallel()
	c, p, k := redistest.Connect(t, redistest.URL(t)), redistest.Prefix(t), boardtest.Teams()
	b := redisboard.New(c, p)
	for _, position := range []int64{5, 6, 4} {
		must(t, b.Load(t.Context(), k, position, entries(5000)))
		answer, err := c.Run(t.Context(), keys, nil, p)
		if list, _ := answer.([]any); err != nil || len(list) != 2 || list[0] != int64(3) || list[1] != int64(3) {
			t.Errorf("keys, and those that live for a time: %v, %v", answer, err)
		}
	}
}

func TestBoardsOfAServerThatIsGoneAreUnavailable(t *testing.T) {
	t.Parallel()
	server, k := redistest.New(t), boardtest.Teams()
	c := redistest.Connect(t, server.URL())
	b := redisboard.New(c, "")
	must(t, b.Load(t.Context(), k, 1, entries(10)))
	must(t, server.Kill(t.Context()))
	_, err := b.Position(t.Context(), k)
	wantAway(t, err)
	_, err = b.Read(t.Context(), k, board.Query{N: 1})
	wantAway(t, err)
	wantAway(t, b.Apply(t.Context(), k, 1, 2, entries(3)))
	wantAway(t, b.Load(t.Context(), k, 1, entries(3)))
	must(t, server.Start(t.Context()))
	redistest.Await(t, c, true)
	must(t, b.Load(t.Context(), k, 2, entries(10)))
	if at, err := b.Position(t.Context(), k); err != nil || at != 2 {
		t.Errorf("it stands at %d, %v", at, err)
	}
}

func wantAbsent(t *testing.T, b board.Board, k board.Key) {
	t.Helper()
	if _, err := b.Read(t.Context(), k, board.Query{N: 1}); !errors.Is(err, board.ErrAbsent) {
		t.Error("reading is answered with", err)
	}
	if err := b.Apply(t.Context(), k, 1, 2, nil); !errors.Is(err, board.ErrAbsent) {
		t.Error("a step is answered with", err)
	}
}

func wantAway(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, board.ErrAway) || !fault.Is(err, fault.Unavailable) {
		t.Errorf("answered with %v, want unavailable", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func entries(n int) []board.Entry {
	list := make([]board.Entry, n)
	for i := range list {
		list[i] = boardtest.Entry(i, 1+rand.Int64N(1_000_000_000), 1, int64(i))
	}
	return list
}

var usage = redis.NewScript(`
local function said(name)
  return tonumber(string.match(redis.call('INFO', 'everything'), name .. ':([%d.]+)'))
end
return {said('used_memory'), math.floor(1000000 * (said('used_cpu_user_main_thread') + said('used_cpu_sys_main_thread')))}
`)

func BenchmarkBoard(b *testing.B) {
	c := redistest.Connect(b, redistest.New(b, func(o *devstack.RedisOptions) { o.MaxMemoryMB = 2000 }).URL())
	used := func() (bytes, micros int64) {
		answer, err := c.Run(b.Context(), usage, nil)
		must(b, err)
		list, _ := answer.([]any)
		bytes, _ = list[0].(int64)
		micros, _ = list[1].(int64)
		return bytes, micros
	}
	boardtest.Bench(b, redisboard.New(c, ""), boardtest.Meter{
		Bytes: func() uint64 { bytes, _ := used(); return uint64(bytes) },
		Busy:  func() time.Duration { _, micros := used(); return time.Duration(micros) * time.Microsecond },
	})
}
