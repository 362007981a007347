package rush

import (
	"context"
	"fmt"
	"time"

	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
)

const metricCPU = "process_cpu_seconds_total"

// Sample is an interval of the clock; Second is its end. Rates are a second, times in
// milliseconds, processor time in processors. What is not known is null.
type Sample struct {
	Second float64 `json:"second"`
	// Kinds are in the order of the result's.
	Kinds [kinds]KindSample `json:"kinds"`
	// P99 is of all but sign-ins.
	P99          float64  `json:"p99"`
	Lag          *float64 `json:"lagMost"`
	ServerCPU    *float64 `json:"serverCpu"`
	PostgresCPU  *float64 `json:"postgresCpu"`
	GeneratorCPU float64  `json:"generatorCpu"`
}

// KindSample is what became of things of a kind.
type KindSample struct {
	OK      float64 `json:"ok"`
	P99     float64 `json:"p99"`
	Refused float64 `json:"refused"`
	Errors  float64 `json:"errors"`
}

// sampler looks at a run at regular times.
type sampler struct {
	*run

	began       time.Time
	first, last moment
	samples     []Sample
}

// moment is what was spent until one time.
type moment struct {
	at               time.Time
	server, postgres *float64
	generator        time.Duration
}

func newSampler(ctx context.Context, r *run) *sampler {
	s := &sampler{run: r, began: time.Now()}
	s.first = s.now(ctx)
	s.last = s.first
	return s
}

func (s *sampler) now(ctx context.Context) moment {
	m := moment{at: time.Now(), generator: process.OwnTime()}
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

// take adds a sample.
func (s *sampler) take(ctx context.Context) {
	now, before := s.now(ctx), s.last
	s.last = now
	length := now.at.Sub(before.at).Seconds()
	sample := Sample{
		Second: now.at.Sub(s.began).Seconds(), Lag: s.lag.cut(),
		ServerCPU: spent(before.server, now.server, length), PostgresCPU: spent(before.postgres, now.postgres, length),
		GeneratorCPU: (now.generator - before.generator).Seconds() / length,
	}
	together := load.NewHistogram()
	for k, recorder := range s.work.recorders {
		cut := recorder.Cut()
		sample.Kinds[k] = KindSample{
			OK: float64(cut.Count(load.OK)) / length, P99: ms(cut.Latency.Quantile(0.99)),
			Refused: float64(cut.Count(load.Refused)) / length, Errors: float64(errorsOf(cut)) / length,
		}
		if kind(k) != signIn {
			together.Add(cut.Latency)
		}
	}
	sample.P99 = ms(together.Quantile(0.99))
	s.samples = append(s.samples, sample)
	fmt.Fprintf(s.Out, "%4.0f of %.0f s: %4.0f boards, %4.0f joins, %4.0f teams, %4.0f check-ins and %3.0f sign-ins a second; p99 %.0f ms\n",
		sample.Second, s.Duration.Seconds(), sample.Kinds[look].OK, sample.Kinds[join].OK, sample.Kinds[create].OK, sample.Kinds[checkIn].OK, sample.Kinds[signIn].OK, sample.P99)
}

// spent is what was spent a second; nil where it is not known at both ends.
func spent(before, now *float64, length float64) *float64 {
	if before == nil || now == nil {
		return nil
	}
	rate := (*now - *before) / length
	return &rate
}

// errorsOf are the outcomes that are neither good nor a refusal of a server that
// protects itself.
func errorsOf(r *load.Result) (n int64) {
	for _, o := range load.Outcomes() {
		if o != load.OK && o != load.Refused {
			n += r.Count(o)
		}
	}
	return n
}
