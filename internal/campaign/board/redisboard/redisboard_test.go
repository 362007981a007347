package redisboard_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

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

const million = 1_000_000

var used = redis.NewScript(`return tonumber(string.match(redis.call('INFO', 'memory'), 'used_memory:(%d+)'))`)

// Reads of a board of a million, as in package memory.
func BenchmarkAMillion(b *testing.B) {
	c := redistest.Connect(b, redistest.New(b, func(o *devstack.RedisOptions) { o.MaxMemoryMB = 2000 }).URL())
	boards, k := redisboard.New(c, ""), boardtest.Teams()
	began := time.Now()
	must(b, boards.Load(b.Context(), k, 1, entries(million)))
	took := time.Since(began)
	memory, err := c.Run(b.Context(), used, nil)
	must(b, err)
	bytes, _ := memory.(int64)
	b.Logf("load %v, %d bytes an entry", took, bytes/million)
	b.Run("around", func(b *testing.B) {
		timed(b, func() error {
			who := []uuid.UUID{boardtest.Subject(rand.IntN(million))}
			_, err := boards.Read(b.Context(), k, board.Query{N: 100, Around: who, Find: who, Ranked: true})
			return err
		})
	})
	b.Run("top", func(b *testing.B) {
		timed(b, func() error { _, err := boards.Read(b.Context(), k, board.Query{N: 100}); return err })
	})
	b.Run("ten thousand changes", func(b *testing.B) {
		position := int64(1)
		timed(b, func() error {
			position++
			changes := make([]board.Entry, board.MaxChanges)
			from := rand.IntN(million - len(changes))
			for i := range changes {
				changes[i] = boardtest.Entry(from+i, 1+rand.Int64N(1_000_000_000), position, 1)
			}
			return boards.Apply(b.Context(), k, position-1, position, changes)
		})
	})
}

func timed(b *testing.B, do func() error) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		must(b, do())
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "ns/p99")
}
