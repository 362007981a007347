package weather

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/weatherdb"
	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

// maxPoints is how many parts a series may be cut into.
const maxPoints = 2000

var errTooLong = fault.InField("to", "range_too_long", "the range has more than %d hours, days or months", maxPoints)

// GetSeries implements WeatherService. It reads roll-ups of the interval or of the
// greatest level below that is kept.
func (s *Service) GetSeries(ctx context.Context, req *weatherv1.GetSeriesRequest) (*weatherv1.GetSeriesResponse, error) {
	locationID, err := id.Parse("location_id", req.GetLocationId())
	if err != nil {
		return nil, err
	}
	begins, ends, err := bounds(req.GetFrom(), req.GetTo())
	if err != nil {
		return nil, err
	}
	interval := level(req.GetInterval()) //nolint:gosec // one of three
	begins, ends = interval.floor(begins), interval.ceil(ends)
	// The end does not belong to it.
	if interval.parts(begins, ends) > maxPoints+1 {
		return nil, errTooLong
	}
	p, err := s.place(ctx, locationID)
	if err != nil {
		return nil, err
	}
	points, err := s.series(ctx, p, req.GetMetric(), interval, begins, ends)
	if err != nil {
		return nil, err
	}
	return &weatherv1.GetSeriesResponse{Points: points}, nil
}

func (s *Service) series(
	ctx context.Context, p place, metric weatherv1.Metric, interval level, begins, ends time.Time,
) (points []*weatherv1.GetSeriesResponse_Point, err error) {
	err = believing(p, func(p place) (levels, error) {
		found, err := s.q.GetSeries(ctx, s.db.Reader(ctx), weatherdb.GetSeriesParams{
			Place: p.number, Metric: int32(metric), Unit: interval.String(), Level: int32(p.levels.top(interval)), Begins: begins, Ends: ends,
		})
		if err != nil || len(found) == 0 {
			return 0, orMissing(err)
		}
		points = make([]*weatherv1.GetSeriesResponse_Point, 0, len(found))
		for _, row := range found {
			if row.N > 0 {
				points = append(points, &weatherv1.GetSeriesResponse_Point{
					Start: timestamppb.New(row.Start), Summary: sum{row.N, row.Sum, row.Min, row.Max}.summary(),
				})
			}
		}
		return levels(found[0].Levels), nil
	})
	return points, err
}

// GetClimate implements WeatherService.
func (s *Service) GetClimate(ctx context.Context, req *weatherv1.GetClimateRequest) (*weatherv1.GetClimateResponse, error) {
	locationID, err := id.Parse("location_id", req.GetLocationId())
	if err != nil {
		return nil, err
	}
	p, err := s.place(ctx, locationID)
	if err != nil {
		return nil, err
	}
	var res *weatherv1.GetClimateResponse
	err = believing(p, func(p place) (levels, error) {
		found, err := s.q.GetClimate(ctx, s.db.Reader(ctx), weatherdb.GetClimateParams{
			Place: p.number, Metric: int32(req.GetMetric()), Level: int32(p.levels.top(months)),
		})
		if err != nil || len(found) == 0 {
			return 0, orMissing(err)
		}
		res = &weatherv1.GetClimateResponse{}
		for _, row := range found {
			if row.N > 0 {
				res.Months = append(res.Months, &weatherv1.GetClimateResponse_Month{Month: row.Month, Summary: sum{row.N, row.Sum, row.Min, row.Max}.summary()})
			}
		}
		return levels(found[0].Levels), nil
	})
	return res, err
}

// orMissing is for an answer that has not even a row to say which levels there are.
func orMissing(err error) error {
	if err == nil {
		return errNoLocation
	}
	return err
}
