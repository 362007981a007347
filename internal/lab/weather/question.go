package weather

import (
	"context"
	"math/rand/v2"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/lab/load"
)

// metrics are what the columns of a file are called in the contract.
var metrics = [columns]weatherv1.Metric{weatherv1.Metric_METRIC_TEMPERATURE, weatherv1.Metric_METRIC_HUMIDITY, weatherv1.Metric_METRIC_WIND_SPEED}

// question asks for an average.
type question struct {
	// place and column are numbers of the truth.
	place, column int
	// always asks over all time; from and to, in milliseconds since 1970, say nothing then.
	always   bool
	from, to int64
}

// draw makes a question about a place.
func (t *truth) draw(random *rand.Rand, place int, always bool) question {
	q := question{place: place, column: random.IntN(columns), always: always}
	if !always {
		a, b := random.Int64N(t.end-t.begin), random.Int64N(t.end-t.begin)
		// The end does not belong to the range, which is never empty.
		q.from, q.to = t.begin+min(a, b), t.begin+max(a, b)+1
	}
	return q
}

func (t *truth) request(q question) *weatherv1.GetAverageRequest {
	req := &weatherv1.GetAverageRequest{LocationId: t.ids[q.place], Metric: metrics[q.column]}
	if !q.always {
		req.From, req.To = timestamppb.New(time.UnixMilli(q.from)), timestamppb.New(time.UnixMilli(q.to))
	}
	return req
}

// choose is the number of the place that a user asks of.
type choose func(random *rand.Rand, user int) int

// asking makes a workload. Each has a number of its own, so that no two have the same
// questions.
func (r *run) asking(number uint64, always bool, of choose) load.Do {
	return func(ctx context.Context, q load.Request) error {
		random := rand.New(rand.NewPCG(r.Seed+number<<32, uint64(q.N))) //nolint:gosec // requests are counted from 0
		return r.ask(ctx, r.truth.draw(random, of(random, q.User), always))
	}
}

// ask asks, and checks the answer.
func (r *run) ask(ctx context.Context, q question) error {
	res, err := r.weather.GetAverage(ctx, r.truth.request(q))
	if err != nil {
		return err
	}
	right := r.truth.answer(q)
	r.answers.Add(1)
	r.values.Add(right.count)
	return right.check(res.GetSummary())
}
