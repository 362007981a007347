package weather

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/weatherdb"
	"github.com/throng-social/throng/internal/postgres"
)

// store stores a message with all that it changes. Whoever stores others of the same
// places waits meanwhile.
func (r *recorder) store(ctx context.Context, b *batch) error {
	if len(b.observations) == 0 {
		return nil
	}
	var w *writing
	err := r.service.db.InTx(ctx, func(tx postgres.Tx) error {
		w = &writing{q: r.service.q, tx: tx}
		return w.write(ctx, b.observations)
	})
	if err != nil {
		return err
	}
	b.created, b.corrected = w.created, w.corrected
	var summed, leveled []uuid.UUID
	for _, p := range w.places {
		if p.changed {
			summed = append(summed, b.ids[p.number])
		}
		if p.relevelled {
			leveled = append(leveled, b.ids[p.number])
		}
	}
	r.service.changed(summed, leveled)
	return nil
}

// writing is one try to store a message.
type writing struct {
	q  *weatherdb.Queries
	tx postgres.Tx
	// places are those that it is about, in the order of numbers.
	places             []*placeWriting
	created, corrected int64
}

// placeWriting is what a message does to a place.
type placeWriting struct {
	number int32
	// first and last are the times of all its observations, the message's among them.
	first, last  time.Time
	observations int64
	sums         tally
	levels       levels
	// added are sums of new observations, by parts of the levels that are kept; anew are
	// parts in which one was corrected.
	added, anew parts
	// changed says that something is different, corrected that an observation was
	// replaced, so that sums must be made anew, and relevelled that other levels are kept.
	changed, corrected, relevelled bool
}

// part is an hour, a day or a month of a place.
type part struct {
	start time.Time
	sums  tally
}

// parts are those of each level, in the order of time.
type parts [months + 1][]part

func (w *writing) write(ctx context.Context, observations []observation) error {
	if err := w.lock(ctx, observations); err != nil {
		return err
	}
	known, err := w.find(ctx, observations)
	if err != nil {
		return err
	}
	if err := w.replace(ctx, observations, known); err != nil || w.created+w.corrected == 0 {
		return err
	}
	return w.sum(ctx)
}

// lock takes the places, and what is known of them.
func (w *writing) lock(ctx context.Context, observations []observation) error {
	var numbers []int32
	for i := range observations {
		if i == 0 || observations[i].place != observations[i-1].place {
			numbers = append(numbers, observations[i].place)
		}
	}
	locked, err := w.q.LockPlaces(ctx, w.tx, numbers)
	for i := range locked {
		w.places = append(w.places, locking(&locked[i]))
	}
	return err
}

func locking(t *weatherdb.WeatherTotal) *placeWriting {
	return &placeWriting{
		number: t.Place, first: t.FirstAt.UTC(), last: t.LastAt.UTC(), observations: t.Observations, sums: tallyOf(t), levels: levels(t.Levels),
	}
}

// key names an observation.
type key struct {
	place int32
	at    int64
}

func keyOf(place int32, at time.Time) key { return key{place, at.UnixMilli()} }

// find looks for observations that are there already: only where there can be some.
func (w *writing) find(ctx context.Context, observations []observation) (map[key]weatherdb.FindObservationsRow, error) {
	var ask weatherdb.FindObservationsParams
	w.each(observations, func(p *placeWriting, o *observation) {
		if p.observations > 0 && !o.at.Before(p.first) && !o.at.After(p.last) {
			ask.Places, ask.Ats = append(ask.Places, o.place), append(ask.Ats, o.at)
		}
	})
	if len(ask.Places) == 0 {
		return nil, nil
	}
	found, err := w.q.FindObservations(ctx, w.tx, ask)
	known := make(map[key]weatherdb.FindObservationsRow, len(found))
	for _, row := range found {
		known[keyOf(row.Place, row.At)] = row
	}
	return known, err
}

// each goes through observations with their places; both are in one order.
func (w *writing) each(observations []observation, do func(p *placeWriting, o *observation)) {
	at := 0
	for i := range observations {
		for w.places[at].number != observations[i].place {
			at++
		}
		do(w.places[at], &observations[i])
	}
}

// replace stores those that are new, or say something else than before.
func (w *writing) replace(ctx context.Context, observations []observation, known map[key]weatherdb.FindObservationsRow) error {
	var gone weatherdb.DeleteObservationsParams
	stored := make([]weatherdb.CopyObservationsParams, 0, len(observations))
	w.each(observations, func(p *placeWriting, o *observation) {
		old, there := known[keyOf(o.place, o.at)]
		switch {
		case !there:
			w.created++
			p.add(o)
		case same(old.Temperature, o.temperature) && same(old.Humidity, o.humidity) && same(old.WindSpeed, o.windSpeed):
			return
		default:
			w.corrected++
			p.correct(o)
			gone.Places, gone.Ats = append(gone.Places, o.place), append(gone.Ats, o.at)
		}
		stored = append(stored, weatherdb.CopyObservationsParams{At: o.at, Place: o.place, Temperature: o.temperature, Humidity: o.humidity, WindSpeed: o.windSpeed})
	})
	if len(gone.Places) > 0 {
		if err := w.q.DeleteObservations(ctx, w.tx, gone); err != nil {
			return err
		}
	}
	if len(stored) == 0 {
		return nil
	}
	_, err := w.q.CopyObservations(ctx, w.tx, stored)
	return err
}

// add counts a new observation.
func (p *placeWriting) add(o *observation) {
	p.changed = true
	p.observations++
	p.sums.add(o)
	if o.at.Before(p.first) {
		p.first = o.at
	}
	if o.at.After(p.last) {
		p.last = o.at
	}
	p.added.add(p.levels, o)
}

// correct marks what an observation is part of that takes the place of another.
func (p *placeWriting) correct(o *observation) {
	p.changed, p.corrected = true, true
	p.anew.add(p.levels, o)
}

// add adds an observation to its parts, which are the last ones where they are there at
// all: observations come in the order of time.
func (all *parts) add(kept levels, o *observation) {
	for l := hours; l <= months; l++ {
		if !kept.has(l) {
			continue
		}
		start := l.floor(o.at)
		if n := len(all[l]); n == 0 || !all[l][n-1].start.Equal(start) {
			all[l] = append(all[l], part{start, empty})
		}
		all[l][len(all[l])-1].sums.add(o)
	}
}
