package consistency_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/throng-social/throng/internal/consistency"
)

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
		p := consistency.Position(rapid.Uint64().Draw(t, "position"))
		if got := consistency.Parse(p.Token()); got != p {
			t.Fatalf("the token of %d is read as %d", p, got)
		}
	})
}

func TestTheBeginningNeedsNoToken(t *testing.T) {
	t.Parallel()
	if token := consistency.Position(0).Token(); token != "" {
		t.Errorf("the token of the beginning is %q", token)
	}
}

// A token that cannot be read demands nothing, and one that can has a place that
// it can be written back to.
func FuzzParse(f *testing.F) {
	f.Add("")
	f.Add("not a token")
	f.Add(consistency.Position(1 << 40).Token())
	f.Add("AgAAAAAAAAAB") // of another version
	f.Fuzz(func(t *testing.T, token string) {
		if p := consistency.Parse(token); p != consistency.Parse(p.Token()) {
			t.Errorf("%q is read as %d, which does not survive", token, p)
		}
	})
}

func TestTokenOfAnotherVersionDemandsNothing(t *testing.T) {
	t.Parallel()
	if p := consistency.Parse("AgAAAAAAAAAB"); p != 0 {
		t.Errorf("it demands %d", p)
	}
}

func TestWithoutASessionNothingIsDemandedAndNothingKept(t *testing.T) {
	t.Parallel()
	s := consistency.From(t.Context())
	s.Touch(&place{at: 9}, 9)
	s.Saw(9, 9)
	ceiling, err := s.Ceiling(t.Context())
	if s != nil || s.Demand() != 0 || s.Floor() != 0 || ceiling != 0 || err != nil {
		t.Errorf("session %v demands %d, floor %d, ceiling %d, %v", s, s.Demand(), s.Floor(), ceiling, err)
	}
}

func TestAPartOfASessionDemandsMoreAndKeepsNothingToItself(t *testing.T) {
	t.Parallel()
	ctx, whole := consistency.Begin(t.Context(), 5)
	if part := consistency.Demanding(ctx, 3); consistency.From(part) != whole {
		t.Error("who demands enough got another session")
	}
	part := consistency.Demanding(ctx, 9)
	if got := consistency.From(part).Demand(); got != 9 || whole.Demand() != 5 {
		t.Error("the part demands", got, "and the whole", whole.Demand())
	}
	consistency.From(part).Saw(9, 12)
	consistency.From(part).Touch(&place{at: 20}, 10)
	seen, err := whole.Ceiling(t.Context())
	if err != nil || seen != 20 || whole.Floor() != 9 {
		t.Error("the whole has seen", seen, "and at least", whole.Floor(), err)
	}
	if part := consistency.Demanding(t.Context(), 4); consistency.From(part).Demand() != 4 {
		t.Error("without a session nothing is demanded")
	}
}

func TestSessionTravelsInTheContext(t *testing.T) {
	t.Parallel()
	ctx, s := consistency.Begin(t.Context(), 7)
	if consistency.From(ctx) != s || consistency.From(consistency.With(t.Context(), s)) != s {
		t.Error("the context has another session")
	}
}

func TestFloorIsTheLeastThatWasReadAndNothingBeforeThat(t *testing.T) {
	t.Parallel()
	_, s := consistency.Begin(t.Context(), 5)
	if s.Floor() != 0 {
		t.Errorf("before anything was read the floor is %d: a demand proves nothing", s.Floor())
	}
	s.Touch(&place{}, 20)
	s.Saw(11, 30)
	s.Touch(&place{}, 15)
	if s.Floor() != 11 {
		t.Errorf("the floor is %d, want 11", s.Floor())
	}
}

func TestCeilingIsTheGreatestOfAnswersAndTouchedPlaces(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		demand, seen, at, want consistency.Position
	}{
		"a demand is made up":      {demand: 99, seen: 5, at: 7, want: 7},
		"a cached answer is ahead": {demand: 5, seen: 9, at: 7, want: 9},
		"a server is ahead":        {demand: 5, seen: 7, at: 9, want: 9},
	} {
		_, s := consistency.Begin(t.Context(), c.demand)
		s.Saw(1, c.seen)
		s.Touch(&place{at: c.at}, 1)
		if got, err := s.Ceiling(t.Context()); got != c.want || err != nil {
			t.Errorf("%s: the ceiling is %d, %v; want %d", name, got, err, c.want)
		}
	}
}

func TestAPlaceIsAskedOnceForAllThatWasReadFromIt(t *testing.T) {
	t.Parallel()
	_, s := consistency.Begin(t.Context(), 0)
	p := &place{at: 3}
	for range 5 {
		s.Touch(p, 1)
	}
	first, err1 := s.Ceiling(t.Context())
	second, err2 := s.Ceiling(t.Context())
	if first != 3 || second != 3 || errors.Join(err1, err2) != nil || p.asked != 1 {
		t.Errorf("asked %d times for %d and %d", p.asked, first, second)
	}
	p.at = 8
	s.Touch(p, 1)
	if third, err := s.Ceiling(t.Context()); third != 8 || err != nil {
		t.Errorf("after another read the ceiling is %d, %v; want 8", third, err)
	}
}

func TestAPlaceThatCannotAnswerIsAnErrorAndAskedAgain(t *testing.T) {
	t.Parallel()
	_, s := consistency.Begin(t.Context(), 4)
	p := &place{at: 6, err: errors.New("gone")}
	s.Touch(p, 4)
	if got, err := s.Ceiling(t.Context()); got != 0 || err == nil {
		t.Errorf("the ceiling is %d, %v; want what is known, and the error", got, err)
	}
	p.err = nil
	if got, err := s.Ceiling(t.Context()); got != 6 || err != nil {
		t.Errorf("the ceiling is %d, %v; want 6", got, err)
	}
}

// Whatever order parallel reads come in, the bounds hold for all of them.
func TestBoundsHoldForParallelReads(t *testing.T) {
	t.Parallel()
	_, s := consistency.Begin(t.Context(), 10)
	var wg sync.WaitGroup
	for i := range consistency.Position(50) {
		wg.Go(func() { s.Touch(&place{at: 200 + i}, 100+i) })
		wg.Go(func() { s.Saw(50+i, 300+i) })
	}
	wg.Wait()
	ceiling, err := s.Ceiling(t.Context())
	if s.Floor() != 50 || ceiling != 349 || err != nil {
		t.Errorf("floor %d, ceiling %d, %v; want 50 and 349", s.Floor(), ceiling, err)
	}
}
