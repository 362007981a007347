package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/gen/go/throng/weather/v1/weatherv1connect"
)

// weatherMetrics are all that there are.
var weatherMetrics = []weatherv1.Metric{weatherv1.Metric_METRIC_TEMPERATURE, weatherv1.Metric_METRIC_HUMIDITY, weatherv1.Metric_METRIC_WIND_SPEED}

// weatherQuestions is how many questions there are of random places and ranges.
const weatherQuestions = 50_000

// randomWeatherRows asks for averages at all places over ranges of all lengths. The bare
// side asks its database each time.
func randomWeatherRows(ctx context.Context, w *world, o options, r *report) error {
	s, err := w.openStation(ctx, r)
	if err != nil {
		return err
	}
	r.notef("Averages of the weather: %v, loaded through the API; readers are not signed in, and send consistency tokens. For places and ranges at random the limit is one statement a call, "+
		"prepared, over the rows of the range, with the numbers of all places in memory; for the %d places with the most observations it is messages over all time that were made at its start.",
		s.set.Weather, hotPlaces)
	random := rand.New(rand.NewPCG(1, 1))
	return s.rows(ctx, w, o, r, reads{name: "average, places and ranges at random", profile: "weather-random", goal: "≥ 0.8"}, nil, s.drawn(random, weatherQuestions))
}

// hotWeatherRows asks for a few over all time. The bare side has the answers in its memory.
func hotWeatherRows(ctx context.Context, w *world, o options, r *report) error {
	s, err := w.openStation(ctx, r)
	if err != nil {
		return err
	}
	var all []*weatherv1.GetAverageRequest
	for _, place := range s.hot {
		for _, metric := range weatherMetrics {
			all = append(all, &weatherv1.GetAverageRequest{LocationId: place, Metric: metric})
		}
	}
	return s.rows(ctx, w, o, r, reads{name: fmt.Sprintf("average, %d hot places", len(s.hot)), profile: "weather-hot", goal: "≥ 0.6"}, s.hot, all)
}

// drawn are questions of places and ranges by chance.
func (s *station) drawn(random *rand.Rand, n int) []*weatherv1.GetAverageRequest {
	all := make([]*weatherv1.GetAverageRequest, n)
	for i := range all {
		a, b := random.Int64N(s.ends.UnixMilli()-s.begins.UnixMilli()), random.Int64N(s.ends.UnixMilli()-s.begins.UnixMilli())
		from, to := s.begins.UnixMilli()+min(a, b), s.begins.UnixMilli()+max(a, b)+1
		all[i] = &weatherv1.GetAverageRequest{
			LocationId: s.places[random.IntN(len(s.places))], Metric: weatherMetrics[random.IntN(len(weatherMetrics))], From: stampMillis(from), To: stampMillis(to),
		}
	}
	return all
}

func stampMillis(ms int64) *timestamppb.Timestamp {
	const second = 1000
	return &timestamppb.Timestamp{Seconds: ms / second, Nanos: int32(ms%second) * 1e6}
}

// rows ask those questions. Both sides read from the replica.
func (s *station) rows(ctx context.Context, w *world, o options, r *report, v reads, inMemory []string, all []*weatherv1.GetAverageRequest) (err error) {
	if v.ours, err = startSide(ctx, order{Settings: s.settings, Log: filepath.Join(w.dir, "weather.log")}); err != nil {
		return err
	}
	defer v.ours.stop() //nolint:errcheck // it has answered all that it was asked
	if v.bare, err = startSide(ctx, order{Bare: bareWeatherSide, Settings: s.settings, InMemory: inMemory}); err != nil {
		return err
	}
	defer v.bare.stop() //nolint:errcheck // as above
	v.readers, v.questions = s.readers, len(all)
	v.answer = func() proto.Message { return &weatherv1.GetAverageResponse{} }
	for _, kind := range []codec{asJSON, asProtobuf} {
		asked := make([]question, len(all))
		for i, req := range all {
			if asked[i], err = kind.ask(weatherv1connect.WeatherServiceGetAverageProcedure, req); err != nil {
				return err
			}
		}
		v.ask = func(_ codec, i int) question { return asked[i] }
		if err := v.pair(ctx, o, r, kind); err != nil {
			return err
		}
	}
	return nil
}
