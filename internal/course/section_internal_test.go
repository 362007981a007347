package course

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

func TestASectionThatPanicsFailsAndItsPlaceIsFreeAgain(t *testing.T) {
	t.Parallel()
	s := &Service{log: slog.New(slog.DiscardHandler), sections: newPlaces(1)}
	for range 3 {
		sec := begin(t.Context(), s, nameCourse, func(context.Context) (int, error) { panic("for this test") })
		if n := sec.end(); n != 0 || sec.err == nil || s.reasonOf(t.Context(), nameCourse, sec.err) != "internal" {
			t.Errorf("it is %d, %v", n, sec.err)
		}
	}
}

func TestASectionIsNotWaitedForWhenItsTimeIsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &Service{log: slog.New(slog.DiscardHandler), sections: newPlaces(1)}
		ctx, cancel := context.WithTimeout(t.Context(), sectionTime)
		defer cancel()
		ended := make(chan struct{})
		began := time.Now()
		hangs := begin(ctx, s, nameReviews, func(context.Context) (int, error) { <-ended; return 1, nil })
		quick := begin(ctx, s, nameSyllabus, func(context.Context) (int, error) { time.Sleep(sectionTime / 2); return 2, nil })
		refused := begin(ctx, s, nameReviews, func(context.Context) (int, error) { return 3, nil })
		if n := refused.end(); n != 0 || !errors.Is(refused.err, errBusy) {
			t.Errorf("one past the bound is %d, %v", n, refused.err)
		}
		if n := hangs.end(); n != 0 || !errors.Is(hangs.err, errLate) || time.Since(began) != sectionTime {
			t.Errorf("one that hangs is %d, %v after %v", n, hangs.err, time.Since(began))
		}
		if n := quick.end(); n != 2 || quick.err != nil {
			t.Errorf("a quick one is %d, %v", n, quick.err)
		}
		close(ended)
	})
}
