-- The definition of a home timeline over the tables of all nouns, for the
-- auditor alone: it must share nothing with what it checks.

-- name: HomeByDefinition :many
-- The newest posts of those whom the reader follows, and his own, newest first,
-- without deleted ones and people blocked either way.
SELECT p.id
FROM (SELECT f.followee_id AS author_id
      FROM graph_follows f
      WHERE f.follower_id = @reader_id
        AND NOT EXISTS (SELECT FROM graph_blocks b WHERE b.blocker_id = f.follower_id AND b.blocked_id = f.followee_id)
        AND NOT EXISTS (SELECT FROM graph_blocks b WHERE b.blocker_id = f.followee_id AND b.blocked_id = f.follower_id)
      UNION ALL
      SELECT @reader_id::uuid) a
         JOIN users u ON u.id = a.author_id AND u.deleted_at IS NULL
         CROSS JOIN LATERAL (SELECT o.id
                             FROM posts o
                             WHERE o.author_id = a.author_id
                               AND o.deleted_at IS NULL
                             ORDER BY o.id DESC
                             LIMIT @page_limit::int) p
ORDER BY p.id DESC
LIMIT @page_limit::int;

-- name: ListStanding :many
-- Those of the accounts that are not deleted.
SELECT id
FROM users
WHERE id = ANY (@user_ids::uuid[])
  AND deleted_at IS NULL;

-- name: SampleReaders :many
-- Readers drawn at random, by blocks of the table where there are many.
SELECT u.id
FROM users u TABLESAMPLE system (@percent::float4)
WHERE u.deleted_at IS NULL
ORDER BY random()
LIMIT @page_limit::int;

-- name: ListReaders :many
SELECT id
FROM users
WHERE id > @after_id
  AND deleted_at IS NULL
ORDER BY id
LIMIT @page_limit::int;

-- name: CountReaders :one
SELECT count(*)
FROM users
WHERE deleted_at IS NULL;

-- name: DatabaseNow :one
SELECT clock_timestamp()::timestamptz;
