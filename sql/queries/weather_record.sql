-- name: InsertLocations :execrows
-- Adds those places that are not there, in the order of their names, so that two of
-- these cannot wait for one another.
WITH made AS (
    INSERT INTO weather_locations (name, name_key)
        SELECT i.name, i.name_key
        FROM (SELECT unnest(@names::text[]) AS name, unnest(@name_keys::text[]) AS name_key) AS i
        ORDER BY i.name_key
        ON CONFLICT (name_key) DO NOTHING
        RETURNING number)
INSERT INTO weather_totals (place)
SELECT number FROM made;

-- name: FindLocations :many
SELECT id, number, name_key FROM weather_locations WHERE name_key = ANY (@name_keys::text[]);

-- name: AddYear :exec
SELECT weather_add_year(@year::integer);

-- name: LockPlaces :many
-- In the order of numbers, so that two of these cannot wait for one another.
SELECT *
FROM weather_totals AS t
WHERE t.place = ANY (@places::integer[])
ORDER BY t.place
    FOR NO KEY UPDATE;

-- name: FindObservations :many
SELECT o.place, o.at, o.temperature, o.humidity, o.wind_speed
FROM (SELECT unnest(@places::integer[]) AS place, unnest(@ats::timestamptz[]) AS at) AS i
         JOIN weather_observations AS o ON o.place = i.place AND o.at = i.at;

-- name: DeleteObservations :exec
DELETE
FROM weather_observations AS o
    USING (SELECT unnest(@places::integer[]) AS place, unnest(@ats::timestamptz[]) AS at) AS i
WHERE o.place = i.place
  AND o.at = i.at;

-- CopyObservations is for those of a place and time that has none.
-- name: CopyObservations :copyfrom
INSERT INTO weather_observations (at, place, temperature, humidity, wind_speed)
VALUES ($1, $2, $3, $4, $5);

-- name: AddToRollups :exec
-- Adds sums of new observations.
INSERT INTO weather_rollups AS r (place, level, start, temperature_n, temperature_sum, temperature_min, temperature_max, humidity_n, humidity_sum, humidity_min, humidity_max, wind_speed_n, wind_speed_sum, wind_speed_min, wind_speed_max)
SELECT i.*
FROM (SELECT unnest(@places::integer[])   AS place,
             unnest(@levels::smallint[])  AS level,
             unnest(@starts::timestamptz[]) AS start,
             unnest(@temperature_n::bigint[]) AS temperature_n,
             unnest(@temperature_sum::bigint[]) AS temperature_sum,
             unnest(@temperature_min::integer[]) AS temperature_min,
             unnest(@temperature_max::integer[]) AS temperature_max,
             unnest(@humidity_n::bigint[]) AS humidity_n,
             unnest(@humidity_sum::bigint[]) AS humidity_sum,
             unnest(@humidity_min::integer[]) AS humidity_min,
             unnest(@humidity_max::integer[]) AS humidity_max,
             unnest(@wind_speed_n::bigint[]) AS wind_speed_n,
             unnest(@wind_speed_sum::bigint[]) AS wind_speed_sum,
             unnest(@wind_speed_min::integer[]) AS wind_speed_min,
             unnest(@wind_speed_max::integer[]) AS wind_speed_max) AS i
ON CONFLICT (place, level, start) DO UPDATE
    SET temperature_n = r.temperature_n + excluded.temperature_n,
        temperature_sum = r.temperature_sum + excluded.temperature_sum,
        temperature_min = least(r.temperature_min, excluded.temperature_min),
        temperature_max = greatest(r.temperature_max, excluded.temperature_max),
        humidity_n = r.humidity_n + excluded.humidity_n,
        humidity_sum = r.humidity_sum + excluded.humidity_sum,
        humidity_min = least(r.humidity_min, excluded.humidity_min),
        humidity_max = greatest(r.humidity_max, excluded.humidity_max),
        wind_speed_n = r.wind_speed_n + excluded.wind_speed_n,
        wind_speed_sum = r.wind_speed_sum + excluded.wind_speed_sum,
        wind_speed_min = least(r.wind_speed_min, excluded.wind_speed_min),
        wind_speed_max = greatest(r.wind_speed_max, excluded.wind_speed_max);

