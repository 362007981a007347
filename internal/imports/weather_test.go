package imports_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/lab/generate"
)

func (d deployment) weather(ctx context.Context, file string, out io.Writer) (imports.WeatherSummary, error) {
	return imports.Weather(ctx, imports.WeatherConfig{Client: d.operator, File: file, MaxErrors: 100, Out: out})
}

// place is the id of a place, and how many observations there are of it.
func (d deployment) place(name string) (string, int64) {
	d.t.Helper()
	res, err := d.member.Weather.GetLocation(d.t.Context(), &weatherv1.GetLocationRequest{Key: &weatherv1.GetLocationRequest_Name{Name: name}})
	must(d.t, err)
	return res.GetLocation().GetId(), res.GetObservations()
}

func (d deployment) average(place string, m weatherv1.Metric, from, to *timestamppb.Timestamp) *weatherv1.Summary {
	d.t.Helper()
	res, err := d.member.Weather.GetAverage(d.t.Context(), &weatherv1.GetAverageRequest{LocationId: place, Metric: m, From: from, To: to})
	must(d.t, err)
	return res.GetSummary()
}

// australia is the file of real observations, where it is at hand, else a made one of the
// same form.
func australia(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("THRONG_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	name := filepath.Join(dir, "weather-australia.csv")
	if _, err := os.Stat(name); err == nil {
		return name
	}
	t.Log("the real observations are not at hand; made ones stand for them")
	name = filepath.Join(t.TempDir(), "weather.csv")
	text := "Date,Location,MinTemp,WindSpeed9am,WindSpeed3pm,Humidity9am,Humidity3pm,Temp9am,Temp3pm\n"
	places := []string{"Albury", "Uluru", "Perth"}
	for i := range 3000 {
		day, value := time.Date(2008, 12, 1+i/3, 0, 0, 0, 0, time.UTC), func(n int) string {
			if i*n%11 == 0 {
				return "NA"
			}
			return fmt.Sprintf("%d.%d", i*n%50, i%10)
		}
		text += fmt.Sprintf("%s,%s,NA,%s,%s,%s,%s,%s,%s\n", day.Format("02-01-2006"), places[i%3], value(3), value(5), value(7), value(9), value(13), value(17))
	}
	must(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// noted is what a file says of a place by itself, by measure, year and time of day.
type noted map[string]map[string]*big.Rat

// australianSums reads the file anew, with nothing of the import: the last value of each
// place, measure, day and hour, as text.
func australianSums(t *testing.T, name string) (values noted, places map[string]bool) {
	t.Helper()
	f, err := os.Open(name)
	must(t, err)
	defer func() { must(t, f.Close()) }()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	at := map[string]int{}
	for i, column := range rows[0] {
		at[column] = i
	}
	values, places = noted{}, map[string]bool{}
	for _, row := range rows[1:] {
		place, date := row[at["Location"]], row[at["Date"]]
		places[place] = true
		for measure, column := range map[string]string{"1": "Temp", "2": "Humidity", "3": "WindSpeed"} {
			for _, hour := range []string{"9am", "3pm"} {
				group := place + "/" + measure
				if values[group] == nil {
					values[group] = map[string]*big.Rat{}
				}
				delete(values[group], date+hour)
				if text := row[at[column+hour]]; text != "NA" {
					v, ok := new(big.Rat).SetString(text)
					if !ok {
						t.Fatal(text)
					}
					values[group][date+hour] = v
				}
			}
		}
	}
	return values, places
}

// over adds up those whose date ends with a text.
func over(values map[string]*big.Rat, year string) string {
	sum, n := new(big.Rat), int64(0)
	var least, most *big.Rat
	for date, v := range values {
		if !strings.Contains(date, year) {
			continue
		}
		sum.Add(sum, v)
		n++
		if least == nil || v.Cmp(least) < 0 {
			least = v
		}
		if most == nil || v.Cmp(most) > 0 {
			most = v
		}
	}
	if n == 0 {
		return "nothing"
	}
	return fmt.Sprint(n, signed(new(big.Rat).Quo(sum, big.NewRat(n, 1))), least.FloatString(2), " ", most.FloatString(2))
}

// signed is evenly for numbers below zero, too.
func signed(r *big.Rat) string {
	if r.Sign() < 0 {
		return "-" + evenly(new(big.Rat).Neg(r))
	}
	return evenly(r)
}

func saidOf(s *weatherv1.Summary) string {
	if s.GetCount() == 0 {
		return "nothing"
	}
	return fmt.Sprint(s.GetCount(), s.GetMean(), big.NewRat(int64(s.GetMin()), 100).FloatString(2), " ", big.NewRat(int64(s.GetMax()), 100).FloatString(2))
}

func TestTheAustralianObservationsAreImportedOnceWithTheAveragesOfTheirFile(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	file := australia(t)
	values, places := australianSums(t, file)
	first, err := d.weather(t.Context(), file, nil)
	must(t, err)
	again, err := d.weather(t.Context(), file, nil)
	must(t, err)
	whole := strings.Contains(file, "shared")
	if first.LocationsCreated != int64(len(places)) || first.Corrected+first.Refused+first.Bad != 0 || whole && (len(places) != 12 || first.Observations != 2*8425-147) {
		t.Errorf("got %v of %d places", first, len(places))
	}
	if again.Observations != first.Observations || again.Created+again.Corrected+again.LocationsCreated != 0 {
		t.Error("again", again)
	}
	for place := range places {
		id, _ := d.place(place)
		for m := weatherv1.Metric(1); m <= 3; m++ {
			of := values[fmt.Sprintf("%s/%d", place, m)]
			if got, want := saidOf(d.average(id, m, nil, nil)), over(of, ""); got != want {
				t.Errorf("%s, %v: got %s, want %s", place, m, got, want)
			}
			for year := 2008; year < 2018; year++ {
				begins := timestamppb.New(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
				ends := timestamppb.New(time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC))
				if got, want := saidOf(d.average(id, m, begins, ends)), over(of, fmt.Sprint(year)); got != want {
					t.Errorf("%s, %v in %d: got %s, want %s", place, m, year, got, want)
				}
			}
		}
	}
	must(t, d.app.Recount(t.Context(), "weather", io.Discard))
}

func TestGeneratedWeatherIsImportedWholeAndOnce(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	for _, spec := range []generate.Weather{
		{Form: generate.Sparse, Places: 50, Rows: 3000, Seed: 3}, {Form: generate.Dense, Places: 2, Rows: 3000, Seed: 3},
	} {
		name := filepath.Join(t.TempDir(), "weather.csv")
		must(t, generate.WriteWeather(t.Context(), spec, name, nil))
		got, err := d.weather(t.Context(), name, nil)
		must(t, err)
		if got.Created != spec.Rows || got.LocationsCreated != spec.Places || got.Bad+got.Refused+got.Absent+got.Corrected != 0 {
			t.Errorf("got %v of %v", got, spec)
		}
		again, err := d.weather(t.Context(), name, nil)
		must(t, err)
		if again.Observations != spec.Rows || again.Created+again.Corrected+again.LocationsCreated != 0 {
			t.Error("again", again)
		}
	}
	must(t, d.app.Recount(t.Context(), "weather", io.Discard))
}

func TestAnInterruptedImportOfWeatherGoesOnWhenRunAgain(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	name := filepath.Join(t.TempDir(), "weather.csv")
	var text strings.Builder
	text.WriteString("location,time,temperature\n")
	const rows = 20_000
	for i := range rows {
		if i == 5500 {
			text.WriteString("a bad line that is told of in the midst\n")
		}
		fmt.Fprintf(&text, "place %d,%s,%d.5\n", i/5000, time.Date(2020, 1, 1, 0, i, 0, 0, time.UTC).Format(time.RFC3339), i%40)
	}
	must(t, os.WriteFile(name, []byte(text.String()), 0o600))
	ctx, interrupt := context.WithCancel(t.Context())
	got, err := d.weather(ctx, name, onWrite(interrupt))
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "run it again to go on") || got.Created < 5000 || got.Created >= rows {
		t.Fatal("got", got, err)
	}
	again, err := d.weather(t.Context(), name, nil)
	if err == nil || again.Created+got.Created != rows || again.Bad != 1 || again.Corrected != 0 {
		t.Errorf("got %v, then %v, %v", got, again, err)
	}
	must(t, d.app.Recount(t.Context(), "weather", io.Discard))
	if _, err := imports.Weather(t.Context(), imports.WeatherConfig{Client: d.member, File: name, MaxErrors: 1}); connect.CodeOf(err) != connect.CodePermissionDenied {
		t.Error("a member got", err)
	}
}
