package weather

import (
	"context"
	"fmt"
	"time"

	"github.com/throng-social/throng/internal/lab/deployment"
	"github.com/throng-social/throng/internal/lab/load"
)

// Sample is an interval of a measurement; Second is its end. Rates are a second, times in
// milliseconds.
type Sample struct {
	Second float64        `json:"second"`
	OK     float64        `json:"ok"`
	P99    float64        `json:"p99"`
	Errors float64        `json:"errors"`
	CPU    deployment.CPU `json:"cpu"`
}

// sampler looks at a measurement at regular times.
type sampler struct {
	*run
	plan

	recorder *load.Recorder
	// first is when it began to count, last when it was looked at last.
	began       time.Time
	first, last deployment.Moment
	// before is what there was before it counted, counted what there was from then on.
	before, counted *load.Result
	samples         []Sample
}

func newSampler(ctx context.Context, r *run, p plan) *sampler {
	s := &sampler{run: r, plan: p, recorder: load.NewRecorder(), began: time.Now(), before: nothing(), counted: nothing()}
	s.first = s.Now(ctx)
	s.last = s.first
	return s
}

func nothing() *load.Result { return load.NewRecorder().Cut() }

// during does what is planned, and samples meanwhile and once after it.
func (s *sampler) during(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- s.do(ctx, s.recorder) }()
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	var settled <-chan time.Time
	if s.settle > 0 {
		settled = time.After(s.settle)
	}
	for {
		select {
		case err := <-ended:
			s.take(ctx)
			return err
		case <-settled:
			s.take(ctx)
			s.first, s.before, s.counted = s.last, s.counted, nothing()
		case <-tick.C:
			s.take(ctx)
		}
	}
}

// take takes in what came since it was looked at last; of next to no time it makes no
// sample.
func (s *sampler) take(ctx context.Context) {
	now, before, cut := s.Now(ctx), s.last, s.recorder.Cut()
	s.last = now
	s.counted.Add(cut)
	length := now.At.Sub(before.At).Seconds()
	if length < s.Every.Seconds()/4 {
		return
	}
	ok := cut.Count(load.OK)
	sample := Sample{
		Second: now.At.Sub(s.began).Seconds(), OK: float64(ok) / length, P99: load.Milliseconds(cut.Latency.Quantile(0.99)),
		Errors: float64(cut.Due()-ok) / length, CPU: now.Since(before, length),
	}
	s.samples = append(s.samples, sample)
	fmt.Fprintf(s.Out, "%s, %4.0f s: %6.0f a second, p99 %.1f ms, %.1f errors a second\n", s.name, sample.Second, sample.OK, sample.P99, sample.Errors)
}

// result is what it came to.
func (s *sampler) result() Stretch {
	length := s.last.At.Sub(s.first.At).Seconds()
	return Stretch{
		Calls: load.CallsOf(s.name, s.counted), Users: s.users, Rate: float64(s.counted.Count(load.OK)) / length, Coming: load.CallsOf(s.name, s.before).Outcomes,
		Late: load.LateOf(s.counted.Lag), CPU: s.last.Since(s.first, length), Samples: s.samples,
	}
}
