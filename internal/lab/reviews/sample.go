package reviews

import (
	"context"
	"fmt"
	"time"

	"github.com/throng-social/throng/internal/lab/deployment"
	"github.com/throng-social/throng/internal/lab/load"
)

// Sample is an interval of a phase; Second is its end. Rates are a second, times in
// milliseconds.
type Sample struct {
	Second float64 `json:"second"`
	// Kinds are in the order of the phase's.
	Kinds [kinds]KindSample `json:"kinds"`
	CPU   deployment.CPU    `json:"cpu"`
}

// KindSample is what became of calls of a kind.
type KindSample struct {
	OK     float64 `json:"ok"`
	P99    float64 `json:"p99"`
	Errors float64 `json:"errors"`
}

// sampler looks at a phase at regular times.
type sampler struct {
	*phase

	began       time.Time
	first, last deployment.Moment
	samples     []Sample
}

func newSampler(ctx context.Context, p *phase) *sampler {
	s := &sampler{phase: p, began: time.Now()}
	s.first = s.Now(ctx)
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
			if time.Since(s.last.At) < s.Every/4 {
				s.last = s.Now(ctx)
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
	now, before := s.Now(ctx), s.last
	s.last = now
	length := now.At.Sub(before.At).Seconds()
	sample := Sample{Second: now.At.Sub(s.began).Seconds(), CPU: now.Since(before, length)}
	for k, recorder := range s.recorders {
		cut := recorder.Cut()
		sample.Kinds[k] = KindSample{
			OK: float64(cut.Count(load.OK)) / length, P99: load.Milliseconds(cut.Latency.Quantile(0.99)), Errors: float64(cut.Due()-cut.Count(load.OK)) / length,
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
