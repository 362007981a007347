package weather

import (
	"context"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/gen/go/throng/weather/v1/weatherv1connect"
	"github.com/throng-social/throng/internal/lab/deployment"
	"github.com/throng-social/throng/internal/lab/load"
)

// observed is a file of two places, with four observations and one.
const observed = `location,time,temperature,humidity,wind_speed
Oslo,2023-01-01T00:00:00Z,1.00,50.00,
Oslo,2023-01-02T00:00:00Z,-2.50,,10.00
Oslo,2023-01-03T00:00:00Z,0.01,60.00,20.00
Oslo,2023-01-04T00:00:00Z,30.00,70.00,30.00
Bergen,2023-01-01T00:00:00Z,5.00,,
`

func truthOf(t *testing.T, text string) (*truth, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "weather.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return readTruth(t.Context(), file, 0)
}

func known(t *testing.T) *truth {
	t.Helper()
	truth, err := truthOf(t, observed)
	if err != nil {
		t.Fatal(err)
	}
	copy(truth.ids, []string{"0193d000-0000-7000-8000-000000000001", "0193d000-0000-7000-8000-000000000002"})
	return truth
}

// day is the beginning of a day of January 2023.
func day(n int) int64 { return time.Date(2023, 1, n, 0, 0, 0, 0, time.UTC).UnixMilli() }

