package weather_test

import (
	"context"
	"testing"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/gen/go/throng/weather/v1/weatherv1connect"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/weather"
)

// reach makes clients of the noun: one over a seam, and one for streams, which have no
// way but the socket. It has no internal service.
func reach(t testing.TB, seam rpctest.Seam, noun *weather.Service) (reads, streams weatherv1connect.WeatherServiceClient) {
	t.Helper()
	edge := rpctest.Public(t)
	edge.Mount(weatherv1connect.NewWeatherServiceHandler(noun, edge.Options()))
	streams = weatherv1connect.NewWeatherServiceClient(edge.Client, edge.URL, edge.ClientOptions)
	if seam == rpctest.InProcess {
		return within{noun: noun}, streams
	}
	return streams, streams
}

// within stands before the noun in this process. Streams are the client's that is nil
// here.
type within struct {
	weatherv1connect.WeatherServiceClient

	noun *weather.Service
}

func (w within) SearchLocations(ctx context.Context, req *weatherv1.SearchLocationsRequest) (*weatherv1.SearchLocationsResponse, error) {
	return rpctest.Within(ctx, w.noun.SearchLocations, req)
}

func (w within) GetLocation(ctx context.Context, req *weatherv1.GetLocationRequest) (*weatherv1.GetLocationResponse, error) {
	return rpctest.Within(ctx, w.noun.GetLocation, req)
}

func (w within) GetAverage(ctx context.Context, req *weatherv1.GetAverageRequest) (*weatherv1.GetAverageResponse, error) {
	return rpctest.Within(ctx, w.noun.GetAverage, req)
}

func (w within) GetSeries(ctx context.Context, req *weatherv1.GetSeriesRequest) (*weatherv1.GetSeriesResponse, error) {
	return rpctest.Within(ctx, w.noun.GetSeries, req)
}

func (w within) GetClimate(ctx context.Context, req *weatherv1.GetClimateRequest) (*weatherv1.GetClimateResponse, error) {
	return rpctest.Within(ctx, w.noun.GetClimate, req)
}
