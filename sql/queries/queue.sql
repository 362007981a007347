-- name: InsertJobs :exec
-- Jobs that are due at once; what is not said here has River's defaults.
INSERT INTO river_job (kind, queue, args, max_attempts)
SELECT unnest(@kinds::text[]), unnest(@queues::text[]), unnest(@args::jsonb[]), @max_attempts::smallint;

-- name: RescueStuckJobs :execrows
-- Jobs of a worker that is gone: no live worker holds one longer than the job
-- time limit. The last attempt becomes a dead letter, others run again at once.
UPDATE river_job
SET state        = CASE WHEN attempt < max_attempts THEN 'available'::river_job_state ELSE 'discarded'::river_job_state END,
    finalized_at = CASE WHEN attempt < max_attempts THEN NULL ELSE now() END,
    scheduled_at = now()
WHERE state = 'running'
  AND attempted_at < now() - make_interval(secs => @held_seconds::float8);

-- name: CountJobs :many
-- What `throng queue status` prints.
SELECT kind, queue, state::text AS state, count(*) AS jobs, min(scheduled_at)::timestamptz AS oldest
FROM river_job
WHERE state NOT IN ('completed', 'cancelled')
GROUP BY kind, queue, state
ORDER BY kind, queue, state;

-- name: CountOpenJobs :one
-- Jobs that are still to succeed, dead letters not among them.
SELECT count(*)
FROM river_job
WHERE state IN ('available', 'pending', 'retryable', 'running', 'scheduled');

-- name: ListDeadLetters :many
SELECT id, kind, queue, attempt, finalized_at, coalesce(errors[array_upper(errors, 1)] ->> 'error', '')::text AS last_error
FROM river_job
WHERE state = 'discarded'
  AND id > @after::bigint
ORDER BY id
LIMIT @page_limit::int;

-- name: RedriveDeadLetters :execrows
-- Gives dead letters of a kind ('' for all) their tries again.
UPDATE river_job
SET state        = 'available',
    finalized_at = NULL,
    scheduled_at = now(),
    max_attempts = least(attempt + @tries::int, 32767)
WHERE state = 'discarded'
  AND (@kind::text = '' OR kind = @kind::text);
