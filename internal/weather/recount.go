package weather

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/throng-social/throng/gen/db/weatherdb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
)

// recountPage is how many places are recounted at one moment.
const recountPage = 1000

// Recount compares the sums of all places, and their roll-ups, with observations. It
// reports each difference in a sentence, a thousand of a kind at one moment at most,
// changes nothing, and answers how many there are. Observations may be recorded
// meanwhile.
func (s *Service) Recount(ctx context.Context, report func(diff string)) (int, error) {
	r := &recount{s: s, report: report}
	for after := int32(0); after < math.MaxInt32; {
		until, err := s.q.EndOfPlaces(ctx, s.db.Primary(ctx), weatherdb.EndOfPlacesParams{AfterNumber: after, PageLimit: recountPage})
		if fault.Is(err, fault.NotFound) {
			until, err = math.MaxInt32, nil // what is there of places that are not
		}
		if err != nil {
			return r.found, err
		}
		if err := r.between(ctx, after, until); err != nil {
			return r.found, err
		}
		after = until
	}
	return r.found, nil
}

// recount is one of all.
type recount struct {
	s      *Service
	report func(string)
	found  int
}

func (r *recount) differf(format string, args ...any) {
	r.found++
	r.report(fmt.Sprintf(format, args...))
}

// between compares what is stored of places after one until another, at one moment and
// without a limit of time.
func (r *recount) between(ctx context.Context, after, until int32) error {
	return r.s.db.InPrimarySnapshot(ctx, func(tx postgres.Tx) error {
		if err := r.s.q.AllowLongWeatherRecount(ctx, tx); err != nil {
			return err
		}
		if err := r.totals(ctx, tx, after, until); err != nil {
			return err
		}
		for l := hours; l <= months; l++ {
			if err := r.rollups(ctx, tx, l, after, until); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *recount) totals(ctx context.Context, tx postgres.Tx, after, until int32) error {
	found, err := r.s.q.ListMiscountedTotals(ctx, tx, weatherdb.ListMiscountedTotalsParams{AfterNumber: after, UntilNumber: until})
	for _, d := range found {
		switch {
		case d.Name == "":
			r.differf("place %d does not exist, and something is stored of it: %d observations, %d counted", d.Place, d.StoredObservations, d.CountedObservations)
		case d.SameTimes:
			r.differf("%s: %d observations and sums %v are stored; %d and %v counted", d.Name, d.StoredObservations, d.Stored, d.CountedObservations, d.Counted)
		default:
			r.differf("%s: other first and last times are stored than counted, with %d observations and sums %v; %d and %v counted",
				d.Name, d.StoredObservations, d.Stored, d.CountedObservations, d.Counted)
		}
	}
	return err
}

func (r *recount) rollups(ctx context.Context, tx postgres.Tx, l level, after, until int32) error {
	found, err := r.s.q.ListMiscountedRollups(ctx, tx, weatherdb.ListMiscountedRollupsParams{Unit: l.String(), Level: int32(l), AfterNumber: after, UntilNumber: until})
	for _, d := range found {
		r.differf("place %d, the %s of %s: sums %v are stored; %v counted", d.Place, l, d.Start.UTC().Format(time.RFC3339), d.Stored, d.Counted)
	}
	return err
}
