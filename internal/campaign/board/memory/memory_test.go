package memory_test

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/campaign/board/boardtest"
	"github.com/throng-social/throng/internal/campaign/board/memory"
)

func TestBoardsInMemoryKeepTheContract(t *testing.T) {
	t.Parallel()
	boardtest.Run(t, func(*testing.T) board.Board { return memory.New(1_000_000) })
}

func TestBoardsThatWereNotReadForLongestMakeWay(t *testing.T) {
	t.Parallel()
	b := memory.New(300)
	keys := []board.Key{boardtest.Teams(), boardtest.Teams(), boardtest.Teams(), boardtest.Teams()}
	for _, k := range keys[:3] {
		fill(t, b, k, 100)
	}
	read(t, b, keys[0], nil)
	fill(t, b, keys[3], 100)
	read(t, b, keys[0], nil)
	read(t, b, keys[1], board.ErrAbsent)
	read(t, b, keys[2], nil)
	// One that grows makes others go, too.
	if err := b.Apply(t.Context(), keys[3], 1, 2, entries(250)); err != nil {
		t.Fatal(err)
	}
	read(t, b, keys[3], nil)
	read(t, b, keys[0], board.ErrAbsent)
	read(t, b, keys[2], board.ErrAbsent)
}

func TestABoardThatIsTooLargeByItselfIsKeptAllTheSame(t *testing.T) {
	t.Parallel()
	b, k, other := memory.New(10), boardtest.Teams(), boardtest.Teams()
	fill(t, b, other, 5)
	fill(t, b, k, 100)
	read(t, b, k, nil)
	read(t, b, other, board.ErrAbsent)
}

func TestEmptyBoardsAreBoundedAsWell(t *testing.T) {
	t.Parallel()
	b, first := memory.New(1000), boardtest.Teams()
	fill(t, b, first, 0)
	for range 1000 {
		fill(t, b, boardtest.Teams(), 0)
	}
	read(t, b, first, board.ErrAbsent)
}

func fill(t *testing.T, b *memory.Boards, k board.Key, n int) {
	t.Helper()
	if err := b.Load(t.Context(), k, 1, entries(n)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, b *memory.Boards, k board.Key, want error) {
	t.Helper()
	if _, err := b.Read(t.Context(), k, board.Query{N: 1}); !errors.Is(err, want) {
		t.Errorf("reading is answered with %v, want %v", err, want)
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

// Reads of a board of a million: rank and 100 around, and the top 100. Beside the
// means the 99th percentile and what an entry takes are printed.
func BenchmarkAMillion(b *testing.B) {
	boards, k := memory.New(2*million), boardtest.Teams()
	before := heap()
	list := entries(million)
	began := time.Now()
	if err := boards.Load(b.Context(), k, 1, list); err != nil {
		b.Fatal(err)
	}
	b.Logf("load %v, %d bytes an entry", time.Since(began), (heap()-before)/million)
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
	b.Run("step", func(b *testing.B) {
		position := int64(1)
		timed(b, func() error {
			position++
			return boards.Apply(b.Context(), k, position-1, position, []board.Entry{boardtest.Entry(rand.IntN(million), 1+rand.Int64N(1_000_000_000), position, 1)})
		})
	})
	b.Logf("%d bytes an entry after the steps", (heap()-before)/million)
	runtime.KeepAlive(boards)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func timed(b *testing.B, do func() error) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		if err := do(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "ns/p99")
}
