package reviews

import (
	"context"
	"fmt"
	"time"

	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
)

const metricCPU = "process_cpu_seconds_total"

// Sample is an interval of a phase; Second is its end. Rates are a second, times in
// milliseconds.
type Sample struct {
	Second float64 `json:"second"`
	// Kinds are in the order of the phase's.
	Kinds [kinds]KindSample `json:"kinds"`
	CPU   CPU               `json:"cpu"`
}

// KindSample is what became of calls of a kind.
type KindSample struct {
	OK     float64 `json:"ok"`
	P99    float64 `json:"p99"`
	Errors float64 `json:"errors"`
}

// CPU is how many processors were at work. What is not known is null.
type CPU struct {
	Server    *float64 `json:"server"`
	Postgres  *float64 `json:"postgres"`
	Generator float64  `json:"generator"`
}

// moment is what was spent until one time, in seconds.
type moment struct {
	at               time.Time
	server, postgres *float64
	generator        float64
}

func (s *stage) now(ctx context.Context) moment {
	m := moment{at: time.Now(), generator: process.OwnTime().Seconds()}
	if s.server != nil {
		if exported, err := process.Scrape(ctx, s.server.Client, s.base); err == nil {
			m.server = exported.Get(metricCPU)
		}
	}
	if spent, err := s.postgresTime(); err == nil {
		seconds := spent.Seconds()
		m.postgres = &seconds
	}
	return m
}

// since is what was at work from another moment on, so many seconds before.
func (m moment) since(before moment, seconds float64) CPU {
	rate := func(from, to *float64) *float64 {
		if from == nil || to == nil {
			return nil
		}
		spent := (*to - *from) / seconds
		return &spent
	}
	return CPU{
		Server: rate(before.server, m.server), Postgres: rate(before.postgres, m.postgres), Generator: (m.generator - before.generator) / seconds,
	}
}

// sampler looks at a phase at regular times.
type sampler struct {
	*phase

	began       time.Time
	first, last moment
	samples     []Sample
}

func newSampler(ctx context.Context, p *phase) *sampler {
	s := &sampler{phase: p, began: time.Now()}
	s.first = s.now(ctx)
	s.last = s.first
	return s
}

// during samples while fn runs, and once after it, unless next to nothing is left.
func (s *sampler) during(ctx context.Context, fn func(context.Context) error) error {
	ended := make(chan error, 1)
	go func() { ended <- fn(ctx) }()
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if time.Since(s.last.at) < s.Every/4 {
				s.last = s.now(ctx)
				return err
			}
			s.take(ctx)
			return err
		case <-tick.C:
			s.take(ctx)
		}
	}
}

// take adds a sample.
func (s *sampler) take(ctx context.Context) {
	now, before := s.now(ctx), s.last
	s.last = now
	length := now.at.Sub(before.at).Seconds()
	sample := Sample{Second: now.at.Sub(s.began).Seconds(), CPU: now.since(before, length)}
	for k, recorder := range s.recorders {
		cut := recorder.Cut()
		sample.Kinds[k] = KindSample{
			OK: float64(cut.Count(load.OK)) / length, P99: ms(cut.Latency.Quantile(0.99)), Errors: float64(cut.Due()-cut.Count(load.OK)) / length,
		}
	}
	s.samples = append(s.samples, sample)
	var written float64
	for _, k := range []kind{adding, marking, reporting} {
		written += sample.Kinds[k].OK
	}
	fmt.Fprintf(s.Out, "%4.0f of %.0f s: %5.0f lists and %5.0f sums a second, p99 %.1f and %.1f ms; %.1f writes a second\n", sample.Second, s.Duration.Seconds(),
		sample.Kinds[listing].OK, sample.Kinds[summing].OK, sample.Kinds[listing].P99, sample.Kinds[summing].P99, written)
}
