package consistency_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/throng-social/throng/internal/consistency"
)

// at is a position that is as far in both parts.
func at(n uint64) consistency.Position { return consistency.Position{Log: n, Clock: n} }

// place is a server that stands still, and counts how often it was asked.
type place struct {
	at    consistency.Position
	err   error
	mu    sync.Mutex
	asked int
}

func (p *place) Position(context.Context) (consistency.Position, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	return p.at, p.err
}

func TestTokenCarriesItsPosition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := consistency.Position{Log: rapid.Uint64().Draw(t, "log"), Clock: rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64()).Draw(t, "clock")}
		if got := consistency.Parse(p.Token()); got != p {
			t.Fatalf("the token of %v is read as %v", p, got)
		}
	})
}

func TestTheBeginningNeedsNoToken(t *testing.T) {
	t.Parallel()
	if token := at(0).Token(); token != "" {
		t.Errorf("the token of the beginning is %q", token)
	}
}

// A token that cannot be read demands nothing, and one that can has a place that
// it can be written back to.
func FuzzParse(f *testing.F) {
	f.Add("")
	f.Add("not a token")
	f.Add(at(1 << 40).Token())
	f.Add("AwAAAAAAAAAB") // of another version
	f.Fuzz(func(t *testing.T, token string) {
		if p := consistency.Parse(token); p != consistency.Parse(p.Token()) {
			t.Errorf("%q is read as %v, which does not survive", token, p)
		}
	})
}

func TestTokenOfAnotherVersionDemandsNothing(t *testing.T) {
	t.Parallel()
	if p := consistency.Parse("AwAAAAAAAAAB"); p != at(0) {
		t.Errorf("it demands %v", p)
	}
}

func TestWithoutASessionNothingIsDemandedAndNothingKept(t *testing.T) {
	t.Parallel()
	s := consistency.From(t.Context())
	s.Touch(&place{at: at(9)}, at(9))
	s.Saw(at(9), at(9))
	ceiling, err := s.Ceiling(t.Context())
	if s != nil || s.Demand() != at(0) || s.Floor() != at(0) || ceiling != at(0) || err != nil {
		t.Errorf("session %v demands %v, floor %v, ceiling %v, %v", s, s.Demand(), s.Floor(), ceiling, err)
	}
}

func TestAPartOfASessionDemandsMoreAndKeepsNothingToItself(t *testing.T) {
	t.Parallel()
	ctx, whole := consistency.Begin(t.Context(), at(5))
	if part := consistency.Demanding(ctx, at(3)); consistency.From(part) != whole {
		t.Error("who demands enough got another session")
	}
	part := consistency.Demanding(ctx, at(9))
	if got := consistency.From(part).Demand(); got != at(9) || whole.Demand() != at(5) {
		t.Error("the part demands", got, "and the whole", whole.Demand())
	}
	consistency.From(part).Saw(at(9), at(12))
	consistency.From(part).Touch(&place{at: at(20)}, at(10))
	seen, err := whole.Ceiling(t.Context())
	if err != nil || seen != at(20) || whole.Floor() != at(9) {
		t.Error("the whole has seen", seen, "and at least", whole.Floor(), err)
	}
	if part := consistency.Demanding(t.Context(), at(4)); consistency.From(part).Demand() != at(4) {
		t.Error("without a session nothing is demanded")
	}
}

func TestSessionTravelsInTheContext(t *testing.T) {
	t.Parallel()
	ctx, s := consistency.Begin(t.Context(), at(7))
	if consistency.From(ctx) != s || consistency.From(consistency.With(t.Context(), s)) != s {
		t.Error("the context has another session")
	}
}

func TestFloorIsTheLeastThatWasReadAndNothingBeforeThat(t *testing.T) {
	t.Parallel()
	_, s := consistency.Begin(t.Context(), at(5))
	if s.Floor() != at(0) {
		t.Errorf("before anything was read the floor is %v: a demand proves nothing", s.Floor())
	}
	s.Touch(&place{}, at(20))
	s.Saw(at(11), at(30))
	s.Touch(&place{}, at(15))
	if s.Floor() != at(11) {
		t.Errorf("the floor is %v, want 11", s.Floor())
	}
}

