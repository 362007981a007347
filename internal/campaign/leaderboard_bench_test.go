package campaign_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/campaign/board/redisboard"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/redis/redistest"
)

const million = 1_000_000

// What the method costs on a board of a million: the first read, which loads the
// board from Postgres, then tops and parts around the caller, from several
// goroutines. Scores of another position come every second.
func BenchmarkLeaderboardOfAMillion(b *testing.B) {
	roomy := func(t testing.TB) board.Board {
		t.Helper()
		return redisboard.New(redistest.Connect(t, redistest.New(t, func(o *devstack.RedisOptions) { o.MaxMemoryMB = 2000 }).URL()), "")
	}
	for name, adapter := range map[string]func(testing.TB) board.Board{"in memory": adapters["in memory"], "in Redis": roomy} {
		b.Run(name, func(b *testing.B) {
			c := newContest(b, pgtest.New(b), 1000, 10)
			c.fill(million)
			s := c.serve(adapter(b))
			began := time.Now()
			c.settle(s)
			b.Logf("a million loaded in %v", time.Since(began))
			b.Run("top", func(b *testing.B) {
				measure(b, s, func() (context.Context, *campaignv1.GetLeaderboardRequest) {
					return c.t.Context(), c.reading(ofMembers, size(100))
				})
			})
			b.Run("around", func(b *testing.B) {
				measure(b, s, func() (context.Context, *campaignv1.GetLeaderboardRequest) {
					return c.member(c.people[rand.IntN(len(c.people))]), c.reading(ofMembers, aroundMe, size(100))
				})
			})
		})
	}
}

// fill gives scores to the people of the contest and to as many others as there are
// to be.
func (c *contest) fill(n int) {
	c.t.Helper()
	c.count()
	c.exec(`INSERT INTO campaign_scores SELECT $1, 2, s, (random() * 1e9)::bigint + 1, 1, row_number() OVER ()
	        FROM (SELECT unnest($2::uuid[]) s UNION ALL SELECT uuid_v7() FROM generate_series(1, $3)) people`, c.id, c.people, n-len(c.people))
	c.exec(`INSERT INTO campaign_score_changes SELECT campaign_id, scope, subject_id, position, score, fact_id FROM campaign_scores WHERE campaign_id = $1`, c.id)
	c.exec(`ANALYZE campaign_scores`)
	c.exec(`ANALYZE campaign_score_changes`)
}

// settle reads until the board is there: the first readers may be told to come back.
func (c *contest) settle(s site) {
	c.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; {
		_, err := s.GetLeaderboard(c.t.Context(), c.reading(ofMembers))
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatal(err)
		}
	}
}

func measure(b *testing.B, s site, next func() (context.Context, *campaignv1.GetLeaderboardRequest)) {
	b.Helper()
	var slowest atomic.Int64
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		var took []time.Duration
		for pb.Next() {
			ctx, req := next()
			began := time.Now()
			res, err := s.GetLeaderboard(ctx, req)
			if err != nil || len(res.GetStandings()) != 100 {
				b.Error(res.GetSize(), err)
				return
			}
			took = append(took, time.Since(began))
		}
		if len(took) > 0 {
			slices.Sort(took)
			slowest.Store(max(slowest.Load(), int64(took[len(took)*99/100])))
		}
	})
	b.ReportMetric(float64(slowest.Load()), "ns/p99")
}

// The boards of an earlier position of a million people, as a freeze asks for.
func BenchmarkLeaderboardOfThePast(b *testing.B) {
	c := newContest(b, pgtest.New(b), 1000, 10)
	c.fill(million)
	c.count(c.some()...)
	s := c.serve(nil)
	at := c.countedAt(1)
	began := time.Now()
	for {
		if _, err := s.GetLeaderboard(b.Context(), c.reading(ofMembers, asOf(at), size(100))); err == nil {
			break
		}
	}
	b.Logf("a million as of the position before in %v", time.Since(began))
}
