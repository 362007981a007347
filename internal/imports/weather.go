package imports

import (
	"context"
	"fmt"
	"io"
	"time"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/progress"
	throng "github.com/throng-social/throng/sdk/go"
)

// WeatherConfig says what to import.
type WeatherConfig struct {
	Client *throng.Client
	// File is comma-separated values with a header (weather_table.go), plain or gzipped.
	File string
	// MaxErrors is how many bad lines are passed over; the next ends the import.
	MaxErrors int
	// Streams is how many streams carry the rows side by side, 1 to 4; 0 means 1. With
	// more than one, of two different observations of one place and time in the file
	// either may stay.
	Streams int
	// Out is where progress and bad lines are written.
	Out io.Writer
}

// WeatherSummary is what an import of observations did.
type WeatherSummary struct {
	// Observations that were read, each with one value at least.
	Observations int64
	// Absent are those without any value, which are none.
	Absent int64
	// Bad is how many lines could not be read.
	Bad int64
	// What the server made of the others.
	LocationsCreated, Created, Corrected, Refused int64
	Took                                          time.Duration
}

// String is for people.
func (s WeatherSummary) String() string {
	return fmt.Sprintf("%d observations: %d places and %d observations created, %d corrected, %d refused, %d without a value, %d bad lines, in %.1f s",
		s.Observations, s.LocationsCreated, s.Created, s.Corrected, s.Refused, s.Absent, s.Bad, s.Took.Seconds())
}

// Weather imports observations. The summary is true also beside an error. If ctx ends,
// what was sent is stored before Weather returns. It is an error when a line was bad or
// refused.
func Weather(ctx context.Context, c WeatherConfig) (WeatherSummary, error) {
	im := &weatherImport{tolerance: &tolerance{most: c.MaxErrors}}
	var err error
	if im.table, err = openWeatherTable(c.File); err != nil {
		return im.summary, err
	}
	defer func() { _ = im.table.Close() }()
	began := time.Now()
	im.progress = progress.New(c.Out, "importing", "observations", im.table.size)
	im.tolerance.progress = im.progress
	carrying := &carrier[weatherv1.RecordObservationsRequest, weatherv1.RecordObservationsResponse]{
		open: c.Client.Weather.RecordObservations, next: im.next, place: im.table.place, count: im.count, progress: im.progress, streams: max(c.Streams, 1),
	}
	err = carrying.run(ctx)
	im.progress.Finish()
	im.summary.Bad, im.summary.Took = im.tolerance.bad, time.Since(began)
	return im.summary, im.verdict(err)
}

// weatherImport is one run. The reader counts rows, the senders what the server did.
type weatherImport struct {
	table     *weatherTable
	tolerance *tolerance
	progress  *progress.Progress
	summary   WeatherSummary
}

// weatherRows is how many observations one message has: they are short, and the server
// stores each message by itself.
const weatherRows = 4000

// next reads the next observations; also those before an error.
func (im *weatherImport) next() (message[weatherv1.RecordObservationsRequest], error) {
	// A line has two observations at most.
	slab := newWeatherSlab(weatherRows + 1)
	var err error
	for slab.used < weatherRows && err == nil {
		var absent int
		var wrong error
		if absent, wrong, err = im.table.read(slab); wrong != nil {
			err = im.tolerance.pass(im.table.place(), wrong)
		}
		im.summary.Absent += int64(absent)
	}
	im.summary.Observations += int64(slab.used)
	return message[weatherv1.RecordObservationsRequest]{
		body: &weatherv1.RecordObservationsRequest{Observations: slab.observations()}, rows: slab.used, offset: im.table.offset(),
	}, err
}

// count adds what the server made of a stream.
func (im *weatherImport) count(a *weatherv1.RecordObservationsResponse) {
	im.summary.LocationsCreated += a.GetLocationsCreated()
	im.summary.Created += a.GetCreated()
	im.summary.Corrected += a.GetCorrected()
	im.summary.Refused += a.GetRefused()
	for _, r := range a.GetRefusals() {
		im.progress.Sayf("line %d: refused, %s", r.GetLine(), r.GetReason())
	}
}

// verdict makes an error of bad and refused lines where there is no other.
func (im *weatherImport) verdict(err error) error {
	if left := im.summary.Bad + im.summary.Refused; err == nil && left > 0 {
		return fmt.Errorf("%d lines or observations were not imported", left)
	}
	return err
}
