// Package boardtest is what everything that keeps boards must do.
package boardtest

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/throng-social/throng/internal/campaign/board"
)

// Run holds what keeps boards to their contract. boards makes one that the test may
// fill; others may use the same underneath.
func Run(t *testing.T, boards func(t *testing.T) board.Board) {
	t.Helper()
	for name, promise := range map[string]func(*testing.T, board.Board){
		"a board that was never loaded is absent":                       absent,
		"an empty board is there":                                       empty,
		"of equal scores the one that was reached first is before":      ties,
		"scores that no floating-point number holds are ranked exactly": exact,
		"boards of other campaigns, scopes and positions are others":    apart,
		"a step from elsewhere changes nothing":                         elsewhere,
		"a load replaces all, and takes no board back":                  loads,
		"too many changes are refused":                                  tooMany,
		"whatever happens a board equals a sorted list":                 random,
		"readers see whole positions while others write":                whole,
		"one of several who take the same step does":                    together,
		"a hundred thousand entries are ranked":                         many,
		"what benchmarks ask is answered right":                         asked,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			promise(t, boards(t))
		})
	}
}

// Teams is the key of a board that no other test has.
func Teams() board.Key { return board.Key{Campaign: uuid.New(), Scope: board.Teams} }

// Subject is the one of a number: they ascend.
func Subject(n int) (u uuid.UUID) {
	binary.BigEndian.PutUint64(u[8:], uint64(n)) //nolint:gosec // tests count from 0
	return u
}

// Entry is one that was reached at a position.
func Entry(subject int, score, position, fact int64) board.Entry {
	return board.Entry{SubjectID: Subject(subject), Score: score, Position: position, FactID: fact, Reached: 1_000_000 * position}
}

// Check reads and compares with the model.
func Check(t tester, b board.Board, k board.Key, m *Model, q board.Query) {
	t.Helper()
	got, err := b.Read(contextOf(t), k, q)
	if want := m.Read(q); err != nil || !same(got, want) {
		t.Fatalf("%+v is answered with\n%+v, %v; want\n%+v", q, got, err, want)
	}
}

func same(a, b board.Answer) bool {
	return a.Position == b.Position && a.Size == b.Size && a.First == b.First && slices.Equal(a.Entries, b.Entries) && slices.Equal(a.Found, b.Found)
}

func absent(t *testing.T, b board.Board) {
	k := Teams()
	if _, err := b.Position(t.Context(), k); !errors.Is(err, board.ErrAbsent) {
		t.Error("its position is answered with", err)
	}
	if _, err := b.Read(t.Context(), k, board.Query{N: 1}); !errors.Is(err, board.ErrAbsent) {
		t.Error("reading is answered with", err)
	}
	if err := b.Apply(t.Context(), k, 0, 1, nil); !errors.Is(err, board.ErrAbsent) {
		t.Error("a step is answered with", err)
	}
}

func empty(t *testing.T, b board.Board) {
	k, m := Teams(), &Model{}
	load(t, b, k, m, 3)
	Check(t, b, k, m, board.Query{N: 10, Find: []uuid.UUID{Subject(1)}, Ranked: true})
	step(t, b, k, m, 4, Entry(1, 5, 4, 1))
	step(t, b, k, m, 5, Entry(1, 0, 5, 2))
	Check(t, b, k, m, board.Query{N: 10, Around: []uuid.UUID{Subject(1)}})
	at(t, b, k, 5)
}

func ties(t *testing.T, b board.Board) {
	k, m := Teams(), &Model{}
	load(t, b, k, m, 9, Entry(4, 7, 9, 2), Entry(3, 7, 9, 2), Entry(2, 7, 9, 1), Entry(1, 7, 8, 5), Entry(0, 6, 1, 1), Entry(5, 8, 9, 9))
	got, err := b.Read(t.Context(), k, board.Query{N: 6})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{5, 1, 2, 3, 4, 0} {
		if got.Entries[i].SubjectID != Subject(want) {
			t.Fatalf("rank %d has %v, want %d", i+1, got.Entries[i], want)
		}
	}
	// Who comes back to the same score has reached it later.
	step(t, b, k, m, 10, Entry(1, 9, 10, 10))
	step(t, b, k, m, 11, Entry(1, 7, 11, 11))
	Check(t, b, k, m, board.Query{N: 10, Find: []uuid.UUID{Subject(1)}, Ranked: true})
}

