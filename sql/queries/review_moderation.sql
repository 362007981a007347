-- name: InsertReport :one
-- Answers no row where the account has reported the review before.
INSERT INTO review_reports (review_id, user_id, reason)
VALUES (@review_id, @user_id::uuid, @reason)
ON CONFLICT (review_id, user_id) DO NOTHING
RETURNING id;

-- name: HasReported :one
SELECT EXISTS (SELECT FROM review_reports WHERE review_id = @review_id AND user_id = @user_id::uuid) AS reported;

-- name: QueueReview :one
-- Counts a report of a review, whose row is locked, and answers how many wait.
INSERT INTO review_queue AS q (review_id, first_id, reports)
VALUES (@review_id, @report_id, 1)
ON CONFLICT (review_id) DO UPDATE SET reports = q.reports + 1
RETURNING reports;

-- name: RecordModeration :exec
INSERT INTO review_moderation (review_id, action, user_id, reason)
VALUES (@review_id, @action, sqlc.narg(user_id), @reason);

-- name: SetHidden :exec
UPDATE reviews SET hidden = @hidden WHERE id = @id;

-- name: SetKept :exec
UPDATE reviews SET kept = @kept WHERE id = @id;

-- name: EndReports :execrows
WITH waiting AS (DELETE FROM review_queue AS q WHERE q.review_id = @review_id)
UPDATE review_reports AS c
SET resolved = true
WHERE c.review_id = @review_id
  AND NOT c.resolved;

-- name: SetResponse :exec
UPDATE reviews SET response = @response, responded_at = sqlc.narg(responded_at) WHERE id = @id;

-- name: ListReported :many
SELECT q.first_id,
       q.reports,
       uuid_v7_time(q.first_id)::timestamptz AS reported_at,
       r.id,
       r.product_id,
       r.rating,
       r.summary,
       r.body,
       r.reviewer,
       r.hidden,
       ARRAY(SELECT c.reason
             FROM review_reports AS c
             WHERE c.review_id = r.id
               AND NOT c.resolved
               AND c.reason <> ''
             ORDER BY c.id DESC
             LIMIT 10)::text[]               AS reasons
FROM review_queue AS q
         JOIN reviews AS r ON r.id = q.review_id
WHERE q.first_id > @after_id
ORDER BY q.first_id
LIMIT @page_limit::int;

-- name: ListModeration :many
SELECT id, action, user_id, reason
FROM review_moderation
WHERE review_id = @review_id
  AND id < @before_id
ORDER BY id DESC
LIMIT @page_limit::int;

-- name: ReviewExists :one
SELECT EXISTS (SELECT FROM reviews WHERE id = @id) AS found;

-- name: HasDeleted :one
-- Whether the account has deleted the review.
SELECT EXISTS (SELECT FROM review_moderation WHERE review_id = @review_id AND action = 6 AND user_id = @user_id::uuid) AS deleted;

-- name: ForgetReporter :execrows
-- Takes the account from some of its reports.
UPDATE review_reports
SET user_id = NULL
WHERE id IN (SELECT c.id FROM review_reports AS c WHERE c.user_id = @user_id::uuid LIMIT @page_limit::int);

-- name: ForgetActor :execrows
-- Takes the account from some of what it did as one of many: from its reports and
-- the reviews that it took back.
UPDATE review_moderation
SET user_id = NULL
WHERE id IN (SELECT m.id FROM review_moderation AS m WHERE m.user_id = @user_id::uuid AND m.action IN (1, 6) LIMIT @page_limit::int);
