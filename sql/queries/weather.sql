-- name: LoadPlaces :many
SELECT l.id, l.number, l.name, t.levels
FROM weather_locations AS l
         JOIN weather_totals AS t ON t.place = l.number
WHERE l.id = ANY (@ids::uuid[]);

-- name: FindLocation :one
SELECT id FROM weather_locations WHERE name_key = @name_key;

-- name: LoadTotals :many
SELECT l.id, l.name, sqlc.embed(t)
FROM weather_locations AS l
         JOIN weather_totals AS t ON t.place = l.number
WHERE l.id = ANY (@ids::uuid[]);

-- name: SearchByPrefix :many
-- By name; the id before the page is that of a place, which keeps its name, or none.
SELECT l.id, l.name
FROM weather_locations AS l
WHERE l.name_key >= @prefix::text
  AND l.name_key < @prefix_end::text
  AND l.name_key > coalesce((SELECT a.name_key FROM weather_locations AS a WHERE a.id = @after_id::uuid), '')::text
ORDER BY l.name_key
LIMIT @page_limit::int;

-- name: SearchByResemblance :many
-- The best of the first so many that resemble the query at all: a query of common
-- letters must not rank every place.
SELECT c.id, c.name, c.rank
FROM (SELECT l.id, l.name, similarity(@query::text, l.name_key)::float8 AS rank
      FROM weather_locations AS l
      WHERE @query::text <% (l.name_key || '')
        AND NOT (l.name_key >= @query::text AND l.name_key < @query_end::text)
      LIMIT @candidates::int) AS c
WHERE c.rank < @after_rank::float8
   OR (c.rank = @after_rank::float8 AND c.id > @after_id::uuid)
ORDER BY c.rank DESC, c.id
LIMIT @page_limit::int;

-- name: BoundSearch :exec
-- Says for this transaction what resembles, and how long looking for it may take.
SELECT set_config('pg_trgm.word_similarity_threshold', '0.5', true), set_config('statement_timeout', '300ms', true);

-- name: GetAverageOfRows :one
-- Sums over the rows of a range, which are exact whatever roll-ups there are: for a
-- place that is believed to have none. A range that the planner saw would be planned for
-- each time, as it has the years in which it lies: it is compared with what only the
-- execution knows.
SELECT count(v.value) AS n, coalesce(sum(v.value), 0)::bigint AS sum,
       coalesce(min(v.value), 2147483647)::integer AS min, coalesce(max(v.value), -2147483648)::integer AS max
FROM (SELECT CASE @metric::integer WHEN 1 THEN o.temperature WHEN 2 THEN o.humidity ELSE o.wind_speed END AS value
      FROM weather_observations AS o
      WHERE o.place = @place
        AND o.at >= (SELECT @begins::timestamptz)
        AND o.at < (SELECT @ends::timestamptz)) AS v;

-- name: GetAverage :one
-- Sums over a range: the totals where it has all there is, else up to seven spans of
-- roll-ups and, at the edges, of rows; one that ends where it begins is none. The spans
-- suit the levels that the caller believes to be kept; those that are come back with the
-- answer. Each span is summed up by itself, so that nothing but it is read, and they are
-- rows and no lists, so that one plan is good for all of them.
SELECT t.levels,
       CASE
           WHEN t.first_at >= @begins::timestamptz AND t.last_at < @ends::timestamptz
               THEN CASE @metric::integer WHEN 1 THEN t.temperature_n WHEN 2 THEN t.humidity_n ELSE t.wind_speed_n END
           ELSE coalesce(s.n, 0)
           END::bigint  AS n,
       CASE
           WHEN t.first_at >= @begins::timestamptz AND t.last_at < @ends::timestamptz
               THEN CASE @metric::integer WHEN 1 THEN t.temperature_sum WHEN 2 THEN t.humidity_sum ELSE t.wind_speed_sum END
           ELSE coalesce(s.sum, 0)
           END::bigint  AS sum,
       CASE
           WHEN t.first_at >= @begins::timestamptz AND t.last_at < @ends::timestamptz
               THEN CASE @metric::integer WHEN 1 THEN t.temperature_min WHEN 2 THEN t.humidity_min ELSE t.wind_speed_min END
           ELSE coalesce(s.min, 2147483647)
           END::integer AS min,
       CASE
           WHEN t.first_at >= @begins::timestamptz AND t.last_at < @ends::timestamptz
               THEN CASE @metric::integer WHEN 1 THEN t.temperature_max WHEN 2 THEN t.humidity_max ELSE t.wind_speed_max END
           ELSE coalesce(s.max, -2147483648)
           END::integer AS max
