package generate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/progress"
)

// Form is a form of weather.
type Form string

// The two forms.
const (
	// Sparse has many places with few observations each, scattered over five years.
	Sparse Form = "sparse"
	// Dense has few places with an observation every ten minutes.
	Dense Form = "dense"
)

// Weather decides on a file of observations, with a seed: the same is the same file, to
// the last byte. It is written place by place, each in the order of time, as one CSV file
// that `throng import weather` reads.
type Weather struct {
	Form Form
	// Places and Rows are how many there are.
	Places, Rows int64
	Seed         uint64
}

const (
	// MostPlaces is how many names there are.
	MostPlaces = 125_000
	// MostWeather bounds the rows.
	MostWeather = 1_000_000_000
	// sparseYears is how long sparse weather goes on.
	sparseYears = 5
	every       = 10 * time.Minute
)

// weatherEnds is when the last observations were made, of either form.
var weatherEnds = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// FullWeather is a form in full size: 10,000,000 rows of 122,000 places over five years,
// as the reference had, or 100 places over two years.
func FullWeather(f Form, seed uint64) Weather {
	if f == Dense {
		return Weather{Form: Dense, Places: 100, Rows: 100 * 2 * 365 * 144, Seed: seed}
	}
	return Weather{Form: Sparse, Places: 122_000, Rows: 10_000_000, Seed: seed}
}

// String is for people.
func (w Weather) String() string {
	return fmt.Sprintf("%d observations at %d places, %s", w.Rows, w.Places, w.Form)
}

// Check refuses what cannot be made.
func (w Weather) Check() error {
	switch {
	case w.Places < 1 || w.Places > MostPlaces:
		return fmt.Errorf("there are 1 to %d places, not %d", MostPlaces, w.Places)
	case w.Rows < w.Places || w.Rows > MostWeather:
		return fmt.Errorf("there are as many rows as places at least, and %d at most, not %d", MostWeather, w.Rows)
	case w.perPlace() > w.slots():
		return fmt.Errorf("a place has %d rows at most, not %d", w.slots(), w.perPlace())
	}
	return nil
}

// perPlace is how many rows a place has at most.
func (w Weather) perPlace() int64 { return (w.Rows + w.Places - 1) / w.Places }

// slots are the times that a place can have.
func (w Weather) slots() int64 {
	if w.Form == Sparse {
		return int64(weatherEnds.Sub(weatherEnds.AddDate(-sparseYears, 0, 0)) / time.Minute)
	}
	return int64(weatherEnds.Sub(time.Date(1950, time.January, 1, 0, 0, 0, 0, time.UTC)) / every)
}

// Disk is about how many bytes the file has, rather too many than too few.
func (w Weather) Disk() int64 {
	const rowBytes = 56
	return rowBytes * w.Rows
}

// CheckDisk refuses a file for which a folder has no room.
func (w Weather) CheckDisk(dir string) error {
	free, err := imports.FreeDisk(dir)
	if err == nil && free < w.Disk() {
		return fmt.Errorf("the file needs about %d MB of disk, and %s has %d MB free", w.Disk()>>20, dir, free>>20)
	}
	return err
}

// WriteWeather makes a file, over one of the same name.
func WriteWeather(ctx context.Context, w Weather, name string, out io.Writer) error {
	if err := w.Check(); err != nil {
		return err
	}
	f, err := create(filepath.Dir(name), filepath.Base(name), "location,time,temperature,humidity,wind_speed")
	if err != nil {
		return err
	}
	err = w.write(ctx, f, out)
	if err = errors.Join(err, f.close()); err == nil && f.rows != w.Rows {
		err = fmt.Errorf("%d rows were written, not %d", f.rows, w.Rows)
	}
	if err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

func (w Weather) write(ctx context.Context, f *file, out io.Writer) error {
	bar := progress.New(out, "writing", "observations", w.Rows)
	defer bar.Finish()
	rows, dice := share{rows: w.Rows, places: w.Places}, newDice()
	for place := range w.Places {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := rows.take(1)
		w.place(f, dice.of(w.Seed, placeDice, place), place, n)
		bar.Step(int(n))
	}
	return nil
}

// place writes the observations of a place. Sparse ones are spread over their years, each
// at a minute of its own part of them.
func (w Weather) place(f *file, r *rand.Rand, place, n int64) {
	name, c := w.name(place), newClimate(r)
	for i := range n {
		at := weatherEnds.Add(-time.Duration(n-i) * every)
		if w.Form == Sparse {
			minutes := w.slots()
			from, to := minutes*i/n, minutes*(i+1)/n
			at = weatherEnds.Add(time.Duration(from+r.Int64N(to-from)-minutes) * time.Minute)
		}
		f.plain(name).time(at)
		c.observe(r, at, f)
		f.end()
	}
}

// name is that of a place; none is of both forms.
func (w Weather) name(place int64) string {
	if w.Form == Dense {
		return placeName(MostPlaces - 1 - place)
	}
	return placeName(place)
}

func (f *file) time(at time.Time) *file {
	f.row = append(at.AppendFormat(f.row, time.RFC3339), ',')
	return f
}

// hundredths writes a value with two places.
func (f *file) hundredths(v int64) {
	if v < 0 {
		f.row, v = append(f.row, '-'), -v
	}
	f.row = append(strconv.AppendInt(f.row, v/100, 10), '.', byte('0'+v/10%10), byte('0'+v%10), ',')
}

// climate is what a place is like, in hundredths and whole numbers alone, which are the
// same on every machine.
type climate struct {
	// warm is the mean temperature, season and day how far it swings either way.
	warm, season, day int64
	// wet is the mean humidity, wind the mean wind speed.
	wet, wind int64
	// south turns the seasons round.
	south bool
}

func newClimate(r *rand.Rand) climate {
	return climate{
		warm: 200 + r.Int64N(2400), season: 200 + r.Int64N(1300), day: 200 + r.Int64N(500), wet: 4000 + r.Int64N(4500), wind: 600 + r.Int64N(1800), south: r.IntN(2) == 0,
	}
}

// swing goes from -1000 to 1000 and back, once in a whole.
func swing(part, whole int64) int64 {
	at := 4000 * part / whole
	if at > 2000 {
		at = 4000 - at
	}
	return at - 1000
}

// missingOne is in how many observations one lacks its humidity, or its wind.
const missingOne = 50

// observe writes the values of a time.
func (c climate) observe(r *rand.Rand, at time.Time, f *file) {
	season := swing(int64(at.YearDay()-1), 366)
	if c.south {
		season = -season
	}
	warm := c.warm + c.season*season/1000 + c.day*swing(int64(at.Hour()*60+at.Minute()), 24*60)/1000 + r.Int64N(401) - 200
	f.hundredths(warm)
	if r.IntN(missingOne) == 0 {
		f.plain("")
	} else {
		f.hundredths(min(max(c.wet-(warm-c.warm)+r.Int64N(1501)-750, 500), 10_000))
	}
	if r.IntN(missingOne) == 0 {
		f.plain("")
	} else {
		f.hundredths(min(c.wind*r.Int64N(1001)/500*(1+r.Int64N(3))/2, 20_000))
	}
}
