package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"buf.build/go/protovalidate"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/progress"
)

// readWeather reads all that a file of this text has, as lines; and what was told of bad
// ones.
func readWeather(t *testing.T, text string, most int) (all []string, told string, err error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "weather.csv")
	must(t, os.WriteFile(name, []byte(text), 0o600))
	var out bytes.Buffer
	im := &weatherImport{tolerance: &tolerance{most: most, progress: progress.New(&out, "reading", "observations", 1)}}
	if im.table, err = openWeatherTable(name); err != nil {
		return nil, "", err
	}
	defer func() { must(t, im.table.Close()) }()
	m, err := im.next()
	for _, o := range m.body.GetObservations() {
		if err := protovalidate.Validate(o); err != nil {
			t.Errorf("took %v: %v", o, err)
		}
		all = append(all, fmt.Sprintf("%d: %s %s %s %s %s", o.GetLine(), o.GetLocation(), time.UnixMilli(o.GetAtMs()).UTC().Format(time.RFC3339),
			hundredths(o.Temperature), hundredths(o.Humidity), hundredths(o.WindSpeed)))
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return all, fmt.Sprintf("%s%d absent", out.String(), im.summary.Absent), err
}

func hundredths(v *int32) string {
	if v == nil {
		return "-"
	}
	return strconv.Itoa(int(*v))
}

func wantWeather(t *testing.T, text string, want []string, wantTold ...string) {
	t.Helper()
	got, told, err := readWeather(t, text, 100)
	must(t, err)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, line := range wantTold {
		if !strings.Contains(told, line) {
			t.Errorf("%q is not in\n%s", line, told)
		}
	}
}

func TestObservationsAreReadWhateverTheOrderOfColumnsAndTheFormOfTimes(t *testing.T) {
	t.Parallel()
	wantWeather(t, "time,Humidity,note,LOCATION,temperature\n"+
		"2024-05-01T13:30:00+02:00,40,x, Alice Springs ,-3.25\n"+
		"2024-05-01 13:30:00,,x,\"Perth, WA\",21\n"+
		"2024-05-01 13:30,99.995,x,Perth,NA\n\n"+
		"2024-05-01T13:30,null,x,Perth,nan\n"+
		"1900-01-01,0,x,Perth,-0\n",
		[]string{
			"2: Alice Springs 2024-05-01T11:30:00Z -325 4000 -", "3: Perth, WA 2024-05-01T13:30:00Z 2100 - -",
			"4: Perth 2024-05-01T13:30:00Z - 10000 -", "7: Perth 1900-01-01T00:00:00Z 0 0 -",
		}, "1 absent")
}

const australian = "Date,Location,MinTemp,WindSpeed9am,WindSpeed3pm,Humidity9am,Humidity3pm,Temp9am,Temp3pm,RainToday\n"

func TestADayOfAustraliaIsTwoReadingsAndNAIsNone(t *testing.T) {
	t.Parallel()
	wantWeather(t, australian+"01-12-2008,Albury,13.4,20,24,71,22,16.9,21.8,No\n2008-12-02,Albury,NA,NA,0,NA,5,NA,0,No\n03-12-2008,Uluru,NA,NA,NA,NA,NA,NA,NA,No\n",
		[]string{"2: Albury 2008-12-01T09:00:00Z 1690 7100 2000", "2: Albury 2008-12-01T15:00:00Z 2180 2200 2400", "3: Albury 2008-12-02T15:00:00Z 0 500 0"}, "3 absent")
}

func TestBadLinesOfObservationsAreNamedAndPassedOverAsAWhole(t *testing.T) {
	t.Parallel()
	wantWeather(t, "location,time,temperature,humidity,wind_speed\n"+
		"Perth,2024-05-01,900,1,1\nPerth,2024-05-01,1,130,1\nPerth,2024-05-01,1,1,-1\n,2024-05-01,1,1,1\nPerth,yesterday,1,1,1\nPerth,2999-05-01,1,1,1\n"+
		"Perth,1899-12-31,1,1,1\nPerth,2024-05-01,1e3,1,1\nPerth,2024-05-01,1,1\nPerth,2024-05-01,1,1,1\n"+strings.Repeat("x", 101)+",2024-05-01,1,1,1\n",
		[]string{"11: Perth 2024-05-01T00:00:00Z 100 100 100"},
		"weather.csv line 2: the temperature, \"900\", is not between -100 and 70", "line 3: the humidity, \"130\", is not between 0 and 100",
		"line 4: the wind speed, \"-1\", is not between 0 and 500", "line 5: there is no location", "line 6: the time, \"yesterday\", is none",
		"line 7: the time, \"2999-05-01\", has not come yet", "line 8: the time, \"1899-12-31\", is before the year 1900", "line 9: the temperature, \"1e3\", is no number",
		"line 10: this is no record", "line 12: the location has more than 100 characters")
	wantWeather(t, australian+"01-12-2008,Albury,13.4,20,24,71,22,16.9,210.8,No\n", nil, "line 2: the temperature, \"210.8\"")
}

func TestAFileWithoutItsColumnsIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "has no header",
		"place,time,temperature\n":  "has no column \"location\"",
		"location,temperature\n":    "has no column \"time\"",
		"location,time,rain\n":      "has none of the columns temperature, humidity and wind_speed",
		"Date,Temp9am,Temp3pm,x\n1": "has no column \"Location\"",
	} {
		if _, _, err := readWeather(t, text, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	if _, _, err := readWeather(t, "location,time,temperature\nx\nx\nx\n", 2); !errors.Is(err, errTooManyBad) {
		t.Error("got", err)
	}
}

func FuzzParseMeasure(f *testing.F) {
	for _, text := range []string{"21.8", "-0.005", "1.015", "1.0150001", "999999.99", "+3", ".5", "5.", ".", "-", "NA", "1e3", "0x1p-2", "Inf", "1_0", "٣"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, measured, err := parseMeasure(text)
		if err != nil || !measured {
			return
		}
		exact, ok := new(big.Rat).SetString(strings.TrimSuffix(strings.TrimSpace(text), "."))
		if !ok {
			t.Fatalf("%q was taken for %d", text, got)
		}
		rest := new(big.Rat).Sub(new(big.Rat).Mul(exact, big.NewRat(100, 1)), big.NewRat(int64(got), 1))
		switch rest.Abs(rest).Cmp(big.NewRat(1, 2)) {
		case 1:
			t.Errorf("%q is %d", text, got)
		case 0:
			if got%2 != 0 {
				t.Errorf("%q is %d, which is odd", text, got)
			}
		}
	})
}

func FuzzReadWeather(f *testing.F) {
	f.Add("Perth", "2024-05-01T13:30:00+02:00", "21.8", "50", "7")
	f.Add("\xff", "0001-01-01", "-100.004", "100.001", "NA")
	f.Fuzz(func(t *testing.T, location, at, warm, humid, wind string) {
		table := &weatherTable{records: &records{}, readings: []reading{{0, 2, 3, 4}}, at: 1}
		o := &weatherv1.Observation{}
		if err := table.parse([]string{location, at, warm, humid, wind}, table.readings[0], o, newWeatherSlab(1)); err == nil {
			if err := protovalidate.Validate(o); err != nil {
				t.Errorf("took %v: %v", o, err)
			}
		}
	})
}
