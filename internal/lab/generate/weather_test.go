package generate

import (
	"crypto/sha256"
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func weatherFile(t *testing.T, w Weather) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "weather.csv")
	must(t, WriteWeather(t.Context(), w, name, nil))
	return name
}

func TestNoTwoPlacesHaveOneName(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for place := range int64(MostPlaces) {
		seen[placeName(place)] = true
	}
	if len(seen) != MostPlaces {
		t.Errorf("%d places have %d names", MostPlaces, len(seen))
	}
}

func TestTheSameWeatherIsTheSameFileAndAnotherSeedIsAnother(t *testing.T) {
	t.Parallel()
	for _, form := range []Form{Sparse, Dense} {
		sum := func(seed uint64) [32]byte {
			raw, err := os.ReadFile(weatherFile(t, Weather{Form: form, Places: 7, Rows: 1000, Seed: seed}))
			must(t, err)
			return sha256.Sum256(raw)
		}
		first, again, other := sum(1), sum(1), sum(2)
		if first != again || first == other {
			t.Errorf("%s: the seed does not decide", form)
		}
	}
}

func TestWeatherHasItsRowsAndPlacesInTheOrderOfTime(t *testing.T) {
	t.Parallel()
	for form, span := range map[Form]time.Duration{Sparse: 5 * 366 * 24 * time.Hour, Dense: 500 * 10 * time.Minute} {
		f, err := os.Open(weatherFile(t, Weather{Form: form, Places: 7, Rows: 3001, Seed: 1}))
		must(t, err)
		rows, err := csv.NewReader(f).ReadAll()
		must(t, err)
		must(t, f.Close())
		places, last, missing := map[string]int{}, "", 0
		for _, row := range rows[1:] {
			at, err := time.Parse(time.RFC3339, row[1])
			must(t, err)
			if places[row[0]] > 0 && row[1] <= last || at.Before(weatherEnds.Add(-span)) || !at.Before(weatherEnds) || row[2] == "" {
				t.Fatalf("%s: %v comes after %s", form, row, last)
			}
			if row[3] == "" || row[4] == "" {
				missing++
			}
			places[row[0]], last = places[row[0]]+1, row[1]
		}
		if len(rows)-1 != 3001 || len(places) != 7 || missing < 50 || missing > 250 {
			t.Errorf("%s: %d rows of %v, %d of them lack a value", form, len(rows)-1, places, missing)
		}
	}
}

func TestWeatherThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for _, w := range []Weather{
		{Form: Sparse, Places: 0, Rows: 1},
		{Form: Sparse, Places: MostPlaces + 1, Rows: 10_000_000},
		{Form: Dense, Places: 10, Rows: 9},
		{Form: Sparse, Places: 1, Rows: 10_000_000},
		{Form: Dense, Places: 1, Rows: 10_000_000},
	} {
		if err := WriteWeather(t.Context(), w, filepath.Join(t.TempDir(), "weather.csv"), nil); err == nil {
			t.Errorf("%v was written", w)
		}
	}
	for _, form := range []Form{Sparse, Dense} {
		must(t, FullWeather(form, 1).Check())
	}
}
