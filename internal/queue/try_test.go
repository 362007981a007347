package queue_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/queue"
)

func TestATryGivesWayBeforeItBegins(t *testing.T) {
	t.Parallel()
	var order []string
	w := queue.Work{
		Handlers: queue.Handlers{topic: func(context.Context, []byte) error {
			order = append(order, "tried")
			return nil
		}},
		Observe: func(string, time.Duration, error) {},
		GiveWay: func(context.Context) { order = append(order, "gave way") },
	}
	for range 2 {
		if err := w.Run(t.Context(), queue.Try{Topic: topic, Number: 1, Of: 1}, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"gave way", "tried", "gave way", "tried"}; !slices.Equal(order, want) {
		t.Errorf("it did %q, want %q", order, want)
	}
}
