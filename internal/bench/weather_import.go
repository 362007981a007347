package bench

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/lab/generate"
)

// weatherImportRows import both forms of the weather.
func weatherImportRows(ctx context.Context, w *world, o options, r *report) error {
	for _, form := range []generate.Form{generate.Sparse, generate.Dense} {
		set, err := w.weather(ctx, r, form)
		if err != nil {
			return err
		}
		r.notef("Import of the weather: %v, from a CSV file by a client of the API, with the index, exact sums over all time and the roll-ups that are kept, until the replica has them; "+
			"the limit is COPY of the rows that this made, frozen, into the same partitions, whose index is built afterwards, and sums and roll-ups by one statement each.", set.Weather)
		b := &bulk{
			world: w, name: fmt.Sprintf("import of the weather, %s", form), unit: "observations/s", goal: "≥ 0.6", rows: set.Rows, noun: "weather",
			load: set.load, steps: weatherSteps,
		}
		if err := b.pair(ctx, o, r); err != nil {
			return err
		}
	}
	return nil
}

// weatherSteps store the rows of a deployment by hand. Which roll-ups are kept of a place
// is taken from there.
func weatherSteps(ctx context.Context, url string) ([]step, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, `
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid)
FROM pg_inherits i
         JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'weather_observations'::regclass
ORDER BY c.relname`)
	if err != nil {
		return nil, err
	}
	type part struct{ Name, Bound string }
	parts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[part])
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "CREATE TABLE "+bareLevels+" AS SELECT place, levels FROM weather_totals"); err != nil {
		return nil, err
	}
	steps := tables("weather_locations")
	for _, p := range parts {
		steps = append(steps, step{sql: "CREATE TABLE " + p.Name + " (LIKE weather_observations)"}, step{table: p.Name},
			step{sql: "ALTER TABLE weather_observations ATTACH PARTITION " + p.Name + " " + p.Bound})
	}
	return append(steps,
		step{sql: "CREATE TABLE " + bareLevels + " (place integer, levels smallint)"}, step{table: bareLevels},
		step{table: "weather_rollups", sql: bareRollupsSQL}, step{table: "weather_totals", sql: bareTotalsSQL}), nil
}

// bareLevels are the levels of each place.
const bareLevels = "bare_levels"

const (
	// bareSumsSQL sums observations up.
	bareSumsSQL = `
       count(o.temperature), coalesce(sum(o.temperature), 0), coalesce(min(o.temperature), 2147483647), coalesce(max(o.temperature), -2147483648),
       count(o.humidity), coalesce(sum(o.humidity), 0), coalesce(min(o.humidity), 2147483647), coalesce(max(o.humidity), -2147483648),
       count(o.wind_speed), coalesce(sum(o.wind_speed), 0), coalesce(min(o.wind_speed), 2147483647), coalesce(max(o.wind_speed), -2147483648)
FROM weather_observations o
         JOIN ` + bareLevels + ` l ON l.place = o.place`

	// bareRollupsSQL makes those of each level.
	bareRollupsSQL = `
INSERT INTO weather_rollups
SELECT o.place, 1, date_trunc('hour', o.at, 'UTC'),` + bareSumsSQL + ` AND l.levels & 2 > 0
GROUP BY 1, 3
UNION ALL
SELECT o.place, 2, date_trunc('day', o.at, 'UTC'),` + bareSumsSQL + ` AND l.levels & 4 > 0
GROUP BY 1, 3
UNION ALL
SELECT o.place, 3, date_trunc('month', o.at, 'UTC'),` + bareSumsSQL + ` AND l.levels & 8 > 0
GROUP BY 1, 3`

	bareTotalsSQL = `
INSERT INTO weather_totals
SELECT o.place, min(l.levels), count(*), min(o.at), max(o.at),` + bareSumsSQL + `
GROUP BY 1`
)