FROM weather_totals AS t
         CROSS JOIN LATERAL (
    SELECT sum(p.n) AS n, sum(p.sum) AS sum, min(p.min) AS min, max(p.max) AS max
    FROM (SELECT e.n, e.sum, e.min, e.max
          FROM (VALUES (@rows_from_1::timestamptz, @rows_to_1::timestamptz),
                       (@rows_from_2::timestamptz, @rows_to_2::timestamptz)) AS span (begins, ends)
                   CROSS JOIN LATERAL (
              SELECT count(v.value) AS n, sum(v.value)::bigint AS sum, min(v.value) AS min, max(v.value) AS max
              FROM (SELECT CASE @metric::integer WHEN 1 THEN o.temperature WHEN 2 THEN o.humidity ELSE o.wind_speed END AS value
                    FROM weather_observations AS o
                    WHERE o.place = t.place
                      AND o.at >= span.begins
                      AND o.at < span.ends) AS v) AS e
          WHERE span.begins < span.ends
            AND NOT (t.first_at >= @begins::timestamptz AND t.last_at < @ends::timestamptz)
          UNION ALL
          SELECT e.n, e.sum, e.min, e.max
          FROM (VALUES (1::smallint, @hours_from_1::timestamptz, @hours_to_1::timestamptz),
                       (1::smallint, @hours_from_2::timestamptz, @hours_to_2::timestamptz),
                       (2::smallint, @days_from_1::timestamptz, @days_to_1::timestamptz),
                       (2::smallint, @days_from_2::timestamptz, @days_to_2::timestamptz),
                       (3::smallint, @months_from::timestamptz, @months_to::timestamptz)) AS span (level, begins, ends)
                   CROSS JOIN LATERAL (
              SELECT sum(CASE @metric::integer WHEN 1 THEN r.temperature_n WHEN 2 THEN r.humidity_n ELSE r.wind_speed_n END)::bigint AS n,
                     sum(CASE @metric::integer WHEN 1 THEN r.temperature_sum WHEN 2 THEN r.humidity_sum ELSE r.wind_speed_sum END)::bigint AS sum,
                     min(CASE @metric::integer WHEN 1 THEN r.temperature_min WHEN 2 THEN r.humidity_min ELSE r.wind_speed_min END) AS min,
                     max(CASE @metric::integer WHEN 1 THEN r.temperature_max WHEN 2 THEN r.humidity_max ELSE r.wind_speed_max END) AS max
              FROM weather_rollups AS r
              WHERE r.place = t.place
                AND r.level = span.level
                AND r.start >= span.begins
                AND r.start < span.ends) AS e
          WHERE span.begins < span.ends
            AND NOT (t.first_at >= @begins::timestamptz AND t.last_at < @ends::timestamptz)) AS p) AS s
WHERE t.place = @place;

-- name: GetSeries :many
-- Sums for each part of a range, from roll-ups of a level, or from rows for level 0,
-- with the levels that are kept; one row of no values where there is nothing.
SELECT t.levels, coalesce(s.start, 'epoch')::timestamptz AS start, coalesce(s.n, 0)::bigint AS n, coalesce(s.sum, 0)::bigint AS sum,
       coalesce(s.min, 2147483647)::integer AS min, coalesce(s.max, -2147483648)::integer AS max
