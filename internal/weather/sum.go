package weather

import (
	"fmt"
	"math"

	"github.com/throng-social/throng/gen/db/weatherdb"
	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
)

// sum is what values of one measure add up to. Where there are none, the least is the
// greatest number that there is, and the greatest the least, as in the database.
type sum struct {
	n, total int64
	min, max int32
}

// nothing is the sum of no values.
var nothing = sum{min: math.MaxInt32, max: math.MinInt32}

func (s sum) plus(o sum) sum {
	return sum{n: s.n + o.n, total: s.total + o.total, min: min(s.min, o.min), max: max(s.max, o.max)}
}

// measures is how many there are.
const measures = 3

// tally has a sum for each measure: temperature, humidity, wind speed.
type tally [measures]sum

var empty = tally{nothing, nothing, nothing}

// add adds an observation.
func (t *tally) add(o *observation) {
	for i, v := range [measures]*int32{o.temperature, o.humidity, o.windSpeed} {
		if v != nil {
			t[i] = t[i].plus(sum{n: 1, total: int64(*v), min: *v, max: *v})
		}
	}
}

// of is the sum of one measure.
func (t *tally) of(m weatherv1.Metric) sum { return t[m-1] }

func tallyOf(t *weatherdb.WeatherTotal) tally {
	return tally{
		{t.TemperatureN, t.TemperatureSum, t.TemperatureMin, t.TemperatureMax},
		{t.HumidityN, t.HumiditySum, t.HumidityMin, t.HumidityMax},
		{t.WindSpeedN, t.WindSpeedSum, t.WindSpeedMin, t.WindSpeedMax},
	}
}

func (s sum) summary() *weatherv1.Summary {
	summary := &weatherv1.Summary{Count: s.n, Sum: s.total, Mean: mean(s.total, s.n)}
	if s.n > 0 {
		summary.Min, summary.Max = &s.min, &s.max
	}
	return summary
}

const (
	// fraction is what the last decimal place of a mean is worth.
	fraction = 10_000
	// hundredths are in one of the unit.
	hundredths = 100
)

// mean is the mean of so many values that add up to so many hundredths, as an exact
// decimal of the unit, rounded half to even to four places; empty where there are none.
func mean(total, count int64) string {
	if count == 0 {
		return ""
	}
	sign := ""
	if total < 0 {
		total, sign = -total, "-"
	}
	// In two steps, as a sum times its fraction may be too great.
	const scale = fraction / hundredths
	units, rest := total/count*scale+total%count*scale/count, total%count*scale%count
	if 2*rest > count || (2*rest == count && units%2 == 1) {
		units++
	}
	if units == 0 {
		sign = ""
	}
	return fmt.Sprintf("%s%d.%04d", sign, units/fraction, units%fraction)
}
