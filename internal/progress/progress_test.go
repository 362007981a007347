package progress_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/throng-social/throng/internal/progress"
)

func TestALineEveryFiveSecondsTellsWhereThereIsNoTerminal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		p := progress.New(&out, "importing", "rows", 400)
		for range 8 {
			time.Sleep(2 * time.Second)
			p.Step(50)
		}
		if n := strings.Count(out.String(), "\n"); n != 2 {
			t.Errorf("%d lines in 16 s:\n%s", n, &out)
		}
	})
}

func TestRateAndTimeLeftAreThoseOfWhatIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		p := progress.New(&out, "importing", "rows", 4000)
		time.Sleep(10 * time.Second)
		p.At(500, 1000) // 500 rows were a quarter of the way
		p.Sayf("line %d: odd", 7)
		p.Finish()
		if want := "500 rows (25 %), 50/s, 30s left\nline 7: odd\n"; out.String() != want {
			t.Errorf("told %q, want %q", out.String(), want)
		}
	})
}

func TestStepsAreCountedAndPlacesNeverGoBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		p := progress.New(&out, "loading", "rows", 100)
		p.Step(30)
		p.At(20, 10)
		time.Sleep(5 * time.Second)
		p.Step(10)
		if want := "60 rows (40 %), 12/s, 8s left\n"; out.String() != want {
			t.Errorf("told %q, want %q", out.String(), want)
		}
	})
}
