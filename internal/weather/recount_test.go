package weather_test

import (
	"strings"
	"testing"
	"time"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestARecountFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	all := []*weatherv1.Observation{observed("Albury", start, 5, none, 7)}
	for i := range 600 {
		all = append(all, observed("Perth", start.Add(time.Duration(i)*time.Minute), int32(i), 100, none))
	}
	w.record(all...)
	for name, change := range map[string]string{
		"a count":               `UPDATE weather_totals SET observations = observations + 1 WHERE temperature_max = 599`,
		"a sum":                 `UPDATE weather_totals SET temperature_sum = temperature_sum + 1 WHERE temperature_max = 599`,
		"a least value":         `UPDATE weather_totals SET wind_speed_min = 6 WHERE wind_speed_n = 1`,
		"a first time":          `UPDATE weather_totals SET first_at = first_at + interval '1 second' WHERE temperature_max = 599`,
		"totals that are gone":  `DELETE FROM weather_totals WHERE wind_speed_n = 1`,
		"totals of nothing":     `INSERT INTO weather_totals (place) VALUES (77)`,
		"a roll-up":             `UPDATE weather_rollups SET humidity_max = 101 WHERE start = '2020-01-01 03:00+00'`,
		"a roll-up that is not": `DELETE FROM weather_rollups WHERE start = '2020-01-01 03:00+00'`,
		"one of no rows":        `INSERT INTO weather_rollups SELECT place, level, start - interval '1 day', 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0 FROM weather_rollups LIMIT 1`,
		"one of another level":  `INSERT INTO weather_rollups SELECT place, 3, '2020-01-01 00:00+00', 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0 FROM weather_rollups LIMIT 1`,
	} {
		w.exact()
		w.exec(`CREATE TABLE kept_totals AS TABLE weather_totals`)
		w.exec(`CREATE TABLE kept_rollups AS TABLE weather_rollups`)
		w.exec(change)
		var told []string
		n, err := w.service.Recount(t.Context(), func(diff string) { told = append(told, diff) })
		must(t, err)
		if n != 1 || len(told) != 1 || !strings.Contains(told[0], "counted") {
			t.Errorf("%s: %d differences: %v", name, n, told)
		}
		for table, kept := range map[string]string{"weather_totals": "kept_totals", "weather_rollups": "kept_rollups"} {
			w.exec(`DELETE FROM ` + table)
			w.exec(`INSERT INTO ` + table + ` TABLE ` + kept)
			w.exec(`DROP TABLE ` + kept)
		}
	}
	w.exact()
}