func TestCeilingIsTheGreatestOfAnswersAndTouchedPlaces(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		demand, seen, at, want consistency.Position
	}{
		"a demand is made up":      {demand: at(99), seen: at(5), at: at(7), want: at(7)},
		"a cached answer is ahead": {demand: at(5), seen: at(9), at: at(7), want: at(9)},
		"a server is ahead":        {demand: at(5), seen: at(7), at: at(9), want: at(9)},
	} {
		_, s := consistency.Begin(t.Context(), c.demand)
		s.Saw(at(1), c.seen)
		s.Touch(&place{at: c.at}, at(1))
		if got, err := s.Ceiling(t.Context()); got != c.want || err != nil {
			t.Errorf("%s: the ceiling is %v, %v; want %v", name, got, err, c.want)
		}
	}
}

func TestAPlaceIsAskedOnceForAllThatWasReadFromIt(t *testing.T) {
	t.Parallel()
	_, s := consistency.Begin(t.Context(), at(0))
	p := &place{at: at(3)}
	for range 5 {
		s.Touch(p, at(1))
	}
	first, err1 := s.Ceiling(t.Context())
	second, err2 := s.Ceiling(t.Context())
	if first != at(3) || second != at(3) || errors.Join(err1, err2) != nil || p.asked != 1 {
		t.Errorf("asked %d times for %v and %v", p.asked, first, second)
	}
	p.at = at(8)
	s.Touch(p, at(1))
	if third, err := s.Ceiling(t.Context()); third != at(8) || err != nil {
		t.Errorf("after another read the ceiling is %v, %v; want 8", third, err)
	}
}

func TestAPlaceThatCannotAnswerIsAnErrorAndAskedAgain(t *testing.T) {
	t.Parallel()
	_, s := consistency.Begin(t.Context(), at(4))
	p := &place{at: at(6), err: errors.New("gone")}
	s.Touch(p, at(4))
	if got, err := s.Ceiling(t.Context()); got != at(0) || err == nil {
		t.Errorf("the ceiling is %v, %v; want what is known, and the error", got, err)
	}
	p.err = nil
	if got, err := s.Ceiling(t.Context()); got != at(6) || err != nil {
		t.Errorf("the ceiling is %v, %v; want 6", got, err)
	}
}

// Whatever order parallel reads come in, the bounds hold for all of them.
func TestBoundsHoldForParallelReads(t *testing.T) {
	t.Parallel()
	_, s := consistency.Begin(t.Context(), at(10))
	var wg sync.WaitGroup
	for i := range uint64(50) {
		wg.Go(func() { s.Touch(&place{at: at(200 + i)}, at(100+i)) })
		wg.Go(func() { s.Saw(at(50+i), at(300+i)) })
	}
	wg.Wait()
	ceiling, err := s.Ceiling(t.Context())
	if s.Floor() != at(50) || ceiling != at(349) || err != nil {
		t.Errorf("floor %v, ceiling %v, %v; want 50 and 349", s.Floor(), ceiling, err)
	}
}

// A store with a log and one with a clock answer to one request: each holds the
// part of the floor that it speaks of, and leaves the other to the other.
func TestTheFloorOfTwoKindsOfStoresHasAPartOfEach(t *testing.T) {
	t.Parallel()
	_, s := consistency.Begin(t.Context(), at(0))
	s.Saw(consistency.Position{Log: 7, Clock: consistency.Always}, at(0))
	s.Saw(consistency.Position{Log: consistency.Always, Clock: 9}, at(0))
	if want := (consistency.Position{Log: 7, Clock: 9}); s.Floor() != want {
		t.Errorf("the floor is %v, want %v", s.Floor(), want)
	}
}

func TestPositionsAreOrderedInBothPartsOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) consistency.Position {
			return consistency.Position{Log: rapid.Uint64Max(3).Draw(t, name), Clock: rapid.Uint64Max(3).Draw(t, name)}
		}
		a, b := draw("a"), draw("b")
		if most, least := a.Max(b), a.Min(b); !most.Reaches(a) || !most.Reaches(b) || !a.Reaches(least) || !b.Reaches(least) {
			t.Fatalf("%v and %v lie not between %v and %v", a, b, least, most)
		}
		if a.Reaches(b) && b.Reaches(a) && a != b {
			t.Fatalf("%v and %v reach one another", a, b)
		}
	})
}
