package weather

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/weatherdb"
	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/fault"
)

const (
	// maxKnown bounds the places that a stream remembers, at about 150 bytes each.
	maxKnown = 200_000
	// leeway is how far a clock may be before the server's.
	leeway = time.Minute
)

// target is a place that observations are of.
type target struct {
	id     uuid.UUID
	number int32
}

// observation is one that is to be stored. A value that is nil was not measured.
type observation struct {
	place                            int32
	at                               time.Time
	temperature, humidity, windSpeed *int32
}

// batch is a message in the form in which it is stored.
type batch struct {
	// observations are in the order of places, and of time within one, each once.
	observations []observation
	// ids are those of their places.
	ids     map[int32]uuid.UUID
	refused []*weatherv1.ObservationRefusal
	// How many observations it had, and what became of it.
	arrived, locations, created, corrected int64
}

// prepare checks a message, and makes its places and years known.
func (r *recorder) prepare(ctx context.Context, m *weatherv1.RecordObservationsRequest) (*batch, error) {
	b := &batch{ids: map[int32]uuid.UUID{}, arrived: int64(len(m.GetObservations()))}
	if err := r.check(m.GetObservations()); err != nil {
		return nil, err
	}
	if err := r.learnPlaces(ctx, b, m.GetObservations()); err != nil {
		return nil, err
	}
	expired := r.service.expired()
	for _, o := range m.GetObservations() {
		at := time.UnixMilli(o.GetAtMs()).UTC()
		if at.Before(expired) {
			b.refused = append(b.refused, &weatherv1.ObservationRefusal{Line: o.GetLine(), Reason: "expired"})
			continue
		}
		to := r.known[o.GetLocation()]
		b.ids[to.number] = to.id
		b.observations = append(b.observations, observation{to.number, at, o.Temperature, o.Humidity, o.WindSpeed}) //nolint:protogetter // nil says that it was not measured
	}
	b.sort()
	return b, r.learnYears(ctx, b.observations)
}

// check refuses a message whose observations no rule of the contract can.
func (r *recorder) check(observations []*weatherv1.Observation) error {
	most := r.service.now().Add(leeway).UnixMilli()
	for i, o := range observations {
		if o.GetAtMs() > most {
			return fault.InField(fmt.Sprintf("observations[%d].at_ms", i), "time_in_future", "the observation is of a time that has not come yet")
		}
		if o.Temperature == nil && o.Humidity == nil && o.WindSpeed == nil {
			return fault.InField(fmt.Sprintf("observations[%d]", i), "observation_empty", "the observation has no value")
		}
	}
	return nil
}

// learnPlaces makes those places known that a message names, and that are not there, too.
func (r *recorder) learnPlaces(ctx context.Context, b *batch, observations []*weatherv1.Observation) error {
	if len(r.known) > maxKnown {
		clear(r.known)
	}
	// By the keys, as several spellings may be of one place.
	asked := map[string][]string{}
	for i, o := range observations {
		if i > 0 && o.GetLocation() == observations[i-1].GetLocation() {
			continue
		}
		if _, known := r.known[o.GetLocation()]; !known {
			key := nameKey(o.GetLocation())
			// A rule of the contract would take longer than all the others, for each row.
			if key == "" || strings.Contains(key, "\x00") {
				return fault.InField(fmt.Sprintf("observations[%d].location", i), "location_invalid", "the name of a place may neither be blank nor have the character NUL")
			}
			asked[key] = append(asked[key], o.GetLocation())
		}
	}
	if err := r.findPlaces(ctx, asked); err != nil || len(asked) == 0 {
		return err
	}
	var missing weatherdb.InsertLocationsParams
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		missing.NameKeys, missing.Names = append(missing.NameKeys, key), append(missing.Names, shownName(asked[key][0]))
	}
	var err error
	if b.locations, err = r.service.q.InsertLocations(ctx, r.service.db.Writer(ctx), missing); err != nil {
		return err
	}
	return r.findPlaces(ctx, asked)
}

// findPlaces makes those of some places known that there are, and takes them away.
func (r *recorder) findPlaces(ctx context.Context, asked map[string][]string) error {
	if len(asked) == 0 {
		return nil
	}
	found, err := r.service.q.FindLocations(ctx, r.service.db.Writer(ctx), slices.Collect(maps.Keys(asked)))
	for _, row := range found {
		for _, name := range asked[row.NameKey] {
			r.known[name] = target{row.ID, row.Number}
		}
		delete(asked, row.NameKey)
	}
	return err
}

// learnYears makes room for the years of observations.
func (r *recorder) learnYears(ctx context.Context, observations []observation) error {
	for i := range observations {
		year := observations[i].at.Year()
		if r.years[year] {
			continue
		}
		if err := r.service.q.AddYear(ctx, r.service.db.Writer(ctx), int32(year)); err != nil { //nolint:gosec // 1900 to 2199
			return err
		}
		r.years[year] = true
	}
	return nil
}

// sort brings observations into order. Of those of one place and time the last stays.
func (b *batch) sort() {
	slices.SortStableFunc(b.observations, func(x, y observation) int {
		return cmp.Or(cmp.Compare(x.place, y.place), x.at.Compare(y.at))
	})
	kept := b.observations[:0]
	for _, o := range b.observations {
		if n := len(kept); n > 0 && kept[n-1].place == o.place && kept[n-1].at.Equal(o.at) {
			kept[n-1] = o
			continue
		}
		kept = append(kept, o)
	}
	b.observations = kept
}

// same tells whether two observations say the same.
func same(a, b *int32) bool { return a == b || a != nil && b != nil && *a == *b }