func TestSumsAreThoseOfTheLinesOfTheRange(t *testing.T) {
	t.Parallel()
	truth := known(t)
	if !slices.Equal(truth.names, []string{"Oslo", "Bergen"}) || truth.begin != day(1) || truth.end != day(4)+1 {
		t.Errorf("%v from %d to %d", truth.names, truth.begin, truth.end)
	}
	for name, c := range map[string]struct {
		q    question
		want sums
	}{
		"always":                   {question{always: true}, sums{4, 2851, -250, 3000}},
		"the end is not in it":     {question{from: day(1), to: day(4)}, sums{3, -149, -250, 100}},
		"the beginning is":         {question{from: day(2), to: day(2) + 1}, sums{1, -250, -250, -250}},
		"what was not measured":    {question{column: 1, from: day(1), to: day(4)}, sums{2, 11000, 5000, 6000}},
		"the last column":          {question{column: 2, always: true}, sums{3, 6000, 1000, 3000}},
		"the last place":           {question{place: 1, always: true}, sums{1, 500, 500, 500}},
		"... not before it began":  {question{place: 1, from: day(1) + 1, to: day(4)}, sums{least: 1<<31 - 1, greatest: -1 << 31}},
		"... and of what it lacks": {question{place: 1, column: 2, always: true}, sums{least: 1<<31 - 1, greatest: -1 << 31}},
	} {
		if got := truth.answer(c.q); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func summary(count, sum int64, mean string, least, greatest int32) *weatherv1.Summary {
	return &weatherv1.Summary{Count: count, Sum: sum, Mean: mean, Min: &least, Max: &greatest}
}

func TestAnAnswerThatIsNotRightIsFound(t *testing.T) {
	t.Parallel()
	zero := int32(0)
	right, none := sums{count: 3, sum: -149, least: -250, greatest: 100}, sums{}
	for name, c := range map[string]struct {
		of    sums
		got   *weatherv1.Summary
		right bool
	}{
		"right":                     {right, summary(3, -149, "-0.4967", -250, 100), true},
		"one value less":            {right, summary(2, -149, "-0.4967", -250, 100), false},
		"another sum":               {right, summary(3, -148, "-0.4967", -250, 100), false},
		"another mean":              {right, summary(3, -149, "-0.4966", -250, 100), false},
		"a mean rounded otherwise":  {right, summary(3, -149, "-0.497", -250, 100), false},
		"another sign":              {right, summary(3, -149, "0.4967", -250, 100), false},
		"no mean":                   {right, summary(3, -149, "", -250, 100), false},
		"another least":             {right, summary(3, -149, "-0.4967", -251, 100), false},
		"another greatest":          {right, summary(3, -149, "-0.4967", -250, 99), false},
		"no least":                  {right, &weatherv1.Summary{Count: 3, Sum: -149, Mean: "-0.4967"}, false},
		"nothing":                   {right, nil, false},
		"half, and even":            {sums{8, 1, 0, 1}, summary(8, 1, "0.0012", 0, 1), true},
		"half, and odd":             {sums{8, 1, 0, 1}, summary(8, 1, "0.0013", 0, 1), false},
		"half below 0":              {sums{8, -3, -1, 0}, summary(8, -3, "-0.0038", -1, 0), true},
		"almost 0":                  {sums{1000, -1, -1, 0}, summary(1000, -1, "0.0000", -1, 0), true},
		"almost 0 with a sign":      {sums{1000, -1, -1, 0}, summary(1000, -1, "-0.0000", -1, 0), false},
		"zeros before":              {sums{1, 100, 100, 100}, summary(1, 100, "01.0000", 100, 100), false},
		"of no values":              {none, &weatherv1.Summary{}, true},
		"of no values a mean":       {none, &weatherv1.Summary{Mean: "0.0000"}, false},
		"of no values the least":    {none, &weatherv1.Summary{Min: &zero}, false},
		"of no values the greatest": {none, &weatherv1.Summary{Max: &zero}, false},
		"of no values no answer":    {none, nil, false},
	} {
		if want := map[bool]load.Outcome{true: load.OK, false: load.WrongBody}[c.right]; load.OutcomeOf(c.of.check(c.got)) != want {
			t.Errorf("%s: %v", name, c.of.check(c.got))
		}
	}
}

// scripted is a server with one answer.
type scripted struct {
	weatherv1connect.UnimplementedWeatherServiceHandler

	answer *weatherv1.Summary
}

func (s scripted) GetAverage(context.Context, *weatherv1.GetAverageRequest) (*weatherv1.GetAverageResponse, error) {
	return &weatherv1.GetAverageResponse{Summary: s.answer}, nil
}

func TestAServerThatIsOffByAHundredthIsFoundOut(t *testing.T) {
	t.Parallel()
	q := question{from: day(1), to: day(4)}
	for _, c := range []struct {
		sum  int64
		want load.Outcome
	}{{-149, load.OK}, {-150, load.WrongBody}} {
		_, handler := weatherv1connect.NewWeatherServiceHandler(scripted{answer: summary(3, c.sum, "-0.4967", -250, 100)})
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		s := &stage{Config: Config{Users: []int{1}}, Deployment: &deployment.Deployment{Base: server.URL}, truth: known(t)}
		found := &Result{}
		r := newRun(s, found)
		if err := r.ask(t.Context(), q); load.OutcomeOf(err) != c.want {
			t.Errorf("%d: %v", c.sum, err)
		}
		model := load.Closed{Bounds: load.Bounds{Duration: time.Minute, Requests: 1, Timeout: time.Minute}, Users: 1}
		r.Every, r.Out = time.Second, t.Output()
		if _, err := r.measure(t.Context(), plan{name: "one", do: func(ctx context.Context, to *load.Recorder) error {
			return model.Run(ctx, func(ctx context.Context, _ load.Request) error { return r.ask(ctx, q) }, to)
		}}); err != nil {
			t.Error(err)
		}
		if wrong := c.want != load.OK; wrong != (len(found.Problems) > 0) || r.answers.Load() != 2 || r.values.Load() != 6 {
			t.Errorf("%d: %v, %d answers, %d values", c.sum, found.Problems, r.answers.Load(), r.values.Load())
		}
	}
}

func TestAFileThatIsNoneOfOursIsRefused(t *testing.T) {
	t.Parallel()
	head := "location,time,temperature,humidity,wind_speed\n"
	for name, text := range map[string]string{
		"empty":              "",
		"another head":       "location,time,temperature\nOslo,2023-01-01T00:00:00Z,1.00\n",
		"no observations":    head,
		"out of order":       head + "Oslo,2023-01-02T00:00:00Z,1.00,,\nOslo,2023-01-01T00:00:00Z,1.00,,\n",
		"twice":              head + "Oslo,2023-01-02T00:00:00Z,1.00,,\nOslo,2023-01-02T00:00:00Z,1.00,,\n",
		"no time":            head + "Oslo,today,1.00,,\n",
		"no number":          head + "Oslo,2023-01-02T00:00:00Z,warm,,\n",
		"a field is missing": head + "Oslo,2023-01-02T00:00:00Z,1.00,\n",
	} {
		if _, err := truthOf(t, text); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
	split, err := truthOf(t, observed+"Oslo,2023-01-01T00:00:00Z,1.00,,\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := split.byName(); err == nil {
		t.Error("a place comes back, and nobody minds")
	}
}

func TestHundredthsAreThoseOfTheText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int32{"": missing, "0.00": 0, "-0.01": -1, "0.29": 29, "-12.35": -1235, "100.00": 10000, "19.99": 1999} {
		if got, err := hundredths(text); got != want || err != nil {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

func TestRangesAreNeverEmptyAndReachBothEnds(t *testing.T) {
	t.Parallel()
	truth, random := known(t), rand.New(rand.NewPCG(1, 1))
	least, greatest, seen := truth.end, truth.begin, [columns]bool{}
	for range 10_000 {
		q := truth.draw(random, 0, false)
		if q.from >= q.to || q.from < truth.begin || q.to > truth.end {
			t.Fatalf("from %d to %d, of %d to %d", q.from, q.to, truth.begin, truth.end)
		}
		least, greatest, seen[q.column] = min(least, q.from), max(greatest, q.to), true
	}
	if span := truth.end - truth.begin; least > truth.begin+span/100 || greatest < truth.end-span/100 || seen != [columns]bool{true, true, true} {
		t.Errorf("from %d to %d, of %d to %d; columns %v", least, greatest, truth.begin, truth.end, seen)
	}
	if req := truth.request(truth.draw(random, 1, true)); req.GetFrom() != nil || req.GetTo() != nil || req.GetLocationId() != truth.ids[1] {
		t.Errorf("all time is asked for with %v", req)
	}
}

func TestOfAHundredUsersFiftyThirtyTenFiveAndFiveAskOfOnePlaceEach(t *testing.T) {
	t.Parallel()
	var count, first [len(shares)]int
	for user := range 100 {
		count[groupOf(user)]++
		if user < 20 {
			first[groupOf(user)]++
		}
	}
	if count != shares || first[0] < 8 || first[0] > 12 {
		t.Errorf("%v in a hundred, %v of the first twenty", count, first)
	}
}

func TestATextHasAllThatWasFound(t *testing.T) {
	t.Parallel()
	none := 0
	r := Result{Loaded: &Loaded{Places: 7, Observations: 70, Seconds: 1}, Checks: Checks{Answers: 5, Values: 50, Differences: &none}, Problems: []string{"it rained"}}
	for _, want := range []string{"7 places with 70 observations", "5 answers against 50 values", "0 differences", "! it rained"} {
		if text := r.String(); !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}
