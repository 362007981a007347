package boardtest

import (
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/board"
)

// Model is a board written from its definition: a list that is sorted whenever it is
// read.
type Model struct {
	Position int64
	entries  map[uuid.UUID]board.Entry
}

// Load replaces it.
func (m *Model) Load(position int64, entries []board.Entry) {
	m.Position, m.entries = position, map[uuid.UUID]board.Entry{}
	m.Apply(position, entries)
}

// Apply takes it to a position.
func (m *Model) Apply(to int64, changes []board.Entry) {
	m.Position = to
	for _, e := range changes {
		if e.Score == 0 {
			delete(m.entries, e.SubjectID)
		} else {
			m.entries[e.SubjectID] = e
		}
	}
}

// Sorted are the entries in order.
func (m *Model) Sorted() []board.Entry {
	list := make([]board.Entry, 0, len(m.entries))
	for _, e := range m.entries {
		list = append(list, e)
	}
	slices.SortFunc(list, board.Compare)
	return list
}

// Read answers what a board must.
func (m *Model) Read(q board.Query) board.Answer {
	list := m.Sorted()
	a := board.Answer{Position: m.Position, Size: int64(len(list)), First: 1}
	switch best := m.best(list, q.Around); {
	case q.After != nil:
		for a.First <= a.Size && board.Compare(list[a.First-1], *q.After) <= 0 {
			a.First++
		}
	case best > 0:
		// One step at a time from the middle to where the part lies within the board.
		a.First = best - int64(max(q.N, 1)-1)/2
		for a.First+int64(max(q.N, 1))-1 > a.Size {
			a.First--
		}
		for a.First < 1 {
			a.First++
		}
	}
	for rank := a.First; rank <= a.Size && len(a.Entries) < q.N; rank++ {
		a.Entries = append(a.Entries, list[rank-1])
	}
	for _, subject := range q.Find {
		rank := 1 + slices.IndexFunc(list, func(e board.Entry) bool { return e.SubjectID == subject })
		if rank == 0 {
			continue
		}
		f := board.Found{Entry: list[rank-1]}
		if q.Ranked {
			f.Rank = int64(rank)
		}
		a.Found = append(a.Found, f)
	}
	return a
}

func (m *Model) best(list []board.Entry, subjects []uuid.UUID) int64 {
	for i, e := range list {
		if slices.Contains(subjects, e.SubjectID) {
			return int64(i) + 1
		}
	}
	return 0
}
