package bench

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/lab/load"
)

func TestALagLastsFromTheAnswerToTheFirstStateThatCounts(t *testing.T) {
	t.Parallel()
	began := time.Now()
	at := func(ms int) time.Time { return began.Add(time.Duration(ms) * time.Millisecond) }
	seen := []sighting{{1, at(0)}, {2, at(100)}, {5, at(300)}, {6, at(900)}}
	for name, c := range map[string]struct {
		made counted
		want time.Duration
	}{
		"its own state":                    {counted{2, at(60)}, 40 * time.Millisecond},
		"a later one, as some are skipped": {counted{3, at(250)}, 50 * time.Millisecond},
		"one before the answer":            {counted{1, at(20)}, 0},
		"the last one":                     {counted{6, at(400)}, 500 * time.Millisecond},
	} {
		h := load.NewHistogram()
		lags(seen, []counted{c.made}, h)
		if got := h.Max().Round(time.Millisecond); h.Count() != 1 || got != c.want {
			t.Errorf("%s: it took %v, want %v", name, got, c.want)
		}
	}
	h := load.NewHistogram()
	lags(seen, []counted{{1, at(0)}, {2, at(0)}, {2, at(50)}, {6, at(0)}}, h)
	if h.Count() != 4 {
		t.Errorf("%d of 4 lags are recorded", h.Count())
	}
}

func TestWhoeverIsShownOnABoardHasAnAccount(t *testing.T) {
	t.Parallel()
	for _, s := range []contestSize{small.Contest, full.Contest} {
		callers, shown := shownOf(s)
		if len(callers) != s.Callers {
			t.Fatalf("there are %d callers, want %d", len(callers), s.Callers)
		}
		slices.Sort(shown)
		if len(slices.Compact(slices.Clone(shown))) != len(shown) {
			t.Error("somebody is to get two accounts")
		}
		for _, c := range callers {
			for p := c - aroundShown/2; p <= c+aroundShown/2; p++ {
				if _, ok := slices.BinarySearch(shown, p); !ok {
					t.Fatalf("place %d is shown to the caller at %d and has no account", p, c)
				}
			}
		}
	}
}

func TestEachPlaceOfABoardIsSomebodys(t *testing.T) {
	t.Parallel()
	n := small.Contest.Members
	seen := map[uuid.UUID]bool{}
	for place := range n {
		who := personID(numberAt(place, n))
		seen[who] = true
		if who.Version() != 7 || who.Variant() != uuid.RFC4122 {
			t.Fatalf("%s is no UUIDv7", who)
		}
	}
	if len(seen) != n {
		t.Errorf("%d people have %d places", len(seen), n)
	}
	if at := id.Time(personID(5)).UnixMilli(); at != bornAt+5 {
		t.Errorf("the fifth account was made at %d", at)
	}
	if full.Contest.Members%scattered == 0 || n%scattered == 0 {
		t.Errorf("%d divides the number of members, so that places would be taken twice", scattered)
	}
}