func exact(t *testing.T, b board.Board) {
	k, m := Teams(), &Model{}
	load(t, b, k, m, 1, Entry(1, 1<<62, 1, 1), Entry(2, 1<<62+1, 1, 1), Entry(3, 1<<53+1, 1<<40, 1<<62), Entry(4, 1<<53, 1, 1), Entry(5, 1, 1, 1))
	Check(t, b, k, m, board.Query{N: 5})
	step(t, b, k, m, 1<<40+1, Entry(5, 1<<53, 1<<40+1, 1<<62+1))
	Check(t, b, k, m, board.Query{N: 5, Find: []uuid.UUID{Subject(5), Subject(4)}, Ranked: true})
}

func apart(t *testing.T, b board.Board) {
	k := Teams()
	members, past := k, k
	members.Scope, past.At = board.Members, 7
	models := map[board.Key]*Model{k: {}, members: {}, past: {}}
	n := 0
	for key, m := range models {
		n++
		load(t, b, key, m, int64(n), Entry(n, int64(n), 1, 1))
	}
	for key, m := range models {
		Check(t, b, key, m, board.Query{N: 3})
	}
}

func elsewhere(t *testing.T, b board.Board) {
	k, m := Teams(), &Model{}
	load(t, b, k, m, 5, Entry(1, 1, 5, 1))
	for _, from := range []int64{0, 4, 6} {
		if err := b.Apply(t.Context(), k, from, from+1, []board.Entry{Entry(1, 9, 6, 2)}); !errors.Is(err, board.ErrElsewhere) {
			t.Errorf("a step from %d is answered with %v", from, err)
		}
	}
	Check(t, b, k, m, board.Query{N: 3})
}

func loads(t *testing.T, b board.Board) {
	k, m := Teams(), &Model{}
	load(t, b, k, m, 5, Entry(1, 1, 5, 1), Entry(2, 2, 5, 2))
	load(t, b, k, m, 5, Entry(3, 3, 5, 1))
	Check(t, b, k, m, board.Query{N: 3})
	load(t, b, k, m, 8, Entry(4, 4, 7, 1), Entry(3, 9, 8, 1))
	Check(t, b, k, m, board.Query{N: 3})
	if err := b.Load(t.Context(), k, 7, []board.Entry{Entry(9, 9, 7, 1)}); err != nil {
		t.Fatal(err)
	}
	Check(t, b, k, m, board.Query{N: 3})
}

func tooMany(t *testing.T, b board.Board) {
	k, m := Teams(), &Model{}
	load(t, b, k, m, 1, Entry(1, 1, 1, 1))
	changes := make([]board.Entry, board.MaxChanges+1)
	for i := range changes {
		changes[i] = Entry(i, 5, 2, int64(i))
	}
	if err := b.Apply(t.Context(), k, 1, 2, changes); !errors.Is(err, board.ErrTooMany) {
		t.Error("they are answered with", err)
	}
	step(t, b, k, m, 2, changes[1:]...)
	Check(t, b, k, m, board.Query{N: 3, Around: []uuid.UUID{Subject(5000)}})
}

// Scores, facts and positions are drawn from few, so that ties are frequent.
func random(t *testing.T, b board.Board) {
	rapid.Check(t, func(t *rapid.T) {
		k, m := Teams(), &Model{}
		load(t, b, k, m, 1, anyEntries(200).Draw(t, "entries")...)
		for range rapid.IntRange(1, 12).Draw(t, "operations") {
			switch rapid.IntRange(0, 9).Draw(t, "operation") {
			case 0:
				load(t, b, k, m, m.Position+rapid.Int64Range(0, 2).Draw(t, "on"), anyEntries(200).Draw(t, "entries")...)
			case 1, 2, 3, 4:
				step(t, b, k, m, m.Position+1, anyEntries(60).Draw(t, "changes")...)
			default:
				Check(t, b, k, m, anyQuery().Draw(t, "query"))
			}
		}
		Check(t, b, k, m, board.Query{N: 300})
	})
}

func anyEntries(n int) *rapid.Generator[[]board.Entry] {
	e := rapid.Custom(func(t *rapid.T) board.Entry {
		return Entry(rapid.IntRange(0, 250).Draw(t, "subject"), rapid.Int64Range(0, 5).Draw(t, "score"), rapid.Int64Range(1, 4).Draw(t, "position"), rapid.Int64Range(1, 4).Draw(t, "fact"))
	})
	return rapid.SliceOfNDistinct(e, 0, n, func(e board.Entry) uuid.UUID { return e.SubjectID })
}

func positive(entries []board.Entry) []board.Entry {
	return slices.DeleteFunc(entries, func(e board.Entry) bool { return e.Score == 0 })
}

