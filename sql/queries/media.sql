-- name: LockOwner :exec
-- One upload of an account is reserved at a time, so that counting them is exact.
SELECT pg_advisory_xact_lock(hashtextextended(@lock_name::text, 0));

-- name: GetByKey :one
SELECT id, content_type, announced_size, state, created_at
FROM media_objects
WHERE owner_id = @owner_id
  AND idempotency_key = @idempotency_key::text;

-- name: FreeKey :exec
UPDATE media_objects
SET idempotency_key = NULL
WHERE id = @id;

-- name: ExtendUpload :exec
UPDATE media_objects
SET expires_at = @expires_at
WHERE id = @id;

-- name: InsertUpload :one
-- Answers no row where the owner has too many that nothing shows: uploaded ones,
-- and those whose bytes may still come; or too many of the last day, whose bytes
-- may have come to where they are not looked at until they are needed.
INSERT INTO media_objects (owner_id, content_type, announced_size, idempotency_key, created_at, expires_at, collect_at)
SELECT @owner_id::uuid, @content_type::text, @announced_size::bigint, @idempotency_key::text, @now::timestamptz, @expires_at::timestamptz, @collect_at::timestamptz
WHERE (SELECT count(*)
       FROM media_objects AS m
       WHERE m.owner_id = @owner_id::uuid
         AND m.claimed_for IS NULL
         AND m.state <> 'gone'
         AND (m.state = 'uploaded' OR m.expires_at > @now::timestamptz)) < @most::bigint
  AND (SELECT count(*)
       FROM media_objects AS m
       WHERE m.owner_id = @owner_id::uuid
         AND m.claimed_for IS NULL
         AND m.state <> 'gone') < @most_a_day::bigint
RETURNING id;

-- name: GetUpload :one
-- What an upload is held to.
SELECT content_type, announced_size
FROM media_objects
WHERE id = @id
  AND state <> 'gone';

-- name: ListUploads :many
-- Uploads with or without their picture.
SELECT id, state, content_type, announced_size
FROM media_objects
WHERE id = ANY (@ids::uuid[])
  AND state <> 'gone';

-- name: RefuseUpload :exec
-- Ends an upload whose bytes are no picture, so that they are looked at once.
UPDATE media_objects
SET state      = 'gone',
    collect_at = @now::timestamptz
WHERE id = @id
  AND state = 'open';

-- name: LockUpload :one
SELECT state, digest
FROM media_objects
WHERE id = @id
  AND state <> 'gone'
    FOR NO KEY UPDATE;

-- name: FinishUpload :exec
UPDATE media_objects
SET state  = 'uploaded',
    size   = @size,
    width  = @width,
    height = @height,
    digest = @digest::bytea
WHERE id = @id;

-- name: ListUploaded :many
SELECT id, content_type, size, width, height
FROM media_objects
WHERE id = ANY (@ids::uuid[])
  AND state = 'uploaded';

-- name: Claim :many
-- Claims all or none. The rows are locked in order, so that two claims cannot
-- wait for one another, and judged as they are once they are locked.
WITH locked AS (SELECT m.id, m.owner_id, m.state, m.claimed_for
                FROM media_objects AS m
                WHERE m.id = ANY (@ids::uuid[])
                ORDER BY m.id
                    FOR NO KEY UPDATE),
     mine AS (SELECT locked.id
              FROM locked
              WHERE locked.owner_id = @owner_id::uuid
                AND locked.state = 'uploaded'
                AND (locked.claimed_for IS NULL OR locked.claimed_for = @subject::text))
UPDATE media_objects AS m
SET claimed_for = @subject::text,
    -- What is shown already stays confirmed.
    collect_at  = CASE WHEN m.collect_at IS NULL THEN NULL ELSE @collect_at::timestamptz END
FROM mine
WHERE m.id = mine.id
  AND (SELECT count(*) FROM mine) = cardinality(@ids::uuid[])
RETURNING m.id, m.content_type, m.size, m.width, m.height;

-- name: ConfirmClaim :exec
UPDATE media_objects
SET collect_at = NULL
WHERE id = ANY (@ids::uuid[])
  AND state = 'uploaded'
  AND claimed_for = @subject::text;

-- name: ReleaseClaim :exec
UPDATE media_objects
SET state      = 'gone',
    collect_at = @now::timestamptz
WHERE id = ANY (@ids::uuid[])
  AND state = 'uploaded'
  AND claimed_for = @subject::text;

-- name: Condemn :many
-- Marks what may be collected. From then on nobody can claim or show it, so its
-- bytes can go at leisure; what was marked before and is still there comes again.
WITH due AS MATERIALIZED (SELECT m.id
                          FROM media_objects AS m
                          WHERE m.collect_at <= @now::timestamptz
                          ORDER BY m.collect_at
                          LIMIT @page_limit::int FOR NO KEY UPDATE SKIP LOCKED)
UPDATE media_objects AS m
SET state           = 'gone',
    idempotency_key = NULL
FROM due
WHERE m.id = due.id
RETURNING m.id;

-- name: DeleteGone :execrows
DELETE
FROM media_objects
WHERE id = ANY (@ids::uuid[])
  AND state = 'gone';
