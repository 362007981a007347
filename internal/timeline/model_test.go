package timeline_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

func compare(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }

// worlds is how many histories happen at the same time.
const worlds = 2

// setting is a number from the environment.
func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text, ok := os.LookupEnv(name)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(name, err)
	}
	return n
}

func TestModelOfTimelinesHoldsThroughRandomHistories(t *testing.T) {
	t.Parallel()
	histories, first := setting(t, "THRONG_HISTORIES", 60), setting(t, "THRONG_SEED", 0)
	var next, failed atomic.Int64
	began := time.Now()
	for n := range worlds {
		t.Run(fmt.Sprint("world ", n), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for failed.Load() == 0 {
				i := int(next.Add(1)) - 1
				if i >= histories {
					t.Log(i, "histories after", time.Since(began))
					return
				}
				if err := w.try(t, uint64(first+i)); err != nil {
					failed.Add(1)
					t.Fatalf("history %d, seed %d: %v", i+1, first+i, err)
				}
			}
		})
	}
}

func (w *world) try(t *testing.T, seed uint64) error {
	t.Helper()
	h, err := w.begin(t.Context(), seed)
	if err != nil {
		return err
	}
	if err := h.live(nil); err != nil {
		return fmt.Errorf("%w\n%s", err, strings.Join(h.log, ""))
	}
	return nil
}
