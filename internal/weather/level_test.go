package weather_test

import (
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/weather"
)

const (
	hourly  = 1 << weather.Hours
	daily   = 1 << weather.Days
	monthly = 1 << weather.Months
)

func TestALevelIsKeptWhereItIsTenTimesSmallerThanTheOneBelow(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		kept         weather.Levels
		observations int64
		span         time.Duration
		want         weather.Levels
	}{
		"nothing":                    {0, 0, 0, 0},
		"one":                        {0, 1, 0, 0},
		"nine in an hour":            {0, 9, 0, 0},
		"ten in an hour":             {0, 10, 0, hourly},
		"one a month for five years": {0, 60, 5 * 365 * day, 0},
		"82 in five years, as the sparse set has": {0, 82, 5 * 365 * day, 0},
		"two a day for two years":                 {0, 1460, 730 * day, monthly},
		"six an hour for two years":               {0, 105_120, 730*day - time.Hour, daily | monthly},
		"one a minute for two years":              {0, 1_051_200, 730*day - time.Hour, hourly | daily | monthly},
		"one an hour for ten days":                {0, 240, 10*day - time.Hour, daily | monthly},
		"one an hour for nine days":               {0, 216, 9*day - time.Hour, daily},
		"five a day keep what there was":          {daily, 5 * 8, 8*day - time.Hour, daily},
		"less than that does not":                 {daily, 5*8 - 1, 8*day - time.Hour, monthly},
		"five a day begin nothing":                {0, 5 * 8, 8*day - time.Hour, monthly},
	} {
		if got := weather.Decide(c.kept, c.observations, start, start.Add(c.span)); got != c.want {
			t.Errorf("%s: got %b, want %b", name, got, c.want)
		}
	}
}

func TestSpansCoverARangeOnceAndWholePartsOnly(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		kept := weather.Levels(random.IntN(16)) &^ 1
		begins := start.Add(time.Duration(random.Int64N(int64(1000 * time.Hour))).Truncate(time.Minute))
		ends := begins.Add(time.Duration(random.Int64N(int64(time.Hour) << random.IntN(16))))
		if random.IntN(3) == 0 {
			begins, ends = weather.Floor(weather.Days, begins), weather.Floor(weather.Months, ends)
		}
		at, raw, levels := begins, 0, map[weather.Level]int{}
		for _, s := range weather.Cover(kept, begins, ends) {
			if !s.Begins.Equal(at) || !s.Begins.Before(s.Ends) {
				t.Fatalf("%b, %v to %v: %v comes after %v", kept, begins, ends, s, at)
			}
			if s.Level == weather.Raw {
				raw++
			} else if kept&(1<<s.Level) == 0 || !weather.Floor(s.Level, s.Begins).Equal(s.Begins) || !weather.Floor(s.Level, s.Ends).Equal(s.Ends) {
				t.Fatalf("%b, %v to %v: %v is not made of whole parts that are kept", kept, begins, ends, s)
			}
			at = s.Ends
			levels[s.Level]++
		}
		if begins.Before(ends) && !at.Equal(ends) || raw > 2 || levels[weather.Hours] > 2 || levels[weather.Days] > 2 || levels[weather.Months] > 1 {
			t.Fatalf("%b, %v to %v: it ends at %v, with %d spans of rows and %v", kept, begins, ends, at, raw, levels)
		}
	}
}

func TestMeansAreRoundedHalfToEven(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		total, count int64
		want         string
	}{
		{0, 0, ""},
		{0, 3, "0.0000"},
		{2217, 1, "22.1700"},
		{-2217, 1, "-22.1700"},
		{1, 3, "0.0033"},
		{-1, 3, "-0.0033"},
		{2, 3, "0.0067"},
		{1, 200, "0.0000"},
		{3, 200, "0.0002"},
		{-1, 200, "0.0000"},
		{-3, 200, "-0.0002"},
		{5, 200, "0.0002"},
	} {
		equal(t, "the mean", weather.Mean(c.total, c.count), c.want)
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		count := 1 + random.Int64N(1<<random.IntN(40))
		total := random.Int64N(100_001)*count - 10_000*count + random.Int64N(count)
		equal(t, "the mean", weather.Mean(total, count), evenly(big.NewRat(total, 100*count)))
	}
}

// evenly writes a number to four places, half to even.
func evenly(r *big.Rat) string {
	scaled := new(big.Rat).Mul(new(big.Rat).Abs(r), big.NewRat(10_000, 1))
	whole, rest := new(big.Int).QuoRem(scaled.Num(), scaled.Denom(), new(big.Int))
	switch new(big.Int).Lsh(rest, 1).Cmp(scaled.Denom()) {
	case 1:
		whole.Add(whole, big.NewInt(1))
	case 0:
		whole.Add(whole, big.NewInt(int64(whole.Bit(0))))
	}
	if r.Sign() < 0 {
		whole.Neg(whole)
	}
	return new(big.Rat).SetFrac(whole, big.NewInt(10_000)).FloatString(4)
}
