package weather

import (
	"context"
	"time"

	"github.com/throng-social/throng/gen/db/weatherdb"
)

// sum brings roll-ups and totals up to what is stored. Where only new observations came,
// their sums are added; a part in which one was corrected is made anew from its rows,
// as the greatest value may be gone; and where other levels are kept from now on, all
// roll-ups of the place are.
func (w *writing) sum(ctx context.Context) error {
	for _, p := range w.places {
		if p.changed {
			p.relevel()
		}
	}
	if err := w.rebuildLevels(ctx); err != nil {
		return err
	}
	if err := w.addRollups(ctx); err != nil {
		return err
	}
	if err := w.remakeRollups(ctx); err != nil {
		return err
	}
	if err := w.resum(ctx); err != nil {
		return err
	}
	return w.setTotals(ctx)
}

// relevel decides on the levels of a place.
func (p *placeWriting) relevel() {
	chosen := p.levels.decide(p.observations, p.first, p.last)
	p.relevelled = chosen != p.levels
	p.levels = chosen
}

// rebuildLevels makes all roll-ups of those places whose levels have changed.
func (w *writing) rebuildLevels(ctx context.Context) error {
	var all []int32
	var by [months + 1][]int32
	for _, p := range w.places {
		if !p.relevelled {
			continue
		}
		all = append(all, p.number)
		for l := hours; l <= months; l++ {
			if p.levels.has(l) {
				by[l] = append(by[l], p.number)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	if err := w.q.DropLevels(ctx, w.tx, all); err != nil {
		return err
	}
	for l := hours; l <= months; l++ {
		if len(by[l]) == 0 {
			continue
		}
		if err := w.q.BuildLevel(ctx, w.tx, weatherdb.BuildLevelParams{Level: int16(l), Unit: l.String(), Places: by[l]}); err != nil {
			return err
		}
	}
	return nil
}

// addRollups adds the sums of new observations, to those parts, too, that are made anew
// afterwards.
func (w *writing) addRollups(ctx context.Context) error {
	var to weatherdb.AddToRollupsParams
	sums := columns{
		{&to.TemperatureN, &to.TemperatureSum, &to.TemperatureMin, &to.TemperatureMax},
		{&to.HumidityN, &to.HumiditySum, &to.HumidityMin, &to.HumidityMax},
		{&to.WindSpeedN, &to.WindSpeedSum, &to.WindSpeedMin, &to.WindSpeedMax},
	}
	for _, p := range w.places {
		if p.relevelled {
			continue
		}
		for l, parts := range p.added {
			for i := range parts {
				to.Places, to.Levels, to.Starts = append(to.Places, p.number), append(to.Levels, int16(l)), append(to.Starts, parts[i].start)
				sums.add(&parts[i].sums)
			}
		}
	}
	if len(to.Places) == 0 {
		return nil
	}
	return w.q.AddToRollups(ctx, w.tx, to)
}

// remakeRollups makes those parts anew in which an observation was corrected.
func (w *writing) remakeRollups(ctx context.Context) error {
	var ask weatherdb.RebuildRollupsParams
	for _, p := range w.places {
		if p.relevelled {
			continue
		}
		for l := hours; l <= months; l++ {
			for _, a := range p.anew[l] {
				ask.Places, ask.Levels = append(ask.Places, p.number), append(ask.Levels, int16(l))
				ask.Starts, ask.Ends = append(ask.Starts, a.start), append(ask.Ends, l.next(a.start))
			}
		}
	}
	if len(ask.Places) == 0 {
		return nil
	}
	return w.q.RebuildRollups(ctx, w.tx, ask)
}

// resum makes the totals of those places anew in which an observation was corrected.
func (w *writing) resum(ctx context.Context) error {
	var some []*placeWriting
	for _, p := range w.places {
		if p.corrected {
			some = append(some, p)
		}
	}
	return w.addUp(ctx, some)
}

// addUp sets the sums of places to what there is of them, by their greatest levels.
func (w *writing) addUp(ctx context.Context, some []*placeWriting) error {
	if len(some) == 0 {
		return nil
	}
	var ask weatherdb.SumPlacesParams
	by := make(map[int32]*placeWriting, len(some))
	for _, p := range some {
		p.sums = empty
		by[p.number] = p
		ask.Places, ask.Levels = append(ask.Places, p.number), append(ask.Levels, int32(p.levels.top(months)))
	}
	found, err := w.q.SumPlaces(ctx, w.tx, ask)
	for _, row := range found {
		by[row.Place].sums = tally{
			{row.TemperatureN, row.TemperatureSum, row.TemperatureMin, row.TemperatureMax},
			{row.HumidityN, row.HumiditySum, row.HumidityMin, row.HumidityMax},
			{row.WindSpeedN, row.WindSpeedSum, row.WindSpeedMin, row.WindSpeedMax},
		}
	}
	return err
}

// setTotals writes the totals of places that have changed.
func (w *writing) setTotals(ctx context.Context) error {
	var to weatherdb.SetTotalsParams
	sums := columns{
		{&to.TemperatureN, &to.TemperatureSum, &to.TemperatureMin, &to.TemperatureMax},
		{&to.HumidityN, &to.HumiditySum, &to.HumidityMin, &to.HumidityMax},
		{&to.WindSpeedN, &to.WindSpeedSum, &to.WindSpeedMin, &to.WindSpeedMax},
	}
	for _, p := range w.places {
		if !p.changed {
			continue
		}
		to.Places, to.Levels, to.Observations = append(to.Places, p.number), append(to.Levels, int16(p.levels)), append(to.Observations, p.observations)
		to.FirstAts, to.LastAts = append(to.FirstAts, p.first), append(to.LastAts, p.last)
		sums.add(&p.sums)
	}
	return w.q.SetTotals(ctx, w.tx, to)
}

// columns are the lists of a statement that takes sums, for each measure.
type columns [measures]struct {
	n, total *[]int64
	min, max *[]int32
}

func (c *columns) add(t *tally) {
	for i, to := range c {
		*to.n, *to.total = append(*to.n, t[i].n), append(*to.total, t[i].total)
		*to.min, *to.max = append(*to.min, t[i].min), append(*to.max, t[i].max)
	}
}

// expired is before which observations are not kept: whole months go.
func (s *Service) expired() time.Time {
	if s.config.Retention <= 0 {
		return earliest
	}
	return months.floor(s.now().Add(-s.config.Retention))
}
