-- name: LockExpired :many
-- Some of the places that have observations before a moment, in the order of numbers.
SELECT l.id, sqlc.embed(t)
FROM weather_totals AS t
         JOIN weather_locations AS l ON l.number = t.place
WHERE t.first_at < @before::timestamptz
ORDER BY t.place
LIMIT @page_limit::int
    FOR NO KEY UPDATE OF t;

-- name: DeleteRowsBefore :many
-- Answers how many there were of each place.
WITH gone AS (
    DELETE FROM weather_observations AS o
        WHERE o.place = ANY (@places::integer[]) AND o.at < @before::timestamptz
        RETURNING o.place)
SELECT gone.place, count(*) AS n
FROM gone
GROUP BY gone.place;

-- name: DeleteRollupsBefore :exec
DELETE FROM weather_rollups WHERE place = ANY (@places::integer[]) AND start < @before::timestamptz;

-- name: FindSpans :many
-- The first and the last observation of places that have any.
SELECT i.place::integer AS place, f.at AS first_at, l.at AS last_at
FROM (SELECT unnest(@places::integer[]) AS place) AS i
         JOIN LATERAL (SELECT o.at FROM weather_observations AS o WHERE o.place = i.place ORDER BY o.at LIMIT 1) AS f ON true
         JOIN LATERAL (SELECT o.at FROM weather_observations AS o WHERE o.place = i.place ORDER BY o.at DESC LIMIT 1) AS l ON true;

-- name: DropYears :one
SELECT weather_drop_years(@before::timestamptz)::integer AS dropped;