-- name: SetTotals :exec
-- Writes the totals of places, whose rows are locked.
UPDATE weather_totals AS t
SET levels = i.levels,
    observations = i.observations,
    first_at = i.first_at,
    last_at = i.last_at,
    temperature_n = i.temperature_n,
    temperature_sum = i.temperature_sum,
    temperature_min = i.temperature_min,
    temperature_max = i.temperature_max,
    humidity_n = i.humidity_n,
    humidity_sum = i.humidity_sum,
    humidity_min = i.humidity_min,
    humidity_max = i.humidity_max,
    wind_speed_n = i.wind_speed_n,
    wind_speed_sum = i.wind_speed_sum,
    wind_speed_min = i.wind_speed_min,
    wind_speed_max = i.wind_speed_max
FROM (SELECT unnest(@places::integer[])       AS place,
             unnest(@levels::smallint[])      AS levels,
             unnest(@observations::bigint[])  AS observations,
             unnest(@first_ats::timestamptz[]) AS first_at,
             unnest(@last_ats::timestamptz[]) AS last_at,
             unnest(@temperature_n::bigint[]) AS temperature_n,
             unnest(@temperature_sum::bigint[]) AS temperature_sum,
             unnest(@temperature_min::integer[]) AS temperature_min,
             unnest(@temperature_max::integer[]) AS temperature_max,
             unnest(@humidity_n::bigint[]) AS humidity_n,
             unnest(@humidity_sum::bigint[]) AS humidity_sum,
             unnest(@humidity_min::integer[]) AS humidity_min,
             unnest(@humidity_max::integer[]) AS humidity_max,
             unnest(@wind_speed_n::bigint[]) AS wind_speed_n,
             unnest(@wind_speed_sum::bigint[]) AS wind_speed_sum,
             unnest(@wind_speed_min::integer[]) AS wind_speed_min,
             unnest(@wind_speed_max::integer[]) AS wind_speed_max) AS i
WHERE t.place = i.place;

-- name: DropLevels :exec
DELETE FROM weather_rollups WHERE place = ANY (@places::integer[]);

-- name: BuildLevel :exec
-- Makes the roll-ups of a level, of which there are none, for places from all of their
-- rows.
INSERT INTO weather_rollups (place, level, start, temperature_n, temperature_sum, temperature_min, temperature_max, humidity_n, humidity_sum, humidity_min, humidity_max, wind_speed_n, wind_speed_sum, wind_speed_min, wind_speed_max)
SELECT o.place, @level::smallint, date_trunc(@unit::text, o.at, 'UTC'),
       count(o.temperature) AS temperature_n,
       coalesce(sum(o.temperature), 0)::bigint AS temperature_sum,
       coalesce(min(o.temperature), 2147483647) AS temperature_min,
       coalesce(max(o.temperature), -2147483648) AS temperature_max,
       count(o.humidity) AS humidity_n,
       coalesce(sum(o.humidity), 0)::bigint AS humidity_sum,
       coalesce(min(o.humidity), 2147483647) AS humidity_min,
       coalesce(max(o.humidity), -2147483648) AS humidity_max,
       count(o.wind_speed) AS wind_speed_n,
       coalesce(sum(o.wind_speed), 0)::bigint AS wind_speed_sum,
       coalesce(min(o.wind_speed), 2147483647) AS wind_speed_min,
       coalesce(max(o.wind_speed), -2147483648) AS wind_speed_max
FROM weather_observations AS o
WHERE o.place = ANY (@places::integer[])
GROUP BY 1, 3;

-- name: RebuildRollups :exec
-- Makes roll-ups anew from their rows. Each is summed up by itself, so that no other row
-- of the place is read.
INSERT INTO weather_rollups AS r (place, level, start, temperature_n, temperature_sum, temperature_min, temperature_max, humidity_n, humidity_sum, humidity_min, humidity_max, wind_speed_n, wind_speed_sum, wind_speed_min, wind_speed_max)
SELECT i.place, i.level, i.start, s.*
FROM (SELECT unnest(@places::integer[])     AS place,
             unnest(@levels::smallint[])    AS level,
             unnest(@starts::timestamptz[]) AS start,
             unnest(@ends::timestamptz[])   AS ends) AS i
         CROSS JOIN LATERAL (
    SELECT count(o.temperature) AS temperature_n,
           coalesce(sum(o.temperature), 0)::bigint AS temperature_sum,
           coalesce(min(o.temperature), 2147483647) AS temperature_min,
           coalesce(max(o.temperature), -2147483648) AS temperature_max,
           count(o.humidity) AS humidity_n,
           coalesce(sum(o.humidity), 0)::bigint AS humidity_sum,
           coalesce(min(o.humidity), 2147483647) AS humidity_min,
           coalesce(max(o.humidity), -2147483648) AS humidity_max,
           count(o.wind_speed) AS wind_speed_n,
           coalesce(sum(o.wind_speed), 0)::bigint AS wind_speed_sum,
           coalesce(min(o.wind_speed), 2147483647) AS wind_speed_min,
           coalesce(max(o.wind_speed), -2147483648) AS wind_speed_max
    FROM weather_observations AS o
    WHERE o.place = i.place
      AND o.at >= i.start
      AND o.at < i.ends) AS s
