package app_test

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/campaign/campaigntest"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/redis/redistest"
)

// checkIns is how many check-ins a rush has. THRONG_CHECK_INS=100000 is the size that
// campaigns are promised to hold, by 10,000 people in 500 teams.
func checkIns(t *testing.T) int {
	t.Helper()
	if text := os.Getenv("THRONG_CHECK_INS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("THRONG_CHECK_INS is %q", text)
		}
		return n
	}
	if small || testing.Short() {
		return 800
	}
	return 3000
}

// Sixty-four clients act at once at two processes, of which one ranks boards in Redis,
// which is emptied in the middle, and the other in its memory. Whatever anybody was
// shown is what the facts make, and the facts are what was acknowledged.
func TestARushIsCountedExactlyOnAllBoards(t *testing.T) { //nolint:paralleltest // a busy world: one after the other, its checks at once
	db, server := pgtest.NewReplicated(t, 1), redistest.New(t)
	inRedis := deploy(t, db, seams[0], func(s *app.Settings) { s.RedisURL, s.Boards = server.URL(), "redis" })
	inMemory := deploy(t, db, seams[0], func(s *app.Settings) { s.Boards = "memory" })
	pool, err := postgres.Open(t.Context(), db.Config(4), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	bases := []string{inRedis.base, inMemory.base}
	there := campaigntest.Deployment{Servers: bases, DB: pool, Token: func(ctx context.Context, handle string) (string, error) {
		return inRedis.app.Token(ctx, handle, 24*time.Hour)
	}}
	redis := redistest.Connect(t, server.URL())
	n := checkIns(t)
	for i, c := range []struct {
		name     string
		rules    *campaignv1.Rules
		checkIns int
	}{
		{"points", campaigntest.ByPoints(), n},
		{"togetherness", campaigntest.ByTogetherness(), n / 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			crowd := campaigntest.Gather(t, there, campaigntest.Sized(c.checkIns, c.rules, uint64(i)))
			crowd.Rush(func(ctx context.Context) {
				for _, part := range []int{3, 2} {
					crowd.Reach(ctx, c.checkIns/part)
					redistest.Flush(t, redis)
				}
			})
			for reason := range crowd.Failures() {
				if reason == "internal" || reason == "unknown" {
					t.Errorf("a call failed with %s: %v", reason, crowd.Failures())
				}
			}
			crowd.Verify(bases...)
			crowd.Settled(inRedis.app.OpenJobs)
			crowd.VerifyPosts(inMemory.base)
			if err := inMemory.app.Recount(t.Context(), "campaign", t.Output()); err != nil {
				t.Error(err)
			}
		})
	}
}
