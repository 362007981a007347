package audit

import (
	"context"
	"math"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/gen/db/auditdb"
)

// checkedAtOnce is how many timelines a full audit reads at the same time.
const checkedAtOnce = 4

// Progress is told of each timeline that was compared.
type Progress func(f Finding)

// All compares every reader's timeline, or those of so many drawn at random; 0
// means all. It repairs nothing.
func (a *Auditor) All(ctx context.Context, sample int, tell Progress) error {
	if sample > 0 {
		readers, err := a.draw(ctx, sample)
		if err != nil {
			return err
		}
		return a.each(ctx, readers, tell)
	}
	for after := uuid.Nil; ; {
		readers, err := a.q.ListReaders(ctx, a.DB.Primary(ctx), auditdb.ListReadersParams{AfterID: after, PageLimit: listedAtOnce})
		if err != nil || len(readers) == 0 {
			return err
		}
		if err := a.each(ctx, readers, tell); err != nil {
			return err
		}
		after = readers[len(readers)-1]
	}
}

// Readers counts those whose timelines All compares.
func (a *Auditor) Readers(ctx context.Context, sample int) (int64, error) {
	n, err := a.q.CountReaders(ctx, a.DB.Primary(ctx))
	if sample > 0 {
		n = min(n, int64(sample))
	}
	return n, err
}

func (a *Auditor) each(ctx context.Context, readers []uuid.UUID, tell Progress) error {
	found := make(chan Finding)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(checkedAtOnce)
	go func() {
		defer close(found)
		for _, r := range readers {
			g.Go(func() error {
				f, err := a.Check(ctx, r)
				if err == nil {
					found <- f
				}
				return err
			})
		}
		_ = g.Wait()
	}()
	for f := range found {
		tell(f)
	}
	return g.Wait()
}

func (a *Auditor) setRatio(posts, missing int) {
	ratio := 0.0
	if posts > 0 {
		ratio = float64(missing) / float64(posts)
	}
	a.ratio.Store(math.Float64bits(ratio))
}

var (
	descRatio   = prometheus.NewDesc("throng_timeline_missing_ratio", "Share of posts missing in the timelines that the last audit sampled; must read 0.", nil, nil)
	descAudited = prometheus.NewDesc("throng_timeline_audited_total", "What audits compared and found.", []string{"what"}, nil)
)

// Describe implements prometheus.Collector.
func (a *Auditor) Describe(ch chan<- *prometheus.Desc) {
	ch <- descRatio
	ch <- descAudited
}

// Collect implements prometheus.Collector.
func (a *Auditor) Collect(ch chan<- prometheus.Metric) {
	ch <- prometheus.MustNewConstMetric(descRatio, prometheus.GaugeValue, math.Float64frombits(a.ratio.Load()))
	for what, n := range map[string]int64{
		"readers": a.total.Readers.Load(), "posts": a.total.Posts.Load(), "missing": a.total.Missing.Load(),
		"extra": a.total.Extra.Load(), "repairs": a.total.Repairs.Load(),
	} {
		ch <- prometheus.MustNewConstMetric(descAudited, prometheus.CounterValue, float64(n), what)
	}
}
