package imports

import (
	"errors"
	"fmt"
	"strings"
	"time"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
)

// Bounds of the contract, in hundredths.
const (
	mostLocation     = 100
	leastTemperature = -100_00
	mostTemperature  = 70_00
	mostHumidity     = 100_00
	mostWindSpeed    = 500_00
	// clockLeeway is how far the clocks of client and server may differ.
	clockLeeway = time.Minute
)

// earliestWeather is before which the server takes nothing.
var earliestWeather = time.Date(1900, time.January, 1, 0, 0, 0, 0, time.UTC)

// weatherTable is a file of observations in one of two forms.
//
// The general one has the columns location, time, temperature, humidity and wind_speed,
// of which the last three may be missing one by one. The other one is that of the Bureau
// of Meteorology's daily observations, as they are published for teaching: two readings
// a line, of nine in the morning and three in the afternoon.
type weatherTable struct {
	*records
	readings []reading
	// daily says that times are days.
	daily bool
	// location and at are places of columns.
	location, at int
}

// reading is what a line says of one time.
type reading struct {
	// hour is the time of day, where lines have days.
	hour time.Duration
	// The others are places of columns, -1 where there is none.
	temperature, humidity, windSpeed int
}

func openWeatherTable(path string) (*weatherTable, error) {
	r, err := openRecords(path)
	if err != nil {
		return nil, err
	}
	t := &weatherTable{records: r}
	if err := t.findColumns(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return t, nil
}

// findColumns finds out which form it is.
func (t *weatherTable) findColumns() error {
	t.daily = t.column("Temp9am") >= 0 && t.column("Temp3pm") >= 0
	if t.daily {
		places, err := t.columns("Location", "Date", "Temp9am", "Humidity9am", "WindSpeed9am", "Temp3pm", "Humidity3pm", "WindSpeed3pm")
		if err != nil {
			return err
		}
		t.location, t.at = places[0], places[1]
		t.readings = []reading{{9 * time.Hour, places[2], places[3], places[4]}, {15 * time.Hour, places[5], places[6], places[7]}}
		return nil
	}
	places, err := t.columns("location", "time")
	if err != nil {
		return err
	}
	t.location, t.at = places[0], places[1]
	only := reading{0, t.column("temperature"), t.column("humidity"), t.column("wind_speed")}
	t.readings = []reading{only}
	if only.temperature < 0 && only.humidity < 0 && only.windSpeed < 0 {
		return fmt.Errorf("%s has none of the columns temperature, humidity and wind_speed", t.name)
	}
	return nil
}

// weatherSlab has room for the observations of a message and their values.
type weatherSlab struct {
	all    []weatherv1.Observation
	values []int32
	used   int
}

func newWeatherSlab(n int) *weatherSlab {
	return &weatherSlab{all: make([]weatherv1.Observation, n), values: make([]int32, 0, 3*n)}
}

func (s *weatherSlab) observations() []*weatherv1.Observation {
	list := make([]*weatherv1.Observation, s.used)
	for i := range list {
		list[i] = &s.all[i]
	}
	return list
}

// value keeps a value; nil for one that was not measured.
func (s *weatherSlab) value(v int32, measured bool) *int32 {
	if !measured {
		return nil
	}
	s.values = append(s.values, v)
	return &s.values[len(s.values)-1]
}

// read reads the next line, and answers how many of its observations have no value, or
// what is wrong with it.
func (t *weatherTable) read(to *weatherSlab) (absent int, wrong, err error) {
	row, err := t.next()
	if errors.Is(err, errRecord) {
		return 0, err, nil
	}
	if err != nil {
		return 0, nil, err
	}
	before := to.used
	for _, r := range t.readings {
		o := &to.all[to.used]
		if wrong := t.parse(row, r, o, to); wrong != nil {
			to.used = before
			return 0, wrong, nil
		}
		if o.Temperature == nil && o.Humidity == nil && o.WindSpeed == nil {
			absent++
			continue
		}
		to.used++
	}
	return absent, nil, nil
}

// parse reads one observation of a line, or says what is wrong with it.
func (t *weatherTable) parse(row []string, r reading, o *weatherv1.Observation, slab *weatherSlab) error {
	o.Line, o.Location = t.number, strings.TrimSpace(row[t.location])
	if o.GetLocation() == "" {
		return errors.New("there is no location")
	}
	if err := checkText("the location", o.GetLocation(), mostLocation); err != nil {
		return err
	}
	at, err := t.when(row[t.at], r.hour)
	if err != nil {
		return err
	}
	o.AtMs = at.UnixMilli()
	for _, v := range []struct {
		what        string
		column      int
		least, most int32
		to          **int32
	}{
		{"the temperature", r.temperature, leastTemperature, mostTemperature, &o.Temperature},
		{"the humidity", r.humidity, 0, mostHumidity, &o.Humidity},
		{"the wind speed", r.windSpeed, 0, mostWindSpeed, &o.WindSpeed},
	} {
		if v.column < 0 {
			continue
		}
		value, measured, err := parseMeasure(row[v.column])
		if err != nil {
			return fmt.Errorf("%s, %.40q, is no number", v.what, row[v.column])
		}
		if measured && (value < v.least || value > v.most) {
			return fmt.Errorf("%s, %.40q, is not between %d and %d", v.what, row[v.column], v.least/100, v.most/100)
		}
		*v.to = slab.value(value, measured)
	}
	return nil
}

// when reads the time of an observation.
func (t *weatherTable) when(text string, hour time.Duration) (at time.Time, err error) {
	text = strings.TrimSpace(text)
	if t.daily {
		at, err = parseDay(text)
		at = at.Add(hour)
	} else {
		at, err = parseTime(text)
	}
	switch {
	case err != nil:
		return at, fmt.Errorf("the time, %.40q, is none", text)
	case at.Before(earliestWeather):
		return at, fmt.Errorf("the time, %.40q, is before the year 1900", text)
	case at.After(time.Now().Add(clockLeeway)):
		return at, fmt.Errorf("the time, %.40q, has not come yet", text)
	}
	return at, nil
}

// parseDay reads 31-12-2008 or 2008-12-31.
func parseDay(text string) (time.Time, error) {
	if day, err := time.Parse("02-01-2006", text); err == nil {
		return day, nil
	}
	return time.Parse(time.DateOnly, text)
}

// parseTime reads a time of RFC 3339, or one without a zone, with or without seconds or
// as a day alone, which is of UTC.
func parseTime(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	for _, form := range []string{time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if err == nil {
			break
		}
		at, err = time.Parse(form, text)
	}
	return at, err
}

// errNumber is of what is no decimal number.
var errNumber = errors.New("this is no number")

// mostDigits bounds the whole part of a number.
const mostDigits = 6

// parseMeasure reads a decimal number as hundredths, rounded half to even if there are
// more places than two. Nothing, NA, NaN and null say that nothing was measured.
func parseMeasure(text string) (value int32, measured bool, err error) {
	text = strings.TrimSpace(text)
	switch strings.ToLower(text) {
	case "", "na", "nan", "null":
		return 0, false, nil
	}
	digits, negative := strings.CutPrefix(text, "-")
	if !negative {
		digits = strings.TrimPrefix(digits, "+")
	}
	whole, places, _ := strings.Cut(digits, ".")
	if whole+places == "" || !isDigits(whole) || !isDigits(places) || len(whole) > mostDigits {
		return 0, false, errNumber
	}
	for _, d := range []byte(whole + (places + "00")[:2]) {
		value = 10*value + int32(d-'0')
	}
	if len(places) > 2 && roundsUp(value, places[2:]) {
		value++
	}
	if negative {
		value = -value
	}
	return value, true, nil
}

// roundsUp tells whether a number is to be one greater for the digits that it lacks.
func roundsUp(value int32, rest string) bool {
	const half = '5'
	switch {
	case rest[0] != half:
		return rest[0] > half
	case strings.Trim(rest[1:], "0") != "":
		return true
	default:
		return value%2 == 1
	}
}

func isDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }
