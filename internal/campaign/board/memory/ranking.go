package memory

import (
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/board"
)

// slot is the place of an entry in its board's arena.
type slot uint32

// chunk is how many entries an arena grows by.
const chunk = 4096

// ranking is one board: its entries in an arena that never moves, where each subject's
// is, and the order.
type ranking struct {
	mu       sync.RWMutex
	position int64
	arena    [][]board.Entry
	// used is how many slots were ever given out; free are those that came back.
	used  slot
	free  []slot
	of    map[uuid.UUID]slot
	order *tree
}

// newRanking keeps the entries.
func newRanking(position int64, entries []board.Entry) *ranking {
	slices.SortFunc(entries, board.Compare)
	r := &ranking{position: position, used: slot(len(entries)), of: make(map[uuid.UUID]slot, len(entries))} //nolint:gosec // a board holds far fewer
	for part := range slices.Chunk(entries, chunk) {
		r.arena = append(r.arena, part)
	}
	for i, e := range entries {
		r.of[e.SubjectID] = slot(i)
	}
	r.order = newTree(len(entries), r.at)
	return r
}

func (r *ranking) at(s slot) *board.Entry { return &r.arena[s/chunk][s%chunk] }

func (r *ranking) size() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.of)
}

func (r *ranking) stands() int64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.position
}

func (r *ranking) apply(from, to int64, changes []board.Entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.position != from {
		return board.ErrElsewhere
	}
	for _, e := range changes {
		r.set(e)
	}
	r.position = to
	return nil
}

// set gives a subject its entry, or takes it away.
func (r *ranking) set(e board.Entry) {
	s, had := r.of[e.SubjectID]
	if had {
		r.order.remove(s)
	}
	switch {
	case e.Score > 0:
		if !had {
			s = r.take()
			r.of[e.SubjectID] = s
		}
		*r.at(s) = e
		r.order.insert(s)
	case had:
		delete(r.of, e.SubjectID)
		r.free = append(r.free, s)
	}
}

// take gives out a slot.
func (r *ranking) take() slot {
	if n := len(r.free); n > 0 {
		s := r.free[n-1]
		r.free = r.free[:n-1]
		return s
	}
	s := r.used
	r.used++
	last := len(r.arena) - 1
	if s%chunk == 0 {
		r.arena = append(r.arena, make([]board.Entry, 0, chunk))
		last++
	}
	r.arena[last] = append(r.arena[last], board.Entry{})
	return s
}

func (r *ranking) read(q board.Query) board.Answer {
	r.mu.RLock()
	defer r.mu.RUnlock()
	a := board.Answer{Position: r.position, Size: int64(len(r.of)), First: r.first(q)}
	if q.N > 0 {
		a.Entries = r.list(int(a.First-1), q.N)
	}
	for _, subject := range q.Find {
		s, ok := r.of[subject]
		if !ok {
			continue
		}
		f := board.Found{Entry: *r.at(s)}
		if q.Ranked {
			f.Rank = int64(r.order.rank(&f.Entry)) + 1
		}
		a.Found = append(a.Found, f)
	}
	return a
}

// first is the rank at which the part that is asked for begins.
func (r *ranking) first(q board.Query) int64 {
	if q.After != nil {
		after := r.order.rank(q.After)
		// Whoever has the very place is not behind it.
		if s, ok := r.of[q.After.SubjectID]; ok && board.Compare(*r.at(s), *q.After) == 0 {
			after++
		}
		return int64(after) + 1
	}
	best := int64(0)
	for _, subject := range q.Around {
		if s, ok := r.of[subject]; ok {
			if rank := int64(r.order.rank(r.at(s))) + 1; best == 0 || rank < best {
				best = rank
			}
		}
	}
	if best == 0 {
		return 1
	}
	return board.First(best, int64(q.N), int64(len(r.of)))
}

func (r *ranking) list(from, n int) []board.Entry {
	slots := r.order.list(make([]slot, 0, n), from, n)
	entries := make([]board.Entry, len(slots))
	for i, s := range slots {
		entries[i] = *r.at(s)
	}
	return entries
}
