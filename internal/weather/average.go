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

var (
	errReversed = fault.InField("to", "range_reversed", "the range ends before it begins")
	errEmpty    = fault.InField("to", "range_empty", "the range ends where it begins: its end does not belong to it")
	errRestless = fault.New(fault.Unavailable, "conflict", "others changed the same thing; please try again").After(time.Second)
)

// earliest and latest bound the times that there are.
var (
	earliest = time.Date(1900, time.January, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// GetAverage implements WeatherService.
func (s *Service) GetAverage(ctx context.Context, req *weatherv1.GetAverageRequest) (*weatherv1.GetAverageResponse, error) {
	locationID, err := id.Parse("location_id", req.GetLocationId())
	if err != nil {
		return nil, err
	}
	begins, ends, err := bounds(req.GetFrom(), req.GetTo())
	if err != nil {
		return nil, err
	}
	if req.GetFrom() == nil && req.GetTo() == nil {
		t, err := s.total(ctx, locationID)
		if err != nil {
			return nil, err
		}
		return &weatherv1.GetAverageResponse{Summary: t.sums.of(req.GetMetric()).summary()}, nil
	}
	p, err := s.place(ctx, locationID)
	if err != nil {
		return nil, err
	}
	over, err := s.average(ctx, p, req.GetMetric(), begins, ends)
	if err != nil {
		return nil, err
	}
	return &weatherv1.GetAverageResponse{Summary: over.summary()}, nil
}

// bounds is a range in milliseconds, as finely as observations are timed.
func bounds(from, to *timestamppb.Timestamp) (begins, ends time.Time, err error) {
	begins, ends = earliest, latest
	if from != nil {
		begins = from.AsTime()
	}
	if to != nil {
		ends = to.AsTime()
	}
	switch {
	case ends.Before(begins):
		err = errReversed
	case ends.Equal(begins):
		err = errEmpty
	}
	return ceilMillis(begins), ceilMillis(ends), err
}

func ceilMillis(t time.Time) time.Time {
	if down := t.Truncate(time.Millisecond); down.Before(t) {
		return down.Add(time.Millisecond)
	}
	return t
}

// beliefs is how often a read names the levels that it believes in, until it gives up
// on a place whose levels change under its hands.
const beliefs = 4

// believing asks for something by the levels of a place until those are the ones that
// there are.
func believing(p place, ask func(place) (levels, error)) error {
	for range beliefs {
		there, err := ask(p)
		if err != nil {
			return ofLocation(err)
		}
		if there == p.levels {
			return nil
		}
		p.levels = there
	}
	return errRestless
}

func (s *Service) average(ctx context.Context, p place, metric weatherv1.Metric, begins, ends time.Time) (sum, error) {
	if p.levels == 0 {
		row, err := s.q.GetAverageOfRows(ctx, s.db.Reader(ctx), weatherdb.GetAverageOfRowsParams{Metric: int32(metric), Place: p.number, Begins: begins, Ends: ends})
		return sum{row.N, row.Sum, row.Min, row.Max}, err
	}
	var over sum
	err := believing(p, func(p place) (levels, error) {
		row, err := s.q.GetAverage(ctx, s.db.Reader(ctx), askAverage(p, metric, begins, ends))
		over = sum{row.N, row.Sum, row.Min, row.Max}
		return levels(row.Levels), err
	})
	return over, err
}

func askAverage(p place, metric weatherv1.Metric, begins, ends time.Time) weatherdb.GetAverageParams {
	ask := weatherdb.GetAverageParams{Place: p.number, Metric: int32(metric), Begins: begins, Ends: ends}
	type slot struct{ begins, ends *time.Time }
	free := [...][]slot{
		raw:    {{&ask.RowsFrom1, &ask.RowsTo1}, {&ask.RowsFrom2, &ask.RowsTo2}},
		hours:  {{&ask.HoursFrom1, &ask.HoursTo1}, {&ask.HoursFrom2, &ask.HoursTo2}},
		days:   {{&ask.DaysFrom1, &ask.DaysTo1}, {&ask.DaysFrom2, &ask.DaysTo2}},
		months: {{&ask.MonthsFrom, &ask.MonthsTo}},
	}
	for _, part := range p.levels.cover(months, begins, ends) {
		to := free[part.level][0]
		free[part.level] = free[part.level][1:]
		*to.begins, *to.ends = part.begins, part.ends
	}
	return ask
}
