package weather

import (
	"context"
	"strings"

	"golang.org/x/text/unicode/norm"
	"google.golang.org/protobuf/types/known/timestamppb"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

// shownName is a name as people read it: composed (NFC), so that one word has one
// spelling, with single blanks between words.
func shownName(name string) string { return strings.Join(strings.Fields(norm.NFC.String(name)), " ") }

// nameKey is what a name is listed and found by, whatever its case.
func nameKey(name string) string { return strings.ToLower(shownName(name)) }

// GetLocation implements WeatherService.
func (s *Service) GetLocation(ctx context.Context, req *weatherv1.GetLocationRequest) (*weatherv1.GetLocationResponse, error) {
	locationID, err := id.Parse("location_id", req.GetLocationId())
	if err == nil && req.GetName() != "" {
		locationID, err = s.q.FindLocation(ctx, s.db.Reader(ctx), nameKey(req.GetName()))
	}
	if err != nil {
		return nil, ofLocation(err)
	}
	t, err := s.total(ctx, locationID)
	if err != nil {
		return nil, err
	}
	res := &weatherv1.GetLocationResponse{Location: &weatherv1.Location{Id: t.id.String(), Name: t.name}, Observations: t.observations}
	if t.observations > 0 {
		res.FirstAt, res.LastAt = timestamppb.New(t.first), timestamppb.New(t.last)
	}
	return res, nil
}

// ofLocation says that a place is not there.
func ofLocation(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNoLocation.Because(err)
	}
	return err
}
