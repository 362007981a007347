-- name: ListPlaces :many
SELECT noun, source, target, stage, place, moved
FROM copy_places
ORDER BY noun;

-- name: SetPlace :exec
INSERT INTO copy_places (noun, source, target, stage, place, moved)
VALUES (@noun, @source, @target, @stage, @place, @moved)
ON CONFLICT (noun) DO UPDATE SET source     = excluded.source,
                                 target     = excluded.target,
                                 stage      = excluded.stage,
                                 place      = excluded.place,
                                 moved      = excluded.moved,
                                 changed_at = now();

-- name: ForgetPlaces :exec
DELETE
FROM copy_places;
