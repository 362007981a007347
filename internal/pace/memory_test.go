package pace_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/pace/pacetest"
)

func TestMemoryKeepsTheContractOfALimiter(t *testing.T) {
	t.Parallel()
	pacetest.Run(t, func(*testing.T) pace.Limiter { return pace.NewMemory(0, time.Now) })
}

func TestTokensComeBackOneByOneUntilTheBurstIsFull(t *testing.T) {
	t.Parallel()
	now := time.Now()
	m, r := pace.NewMemory(0, func() time.Time { return now }), pace.Rate{PerMinute: 6, Burst: 3}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 3}, {9 * time.Second, 0}, {time.Second, 1}, {25 * time.Second, 2}, {5 * time.Second, 1}, {time.Hour, 3}} {
		now = now.Add(step.after)
		if n := pacetest.Admitted(t, m, "ada", r, 10); n != step.want {
			t.Errorf("after another %v %d are let through, want %d", step.after, n, step.want)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := pace.NewMemory(10, time.Now)
	for i := range 10_000 {
		if m.Take(t.Context(), strconv.Itoa(i), pacetest.Hourly) != 0 {
			t.Fatal("who was never seen must wait")
		}
	}
}

func TestAnAccountThatIsTooFastIsToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	p := pace.New(nil, "post", pace.Rate{PerMinute: 1, Burst: 1}, "you are too fast")
	ada := uuid.New()
	if err := p.Admit(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	err := p.Admit(t.Context(), ada)
	if f, ok := err.(*fault.Error); !ok || f.Kind != fault.Exhausted || f.RetryAfter <= 0 || f.Message != "you are too fast" { //nolint:errorlint // it is not wrapped
		t.Errorf("the second is refused with %v", err)
	}
	if err := p.Admit(t.Context(), uuid.New()); err != nil {
		t.Error("somebody else is refused with", err)
	}
	if err := pace.New(nil, "post", pace.Rate{}, "").Admit(t.Context(), ada); err != nil {
		t.Error("without a limit he is refused with", err)
	}
}
