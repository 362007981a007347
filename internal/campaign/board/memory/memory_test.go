package memory_test

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"testing"

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

func BenchmarkBoard(b *testing.B) {
	boards := memory.New(2_000_000)
	boardtest.Bench(b, boards, boardtest.Meter{Bytes: heap})
	runtime.KeepAlive(boards)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
