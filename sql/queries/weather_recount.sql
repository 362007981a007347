-- name: AllowLongWeatherRecount :exec
-- Lifts the time limit on statements for the rest of the transaction.
SELECT set_config('statement_timeout', '0', true);

-- name: EndOfPlaces :one
-- The last of so many places, or of all there are; no row where there is none.
SELECT p.number
FROM (SELECT l.number FROM weather_locations AS l WHERE l.number > @after_number ORDER BY l.number LIMIT @page_limit::int) AS p
ORDER BY p.number DESC
LIMIT 1;

-- name: ListMiscountedTotals :many
-- Totals that are not what the rows of a range of places add up to.
WITH counted AS (SELECT o.place, count(*) AS observations, min(o.at) AS first_at, max(o.at) AS last_at,
                        ARRAY [count(o.temperature),
                               coalesce(sum(o.temperature), 0)::bigint,
                               coalesce(min(o.temperature), 2147483647),
                               coalesce(max(o.temperature), -2147483648),
                               count(o.humidity),
                               coalesce(sum(o.humidity), 0)::bigint,
                               coalesce(min(o.humidity), 2147483647),
                               coalesce(max(o.humidity), -2147483648),
                               count(o.wind_speed),
                               coalesce(sum(o.wind_speed), 0)::bigint,
                               coalesce(min(o.wind_speed), 2147483647),
                               coalesce(max(o.wind_speed), -2147483648)]::bigint[] AS sums
                 FROM weather_observations AS o
                 WHERE o.place > @after_number::integer
                   AND o.place <= @until_number::integer
                 GROUP BY o.place),
     stored AS (SELECT t.place, t.observations, t.first_at, t.last_at,
                       ARRAY [t.temperature_n, t.temperature_sum, t.temperature_min, t.temperature_max, t.humidity_n, t.humidity_sum, t.humidity_min, t.humidity_max, t.wind_speed_n, t.wind_speed_sum, t.wind_speed_min, t.wind_speed_max]::bigint[] AS sums
                FROM weather_totals AS t
                WHERE t.place > @after_number::integer
                  AND t.place <= @until_number::integer),
     known AS (SELECT l.number AS place, l.name
               FROM weather_locations AS l
               WHERE l.number > @after_number::integer
                 AND l.number <= @until_number::integer),
     compared AS (SELECT coalesce(known.place, stored.place, counted.place)::integer        AS place,
                         coalesce(known.name, '')::text                                      AS name,
                         coalesce(stored.observations, -1)::bigint                           AS stored_observations,
                         coalesce(counted.observations, 0)::bigint                           AS counted_observations,
                         (coalesce(stored.first_at, '2200-01-01 00:00:00+00') = coalesce(counted.first_at, '2200-01-01 00:00:00+00')
                             AND coalesce(stored.last_at, '1900-01-01 00:00:00+00') = coalesce(counted.last_at, '1900-01-01 00:00:00+00'))::boolean AS same_times,
                         coalesce(stored.sums, '{}')::bigint[]                               AS stored,
                         coalesce(counted.sums, '{0,0,2147483647,-2147483648,0,0,2147483647,-2147483648,0,0,2147483647,-2147483648}')::bigint[] AS counted
                  FROM known
                           FULL JOIN stored ON stored.place = known.place
                           FULL JOIN counted ON counted.place = coalesce(known.place, stored.place))
SELECT *
FROM compared AS c
WHERE c.name = ''
   OR c.stored_observations <> c.counted_observations
   OR NOT c.same_times
   OR c.stored <> c.counted
ORDER BY c.place
LIMIT 1000;

-- name: ListMiscountedRollups :many
-- Roll-ups of a level that are not what the rows of a range of places add up to, where
-- the level is kept; where it is not there must be none.
WITH counted AS (SELECT o.place, date_trunc(@unit::text, o.at, 'UTC') AS start,
                        ARRAY [count(o.temperature),
                               coalesce(sum(o.temperature), 0)::bigint,
                               coalesce(min(o.temperature), 2147483647),
                               coalesce(max(o.temperature), -2147483648),
                               count(o.humidity),
                               coalesce(sum(o.humidity), 0)::bigint,
                               coalesce(min(o.humidity), 2147483647),
                               coalesce(max(o.humidity), -2147483648),
                               count(o.wind_speed),
                               coalesce(sum(o.wind_speed), 0)::bigint,
                               coalesce(min(o.wind_speed), 2147483647),
                               coalesce(max(o.wind_speed), -2147483648)]::bigint[] AS sums
                 FROM weather_observations AS o
                          JOIN weather_totals AS t ON t.place = o.place AND t.levels & (1 << @level::integer) > 0
                 WHERE o.place > @after_number::integer
                   AND o.place <= @until_number::integer
                 GROUP BY 1, 2),
     stored AS (SELECT r.place, r.start,
                       ARRAY [r.temperature_n, r.temperature_sum, r.temperature_min, r.temperature_max, r.humidity_n, r.humidity_sum, r.humidity_min, r.humidity_max, r.wind_speed_n, r.wind_speed_sum, r.wind_speed_min, r.wind_speed_max]::bigint[] AS sums
                FROM weather_rollups AS r
                WHERE r.level = @level::integer
                  AND r.place > @after_number::integer
                  AND r.place <= @until_number::integer),
     compared AS (SELECT coalesce(stored.place, counted.place)::integer     AS place,
                         coalesce(stored.start, counted.start)::timestamptz AS start,
                         coalesce(stored.sums, '{}')::bigint[]              AS stored,
                         coalesce(counted.sums, '{}')::bigint[]             AS counted
                  FROM stored
                           FULL JOIN counted ON counted.place = stored.place AND counted.start = stored.start)
SELECT *
FROM compared AS c
WHERE c.stored <> c.counted
ORDER BY c.place, c.start
LIMIT 1000;