ON CONFLICT (place, level, start) DO UPDATE
    SET temperature_n = excluded.temperature_n,
        temperature_sum = excluded.temperature_sum,
        temperature_min = excluded.temperature_min,
        temperature_max = excluded.temperature_max,
        humidity_n = excluded.humidity_n,
        humidity_sum = excluded.humidity_sum,
        humidity_min = excluded.humidity_min,
        humidity_max = excluded.humidity_max,
        wind_speed_n = excluded.wind_speed_n,
        wind_speed_sum = excluded.wind_speed_sum,
        wind_speed_min = excluded.wind_speed_min,
        wind_speed_max = excluded.wind_speed_max;

-- name: SumPlaces :many
-- Adds up all there is of places, each from roll-ups of a level, or from rows for
-- level 0.
SELECT i.place::integer AS place,
       s.temperature_n::bigint AS temperature_n,
       s.temperature_sum::bigint AS temperature_sum,
       s.temperature_min::integer AS temperature_min,
       s.temperature_max::integer AS temperature_max,
       s.humidity_n::bigint AS humidity_n,
       s.humidity_sum::bigint AS humidity_sum,
       s.humidity_min::integer AS humidity_min,
       s.humidity_max::integer AS humidity_max,
       s.wind_speed_n::bigint AS wind_speed_n,
       s.wind_speed_sum::bigint AS wind_speed_sum,
       s.wind_speed_min::integer AS wind_speed_min,
       s.wind_speed_max::integer AS wind_speed_max
FROM (SELECT unnest(@places::integer[]) AS place, unnest(@levels::integer[]) AS level) AS i
         CROSS JOIN LATERAL (
    SELECT coalesce(sum(v.temperature_n), 0) AS temperature_n,
           coalesce(sum(v.temperature_sum), 0) AS temperature_sum,
           coalesce(min(v.temperature_min), 2147483647) AS temperature_min,
           coalesce(max(v.temperature_max), -2147483648) AS temperature_max,
           coalesce(sum(v.humidity_n), 0) AS humidity_n,
           coalesce(sum(v.humidity_sum), 0) AS humidity_sum,
           coalesce(min(v.humidity_min), 2147483647) AS humidity_min,
           coalesce(max(v.humidity_max), -2147483648) AS humidity_max,
           coalesce(sum(v.wind_speed_n), 0) AS wind_speed_n,
           coalesce(sum(v.wind_speed_sum), 0) AS wind_speed_sum,
           coalesce(min(v.wind_speed_min), 2147483647) AS wind_speed_min,
           coalesce(max(v.wind_speed_max), -2147483648) AS wind_speed_max
    FROM (SELECT (o.temperature IS NOT NULL)::integer::bigint AS temperature_n,
                 coalesce(o.temperature, 0)::bigint AS temperature_sum,
                 o.temperature AS temperature_min,
                 o.temperature AS temperature_max,
                 (o.humidity IS NOT NULL)::integer::bigint AS humidity_n,
                 coalesce(o.humidity, 0)::bigint AS humidity_sum,
                 o.humidity AS humidity_min,
                 o.humidity AS humidity_max,
                 (o.wind_speed IS NOT NULL)::integer::bigint AS wind_speed_n,
                 coalesce(o.wind_speed, 0)::bigint AS wind_speed_sum,
                 o.wind_speed AS wind_speed_min,
                 o.wind_speed AS wind_speed_max
          FROM weather_observations AS o
          WHERE i.level = 0
            AND o.place = i.place
          UNION ALL
          SELECT r.temperature_n, r.temperature_sum, r.temperature_min, r.temperature_max, r.humidity_n, r.humidity_sum, r.humidity_min, r.humidity_max, r.wind_speed_n, r.wind_speed_sum, r.wind_speed_min, r.wind_speed_max
          FROM weather_rollups AS r
          WHERE i.level > 0
            AND r.place = i.place
            AND r.level = i.level) AS v) AS s;
