package campaign_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/score"
)

// rush stores 100,000 check-ins of 10,000 people in 500 teams, not counted.
func (w *counting) rush(campaign uuid.UUID) {
	w.t.Helper()
	w.run(`INSERT INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment)
		SELECT $1, 3, uuid(lpad(to_hex(p), 32, '0')), uuid(lpad(to_hex(1000000 + p % 500), 32, '0')), now() FROM generate_series(1, 10000) AS p`, campaign)
	w.run(`INSERT INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment, day)
		SELECT $1, 1, uuid(lpad(to_hex(1 + (i * 7919) % 10000), 32, '0')), uuid(lpad(to_hex(2000000 + i), 32, '0')),
		       '2026-05-01'::timestamptz + i * interval '6 seconds', date '2026-05-01' + i / 14400
		FROM generate_series(1, 100000) AS i`, campaign)
	w.run(`ANALYZE campaign_facts`)
}

func BenchmarkFoldOfAHundredThousandCheckIns(b *testing.B) {
	for name, rules := range map[string]score.Rules{"points": byPoints, "togetherness": byTogetherness} {
		b.Run(name, func(b *testing.B) {
			w := startCounting(b)
			c := w.found(rules)
			w.rush(c)
			began := time.Now()
			w.count(c)
			b.ReportMetric(time.Since(began).Seconds(), "s/fold")
			w.ForgetStates()
			w.add(c, score.Fact{Kind: score.CheckedIn, User: nth(aPerson, 1), Subject: nth(aCheckIn, 1)})
			began = time.Now()
			w.count(c)
			b.ReportMetric(time.Since(began).Seconds(), "s/rebuild")
			began = time.Now()
			if diffs := w.boardDifferences(c, rules); diffs != 0 {
				b.Errorf("%d differences", diffs)
			}
			b.ReportMetric(time.Since(began).Seconds(), "s/compare")
		})
	}
}

// boardDifferences compares the scores with the definition.
func (w *counting) boardDifferences(campaign uuid.UUID, rules score.Rules) (n int) {
	full, people := score.NewFull(rules), map[uuid.UUID][]score.Fact{}
	for _, f := range w.counted(campaign) {
		people[f.User] = append(people[f.User], f)
	}
	for _, history := range people {
		full.Add(history)
	}
	board := w.board(campaign, 0)
	for key, s := range full.Scores() {
		if board[key].Score != s {
			n++
		}
		delete(board, key)
	}
	return n + len(board)
}

// BenchmarkLag counts a thousand facts a second for some seconds and tells how old
// they were when their position was reached.
func BenchmarkLagAtAThousandFactsASecond(b *testing.B) {
	const seconds, writers, perSecond = 10, 8, 1000
	w := startCounting(b)
	c := w.found(byPoints)
	w.rush(c)
	w.count(c)
	stop := w.running()
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() { w.checkInSteadily(b.Context(), c, i, seconds*perSecond/writers, time.Second*writers/perSecond) })
	}
	wg.Wait()
	w.settled()
	stop()
	var p50, p99, most float64
	ok(b, w.db.Primary(b.Context()).QueryRow(b.Context(), `
		SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY lag), percentile_cont(0.99) WITHIN GROUP (ORDER BY lag), max(lag)
		FROM (SELECT extract(epoch FROM p.counted_at - f.moment) * 1000 AS lag
		      FROM campaign_facts AS f JOIN campaign_positions AS p USING (campaign_id, position)
		      WHERE f.campaign_id = $1 AND f.moment > now() - interval '10 minutes' AND f.kind = 1) AS l`, c).Scan(&p50, &p99, &most))
	b.ReportMetric(p50, "p50_ms")
	b.ReportMetric(p99, "p99_ms")
	b.ReportMetric(most, "max_ms")
	b.ReportMetric(float64(w.number(`SELECT count(*) FROM campaign_facts WHERE moment > now() - interval '10 minutes' AND kind = 1`)), "facts")
}

func (w *counting) checkInSteadily(ctx context.Context, campaign uuid.UUID, writer, n int, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := range n {
		<-tick.C
		now := time.Now()
		f := score.Fact{Kind: score.CheckedIn, User: nth(0, 1+(writer*n+i)%10000), Subject: nth(aCheckIn, writer*n+i), Moment: now.UnixMicro(), Day: int32(now.Unix() / 86400)}
		if _, err := w.db.Writer(ctx).Exec(ctx, addFact, factArgs(campaign, f)...); err != nil {
			w.t.Error(err)
		}
	}
}
