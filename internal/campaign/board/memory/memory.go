// Package memory keeps boards in this process: about 90 bytes an entry, and a
// microsecond or two for a rank among a million.
//
// How many entries all boards have together is bounded. Those that were not read
// for longest make way; whoever asks for one finds it absent and loads it anew.
package memory

import (
	"context"
	"math"
	"sync"

	"github.com/throng-social/throng/internal/campaign/board"
)

// Boards implements board.Board.
type Boards struct {
	most int

	mu   sync.Mutex
	kept map[board.Key]*kept
	// total is the weight of all.
	total int
	clock uint64
}

var _ board.Board = (*Boards)(nil)

// least is what a board weighs at least: it takes room without entries, too.
const least = 16

type kept struct {
	*ranking

	// read is the clock at its last read.
	read uint64
	// weight is how many entries it had when that was last looked at.
	weight int
}

// New keeps boards of so many entries together, and one of any size.
func New(most int) *Boards { return &Boards{most: most, kept: map[board.Key]*kept{}} }

// Position implements board.Board.
func (b *Boards) Position(_ context.Context, k board.Key) (int64, error) {
	r := b.find(k)
	if r == nil {
		return 0, board.ErrAbsent
	}
	return r.stands(), nil
}

// Load implements board.Board.
func (b *Boards) Load(_ context.Context, k board.Key, position int64, entries []board.Entry) error {
	r := newRanking(position, entries)
	b.mu.Lock()
	defer b.mu.Unlock()
	if old := b.kept[k]; old != nil && old.stands() > position {
		return nil
	}
	if old := b.kept[k]; old != nil {
		b.total -= old.weight
	}
	b.clock++
	b.kept[k] = &kept{ranking: r, read: b.clock}
	b.weigh(k)
	return nil
}

// Apply implements board.Board.
func (b *Boards) Apply(_ context.Context, k board.Key, from, to int64, changes []board.Entry) error {
	if len(changes) > board.MaxChanges {
		return board.ErrTooMany
	}
	r := b.find(k)
	if r == nil {
		return board.ErrAbsent
	}
	if err := r.apply(from, to, changes); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.weigh(k)
	return nil
}

// Read implements board.Board.
func (b *Boards) Read(_ context.Context, k board.Key, q board.Query) (board.Answer, error) {
	r := b.find(k)
	if r == nil {
		return board.Answer{}, board.ErrAbsent
	}
	return r.read(q), nil
}

func (b *Boards) find(k board.Key) *ranking {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := b.kept[k]
	if found == nil {
		return nil
	}
	b.clock++
	found.read = b.clock
	return found.ranking
}

// weigh notes a board's size, and lets others go until the rest is small enough. It
// is called with the lock held.
func (b *Boards) weigh(k board.Key) {
	r := b.kept[k]
	if r == nil {
		return
	}
	b.total -= r.weight
	r.weight = max(r.size(), least)
	b.total += r.weight
	for b.total > b.most && len(b.kept) > 1 {
		oldest := b.oldest(k)
		b.total -= b.kept[oldest].weight
		delete(b.kept, oldest)
	}
}

func (b *Boards) oldest(but board.Key) (oldest board.Key) {
	first := uint64(math.MaxUint64)
	for k, r := range b.kept {
		if k != but && r.read < first {
			oldest, first = k, r.read
		}
	}
	return oldest
}
