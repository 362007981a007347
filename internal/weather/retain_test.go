package weather_test

import (
	"strings"
	"testing"
	"time"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/weather"
)

func TestWhatIsOlderThanItIsKeptGoesWithItsPartOfAllSums(t *testing.T) {
	t.Parallel()
	now := start.AddDate(4, 3, 10)
	w := open(t, rpctest.InProcess, func(d *weather.Deps) { d.Now = func() time.Time { return now } })
	var all []*weatherv1.Observation
	for i := range 900 {
		all = append(all, observed("Perth", start.Add(time.Duration(i)*24*time.Hour), int32(i), none, none))
		if i%50 == 0 {
			all = append(all, observed("Albury", start.Add(time.Duration(i)*24*time.Hour), int32(i), none, none))
		}
	}
	all = append(all, observed("Darwin", start, 5, none, none))
	w.record(all...)
	perth, albury, darwin := w.location("Perth"), w.location("Albury"), w.location("Darwin")
	equal(t, "years", years(w), "2020 2021 2022")
	must(t, w.service.Retain(t.Context()))
	equal(t, "kept for ever", say(w.average(perth, temperature, time.Time{}, time.Time{})), "900, 404550, 4.4950, 0 to 899")

	kept := on2(w, func(d *weather.Deps) {
		d.Now, d.Config.Retention = func() time.Time { return now }, 2*365*24*time.Hour
	})
	// Two years before the 11th of April of 2024 is the 12th of April of 2022: from the
	// first of that month on. That is the 821st day.
	must(t, kept.Retain(t.Context()))
	must(t, kept.Retain(t.Context()))
	kept.exact()
	equal(t, "years after", years(w), "2022")
	equal(t, "Perth", say(kept.average(perth, temperature, time.Time{}, time.Time{})), "79, 67940, 8.6000, 821 to 899")
	equal(t, "its May", say(kept.average(perth, temperature, time.Date(2022, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2022, 6, 1, 0, 0, 0, 0, time.UTC))), "31, 26846, 8.6600, 851 to 881")
	equal(t, "before", say(kept.average(perth, temperature, time.Time{}, start.AddDate(2, 0, 0))), "nothing")
	equal(t, "Albury", say(kept.average(albury, temperature, time.Time{}, time.Time{})), "1, 850, 8.5000, 850 to 850")
	equal(t, "Darwin", say(kept.average(darwin, temperature, time.Time{}, time.Time{})), "nothing")

	old := observed("Perth", start, 5, none, none)
	old.Line = 17
	res := kept.record(old, observed("Perth", time.Date(2022, 4, 1, 0, 0, 0, 0, time.UTC), 800, none, none))
	equal(t, "recorded", counts(res), "2: 0 new, 1 corrected, 0 places, 1 refused")
	equal(t, "the refusal", res.GetRefusals()[0].GetReason(), "expired")
	equal(t, "its line", res.GetRefusals()[0].GetLine(), 17)
	kept.exact()
}

// on2 is another service on the same database, with clients of its own.
func on2(w world, change func(*weather.Deps)) kept {
	w.t.Helper()
	d := weather.Deps{DB: w.db}
	change(&d)
	w.service = weather.New(d)
	w.WeatherServiceClient, w.streams = reach(w.t, rpctest.InProcess, w.service)
	return kept{w, w.service}
}

// kept is a world whose job can be run.
type kept struct {
	world
	*weather.Service
}

// years are those that have a partition.
func years(w world) string {
	return strings.Join(w.texts(`SELECT split_part(inhrelid::regclass::text, '_', 3) FROM pg_inherits WHERE inhparent = 'weather_observations'::regclass ORDER BY 1`), " ")
}