FROM weather_totals AS t
         LEFT JOIN LATERAL (
    SELECT v.start, sum(v.n)::bigint AS n, sum(v.sum)::bigint AS sum, min(v.min) AS min, max(v.max) AS max
    FROM (SELECT date_trunc(@unit::text, o.at, 'UTC') AS start,
                 1 AS n,
                 CASE @metric::integer WHEN 1 THEN o.temperature WHEN 2 THEN o.humidity ELSE o.wind_speed END AS sum,
                 CASE @metric::integer WHEN 1 THEN o.temperature WHEN 2 THEN o.humidity ELSE o.wind_speed END AS min,
                 CASE @metric::integer WHEN 1 THEN o.temperature WHEN 2 THEN o.humidity ELSE o.wind_speed END AS max
          FROM weather_observations AS o
          WHERE @level::integer = 0
            AND o.place = t.place
            AND o.at >= @begins::timestamptz
            AND o.at < @ends::timestamptz
            AND CASE @metric::integer WHEN 1 THEN o.temperature WHEN 2 THEN o.humidity ELSE o.wind_speed END IS NOT NULL
          UNION ALL
          SELECT date_trunc(@unit::text, r.start, 'UTC'),
                 CASE @metric::integer WHEN 1 THEN r.temperature_n WHEN 2 THEN r.humidity_n ELSE r.wind_speed_n END,
                 CASE @metric::integer WHEN 1 THEN r.temperature_sum WHEN 2 THEN r.humidity_sum ELSE r.wind_speed_sum END,
                 CASE @metric::integer WHEN 1 THEN r.temperature_min WHEN 2 THEN r.humidity_min ELSE r.wind_speed_min END,
                 CASE @metric::integer WHEN 1 THEN r.temperature_max WHEN 2 THEN r.humidity_max ELSE r.wind_speed_max END
          FROM weather_rollups AS r
          WHERE @level::integer > 0
            AND r.place = t.place
            AND r.level = @level::integer
            AND r.start >= @begins::timestamptz
            AND r.start < @ends::timestamptz
            AND CASE @metric::integer WHEN 1 THEN r.temperature_n WHEN 2 THEN r.humidity_n ELSE r.wind_speed_n END > 0) AS v
    GROUP BY 1) AS s ON true
WHERE t.place = @place
ORDER BY s.start;

-- name: GetClimate :many
-- The same for each month of the year; one row of no values where there is nothing.
SELECT t.levels, coalesce(s.month, 0)::integer AS month, coalesce(s.n, 0)::bigint AS n, coalesce(s.sum, 0)::bigint AS sum,
       coalesce(s.min, 2147483647)::integer AS min, coalesce(s.max, -2147483648)::integer AS max
FROM weather_totals AS t
         LEFT JOIN LATERAL (
    SELECT v.month, sum(v.n)::bigint AS n, sum(v.sum)::bigint AS sum, min(v.min) AS min, max(v.max) AS max
    FROM (SELECT extract(MONTH FROM o.at AT TIME ZONE 'UTC')::integer AS month,
                 1 AS n,
                 CASE @metric::integer WHEN 1 THEN o.temperature WHEN 2 THEN o.humidity ELSE o.wind_speed END AS sum,
                 CASE @metric::integer WHEN 1 THEN o.temperature WHEN 2 THEN o.humidity ELSE o.wind_speed END AS min,
                 CASE @metric::integer WHEN 1 THEN o.temperature WHEN 2 THEN o.humidity ELSE o.wind_speed END AS max
          FROM weather_observations AS o
          WHERE @level::integer = 0
            AND o.place = t.place
            AND CASE @metric::integer WHEN 1 THEN o.temperature WHEN 2 THEN o.humidity ELSE o.wind_speed END IS NOT NULL
          UNION ALL
          SELECT extract(MONTH FROM r.start AT TIME ZONE 'UTC')::integer,
                 CASE @metric::integer WHEN 1 THEN r.temperature_n WHEN 2 THEN r.humidity_n ELSE r.wind_speed_n END,
                 CASE @metric::integer WHEN 1 THEN r.temperature_sum WHEN 2 THEN r.humidity_sum ELSE r.wind_speed_sum END,
                 CASE @metric::integer WHEN 1 THEN r.temperature_min WHEN 2 THEN r.humidity_min ELSE r.wind_speed_min END,
                 CASE @metric::integer WHEN 1 THEN r.temperature_max WHEN 2 THEN r.humidity_max ELSE r.wind_speed_max END
          FROM weather_rollups AS r
          WHERE @level::integer > 0
            AND r.place = t.place
            AND r.level = @level::integer
            AND CASE @metric::integer WHEN 1 THEN r.temperature_n WHEN 2 THEN r.humidity_n ELSE r.wind_speed_n END > 0) AS v
    GROUP BY 1) AS s ON true
WHERE t.place = @place
ORDER BY s.month;
