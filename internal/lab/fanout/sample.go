package fanout

import (
	"context"
	"time"

	"github.com/throng-social/throng/internal/lab/load"
)

// sampler looks at a run at regular times.
type sampler struct {
	*run

	reads, writes *load.Recorder
	began         time.Time
	last          moment
	samples       []Sample
}

// moment is what was known at one time.
type moment struct {
	at       time.Time
	metrics  metrics
	postgres *time.Duration
}

func newSampler(r *run, before metrics) *sampler {
	s := &sampler{run: r, reads: load.NewRecorder(), writes: load.NewRecorder(), began: time.Now()}
	s.last = s.now(before)
	return s
}

func (s *sampler) now(m metrics) moment {
	n := moment{at: time.Now(), metrics: m}
	if spent, err := s.postgresTime(); err == nil {
		n.postgres = &spent
	}
	return n
}

// during samples while fn runs, and once after it.
func (s *sampler) during(ctx context.Context, fn func(context.Context) error) error {
	ended := make(chan error, 1)
	go func() { ended <- fn(ctx) }()
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			s.take(ctx)
			return err
		case <-tick.C:
			s.take(ctx)
		}
	}
}

// take adds a sample. A server that does not tell its metrics for once leaves a
// gap.
func (s *sampler) take(ctx context.Context) {
	m, err := scrape(ctx, s.server.Client, s.server.Base)
	if err != nil {
		m = metrics{}
	}
	now, before := s.now(m), s.last
	s.last = now
	length := now.at.Sub(before.at).Seconds()
	reads, writes := s.reads.Cut(), s.writes.Cut()
	rate := func(name string) *float64 { return each(m.since(before.metrics, name), length) }
	sample := Sample{
		Second: now.at.Sub(s.began).Seconds(),
		Reads:  float64(reads.Count(load.OK)) / length, ReadP50: ms(reads.Latency.Quantile(0.5)), ReadP99: ms(reads.Latency.Quantile(0.99)),
		Writes: float64(writes.Count(load.OK)) / length, WriteP99: ms(writes.Latency.Quantile(0.99)),
		Deliveries: rate(metricDeliveries), Copies: rate(metricCopies), Pulls: rate(metricPulls), Moves: rate(metricMoves),
		Missing: m.ratio(), ServerCPU: rate(metricCPU), Jobs: s.jobs(m),
	}
	if now.postgres != nil && before.postgres != nil {
		spent := (*now.postgres - *before.postgres).Seconds()
		sample.PostgresCPU = each(&spent, length)
	}
	if size, err := s.look.Size(ctx); err == nil {
		bytes := float64(size.Bytes)
		sample.Bytes = &bytes
	}
	s.samples = append(s.samples, sample)
	s.show.sample(s.variant, sample, s.Duration)
}

// jobs is how many wait; a server exports nothing where there are none.
func (s *sampler) jobs(m metrics) *float64 {
	if len(m.Metrics) == 0 {
		return nil
	}
	n := m.Metrics[metricJobs]
	return &n
}