func anyQuery() *rapid.Generator[board.Query] {
	return rapid.Custom(func(t *rapid.T) board.Query {
		some := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) uuid.UUID { return Subject(rapid.IntRange(0, 250).Draw(t, "subject")) }), 0, 5)
		q := board.Query{N: rapid.IntRange(0, 30).Draw(t, "n"), Find: some.Draw(t, "find"), Ranked: rapid.Bool().Draw(t, "ranked")}
		switch rapid.IntRange(0, 2).Draw(t, "part") {
		case 0:
			q.Around = some.Draw(t, "around")
		case 1:
			after := anyEntries(1).Draw(t, "after")
			if len(after) > 0 && after[0].Score > 0 {
				q.After = &after[0]
			}
		}
		return q
	})
}

// whole has all entries change at each position: an answer with two kinds of them is
// of no position.
func whole(t *testing.T, b board.Board) {
	const positions, subjects = 150, 60
	k := Teams()
	all := func(position int64) []board.Entry {
		entries := make([]board.Entry, subjects)
		for i := range entries {
			entries[i] = Entry(i, 1+rand.Int64N(9), position, int64(i))
		}
		return entries
	}
	if err := b.Load(t.Context(), k, 1, all(1)); err != nil {
		t.Fatal(err)
	}
	var g errgroup.Group
	for range 4 {
		g.Go(func() error { return watch(t, b, k, positions) })
	}
	for p := int64(1); p < positions; p++ {
		if err := b.Apply(t.Context(), k, p, p+1, all(p+1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

// watch reads until the last position.
func watch(t *testing.T, b board.Board, k board.Key, last int64) error {
	seen := int64(0)
	for seen < last {
		a, err := b.Read(t.Context(), k, board.Query{N: 60, Find: []uuid.UUID{Subject(7)}, Ranked: true})
		if err != nil {
			return err
		}
		if a.Position < seen || a.Size != 60 || len(a.Entries) != 60 || !slices.IsSortedFunc(a.Entries, board.Compare) || a.Entries[a.Found[0].Rank-1] != a.Found[0].Entry {
			return errors.New("an answer does not fit together")
		}
		for _, e := range a.Entries {
			if e.Position != a.Position {
				return errors.New("an answer has entries of two positions")
			}
		}
		seen = a.Position
	}
	return nil
}

func together(t *testing.T, b board.Board) {
	k, m := Teams(), &Model{}
	load(t, b, k, m, 1)
	for p := int64(1); p <= 20; p++ {
		done := make(chan error, 4)
		for i := range 4 {
			go func() { done <- b.Apply(t.Context(), k, p, p+1, []board.Entry{Entry(i, p, p+1, 1)}) }()
		}
		took := 0
		for range 4 {
			switch err := <-done; {
			case err == nil:
				took++
			case !errors.Is(err, board.ErrElsewhere):
				t.Error(err)
			}
		}
		if took != 1 {
			t.Fatalf("%d took the step to %d", took, p+1)
		}
	}
	at(t, b, k, 21)
}

func many(t *testing.T, b board.Board) {
	const n = 100_000
	k, m := Teams(), &Model{}
	entries := make([]board.Entry, n)
	for i := range entries {
		entries[i] = Entry(i, 1+rand.Int64N(n/4), 1, int64(rand.IntN(50)))
	}
	load(t, b, k, m, 1, entries...)
	for p := range int64(5) {
		changes := make([]board.Entry, 3000)
		for i, subject := range rand.Perm(n + 500)[:len(changes)] {
			changes[i] = Entry(subject, rand.Int64N(n/4), p+2, int64(i))
		}
		step(t, b, k, m, p+2, changes...)
	}
	list := m.Sorted()
	for range 50 {
		i := rand.IntN(len(list))
		e := list[i]
		a, err := b.Read(t.Context(), k, board.Query{N: 100, Around: []uuid.UUID{e.SubjectID}, Find: []uuid.UUID{e.SubjectID}, Ranked: true})
		if err != nil || a.Size != int64(len(list)) || a.Found[0].Rank != int64(i)+1 || !slices.Equal(a.Entries, list[a.First-1:a.First+99]) {
			t.Fatalf("rank %d is answered with %d, %v", i+1, a.Found[0].Rank, err)
		}
		a, err = b.Read(t.Context(), k, board.Query{N: 100, After: &e})
		if err != nil || a.First != int64(i)+2 || !slices.Equal(a.Entries, list[i+1:min(i+101, len(list))]) {
			t.Fatalf("what comes behind rank %d begins at %d, %v", i+1, a.First, err)
		}
	}
}
