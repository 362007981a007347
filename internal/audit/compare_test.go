package audit

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// at is an id of a second, as small as n.
func at(second int64, n byte) uuid.UUID {
	ms := second * 1000
	var id uuid.UUID
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6], id[8], id[15] = 0x70, 0x80, n
	return id
}

func TestOnlyWhatBothRunsHaveIsMissing(t *testing.T) {
	t.Parallel()
	old, older := at(100, 1), at(99, 1)
	since := time.Unix(200, 0)
	for name, c := range map[string]struct {
		before, got, after []uuid.UUID
		missing, extra     int
	}{
		"nothing anywhere":             {},
		"all the same":                 {ids(old, older), ids(old, older), ids(old, older), 0, 0},
		"one is missing":               {ids(old, older), ids(older), ids(old, older), 1, 0},
		"one was deleted meanwhile":    {ids(old, older), ids(older), ids(older), 0, 0},
		"one was followed meanwhile":   {ids(older), ids(old, older), ids(old, older), 0, 0},
		"one is too much":              {ids(older), ids(old, older), ids(older), 0, 1},
		"one is there twice":           {ids(old), ids(old, old), ids(old), 0, 1},
		"two are in the wrong order":   {ids(old, older), ids(older, old), ids(old, older), 0, 1},
		"a new one may be on its way":  {ids(at(201, 1), old), ids(old), ids(at(201, 1), old), 0, 0},
		"a new one that was delivered": {ids(at(201, 1), old), ids(at(201, 1), old), ids(at(201, 1), old), 0, 0},
	} {
		f := compare(c.before, c.got, c.after, since)
		if len(f.Missing) != c.missing || len(f.Extra) != c.extra || f.Wrong() != (c.missing+c.extra > 0) {
			t.Errorf("%s: got %+v", name, f)
		}
	}
}

func ids(list ...uuid.UUID) []uuid.UUID { return list }

func TestWhateverIsTakenOutOrPutInIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := make([]uuid.UUID, rapid.IntRange(1, 2*depth).Draw(t, "posts"))
		for i := range all {
			all[i] = at(int64(1000-i), 0)
		}
		want := all[:min(len(all), depth)]
		victim := rapid.IntRange(0, len(want)-1).Draw(t, "victim")
		without := slices.Delete(slices.Clone(all), victim, victim+1)
		without = without[:min(len(without), depth)]
		if f := compare(want, without, want, time.Unix(1e6, 0)); !slices.Equal(f.Missing, all[victim:victim+1]) || len(f.Extra) != 0 {
			t.Fatalf("%d of %d was taken out, and found is %+v", victim, len(all), f)
		}
		stranger := at(int64(1000-victim), 1)
		with := slices.Insert(slices.Clone(all), victim, stranger)
		with = with[:min(len(with), depth)]
		if f := compare(want, with, want, time.Unix(1e6, 0)); !slices.Equal(f.Extra, ids(stranger)) || len(f.Missing) != 0 {
			t.Fatalf("one was put in at %d of %d, and found is %+v", victim, len(all), f)
		}
	})
}
