package demo

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"time"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	throng "github.com/throng-social/throng/sdk/go"
)

// place is where the campaigns are.
const place = "Herons' Weir"

const (
	step = 3 * time.Hour
	// steps are about 18 months: each month was there once at least.
	steps = 4400
)

// measure records invented weather at the place of the campaigns, and answers its id.
func measure(ctx context.Context, admin *throng.Client) (string, error) {
	stream, err := admin.Weather.RecordObservations(ctx)
	if err != nil {
		return "", err
	}
	// Why a stream was refused is what its end tells.
	err = stream.Send(&weatherv1.RecordObservationsRequest{Observations: observations(time.Now())})
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if _, err := stream.CloseAndReceive(); err != nil {
		return "", err
	}
	res, err := admin.Weather.GetLocation(ctx, &weatherv1.GetLocationRequest{Key: &weatherv1.GetLocationRequest_Name{Name: place}})
	return res.GetLocation().GetId(), err
}

// observations are what a temperate place may measure by a moment: waves of the year
// and of the day, and chance, the same for a moment whenever it is asked for.
func observations(by time.Time) []*weatherv1.Observation {
	list := make([]*weatherv1.Observation, steps)
	for i := range list {
		at := by.Add(-time.Duration(i) * step).Truncate(step).UTC()
		chance := rand.New(rand.NewPCG(uint64(at.Unix()), 1)) //nolint:gosec // invented weather
		summer := wave(float64(at.YearDay()-15) / 365)
		afternoon := wave(float64(at.Hour()-3) / 24)
		temperature := int32(1000 + 1000*summer + 400*afternoon + 250*chance.NormFloat64())
		humidity := int32(min(10_000, 7400-800*summer-1200*afternoon+400*chance.NormFloat64()))
		wind := int32(max(0, 1200+400*afternoon+500*chance.NormFloat64()))
		list[i] = &weatherv1.Observation{Location: place, AtMs: at.UnixMilli(), Temperature: &temperature, Humidity: &humidity, WindSpeed: &wind}
	}
	return list
}

// wave is least at 0 and 1, and greatest between them.
func wave(turn float64) float64 { return -math.Cos(2 * math.Pi * turn) }
