-- name: InsertPost :one
-- Answers no row where the author has used the key before.
INSERT INTO posts (author_id, text, media_ids, idempotency_key, request_hash)
VALUES (@author_id, @text, @media_ids, @idempotency_key, @request_hash)
ON CONFLICT (author_id, idempotency_key) DO NOTHING
RETURNING id;

-- name: InsertReply :one
-- Counts the reply with its parent. Answers no row where the author has used the
-- key before, or where the parent is gone.
WITH made AS (
    INSERT INTO posts (author_id, text, media_ids, reply_to_id, idempotency_key, request_hash)
        SELECT @author_id::uuid, @text::text, @media_ids::uuid[], parent.id, @idempotency_key::text, @request_hash::bytea
        FROM posts AS parent
        WHERE parent.id = @reply_to_id::uuid
          AND parent.deleted_at IS NULL
        ON CONFLICT (author_id, idempotency_key) DO NOTHING
        RETURNING id, reply_to_id),
     counted AS (
         INSERT INTO post_counts AS c (post_id, replies)
             SELECT made.reply_to_id, 1 FROM made
             ON CONFLICT (post_id) DO UPDATE SET replies = c.replies + 1)
SELECT id
FROM made;

-- name: GetByKey :one
SELECT id, request_hash
FROM posts
WHERE author_id = @author_id
  AND idempotency_key = @idempotency_key;

-- name: PostStands :one
SELECT EXISTS (SELECT FROM posts WHERE id = @id AND deleted_at IS NULL) AS stands;

-- name: LoadPosts :many
SELECT p.id,
       p.author_id,
       p.text,
       p.media_ids,
       p.reply_to_id,
       coalesce(c.likes, 0)::bigint   AS likes,
       coalesce(c.replies, 0)::bigint AS replies
FROM posts AS p
         LEFT JOIN post_counts AS c ON c.post_id = p.id
WHERE p.id = ANY (@ids::uuid[])
  AND p.deleted_at IS NULL;

-- name: ListLiked :many
-- Which of the posts the user likes.
SELECT post_id
FROM post_likes
WHERE user_id = @user_id
  AND post_id = ANY (@post_ids::uuid[]);

-- name: ListLog :many
-- One author's log, newest first.
SELECT id
FROM posts
WHERE author_id = @author_id
  AND deleted_at IS NULL
  AND id >= @from_id
  AND id < @before_id
ORDER BY id DESC
LIMIT @page_limit::int;

-- name: MergeLogs :many
-- The logs of many authors, newest first. Only authors with one of the newest
-- heads can have a post in the answer, and where there are enough heads, only
-- posts from the last of them on: so each author costs one step into the index,
-- and only posts that may be answered are read beyond the heads.
WITH heads AS MATERIALIZED (
    SELECT author.id AS author_id, head.id, row_number() OVER (ORDER BY head.id DESC) AS place
    FROM unnest(@author_ids::uuid[]) AS author (id)
             CROSS JOIN LATERAL (
        SELECT p.id
        FROM posts AS p
        WHERE p.author_id = author.id
          AND p.deleted_at IS NULL
          AND p.id >= @from_id::uuid
          AND p.id < @before_id::uuid
        ORDER BY p.id DESC
        LIMIT 1) AS head
    ORDER BY head.id DESC
    LIMIT @page_limit::int)
SELECT entry.id, heads.author_id::uuid AS author_id
FROM heads
         CROSS JOIN LATERAL (
    SELECT p.id
    FROM posts AS p
    WHERE p.author_id = heads.author_id
      AND p.deleted_at IS NULL
      AND p.id >= coalesce((SELECT h.id FROM heads AS h WHERE h.place = @page_limit::int), @from_id::uuid)
      AND p.id <= heads.id
    ORDER BY p.id DESC
    LIMIT @per_author::int) AS entry
ORDER BY entry.id DESC
LIMIT @page_limit::int;

-- name: ListReplies :many
SELECT id
FROM posts
WHERE reply_to_id = @post_id::uuid
  AND deleted_at IS NULL
  AND id > @after_id
ORDER BY id
LIMIT @page_limit::int;

-- name: LockPost :one
-- Also answers tombstones, for the author to delete again.
SELECT id, author_id, media_ids, reply_to_id, idempotency_key, (deleted_at IS NOT NULL)::bool AS deleted
FROM posts
WHERE id = @id
    FOR NO KEY UPDATE;

-- name: LockPostsOf :many
SELECT id, author_id, media_ids, reply_to_id, idempotency_key, (deleted_at IS NOT NULL)::bool AS deleted
FROM posts
WHERE author_id = @author_id
  AND deleted_at IS NULL
ORDER BY id DESC
LIMIT @page_limit::int
    FOR NO KEY UPDATE;

-- name: BuryPosts :exec
UPDATE posts
SET deleted_at = now(),
    text       = '',
    media_ids  = '{}'
WHERE id = ANY (@ids::uuid[])
  AND deleted_at IS NULL;

-- name: UncountReplies :exec
-- A parent is named once for each reply that went. Rows are locked in order, so
-- that two of these cannot wait for one another.
WITH gone AS (SELECT parent.id, count(*) AS n FROM unnest(@parent_ids::uuid[]) AS parent (id) GROUP BY parent.id),
     locked AS (SELECT c.post_id, gone.n
                FROM post_counts AS c
                         JOIN gone ON gone.id = c.post_id
                ORDER BY c.post_id
                    FOR NO KEY UPDATE OF c)
UPDATE post_counts AS c
SET replies = c.replies - locked.n
FROM locked
WHERE c.post_id = locked.post_id;

-- name: LikePost :one
-- changed is false where the like stood already; likes is exact where it is true.
WITH target AS (SELECT p.id FROM posts AS p WHERE p.id = @post_id AND p.deleted_at IS NULL),
     made AS (
         INSERT INTO post_likes (user_id, post_id)
             SELECT @user_id::uuid, target.id FROM target
             ON CONFLICT DO NOTHING
             RETURNING post_id),
     counted AS (
         INSERT INTO post_counts AS c (post_id, likes)
             SELECT made.post_id, 1 FROM made
             ON CONFLICT (post_id) DO UPDATE SET likes = c.likes + 1
             RETURNING c.likes)
SELECT EXISTS (SELECT FROM target)                            AS found,
       EXISTS (SELECT FROM counted)                           AS changed,
       coalesce((SELECT counted.likes FROM counted), 0)::bigint AS likes;

-- name: UnlikePost :one
-- As LikePost, the other way.
WITH target AS (SELECT p.id FROM posts AS p WHERE p.id = @post_id AND p.deleted_at IS NULL),
     gone AS (
         DELETE FROM post_likes AS l
             USING target
             WHERE l.user_id = @user_id AND l.post_id = target.id
             RETURNING l.post_id),
     counted AS (
         UPDATE post_counts AS c
             SET likes = c.likes - 1
             FROM gone
             WHERE c.post_id = gone.post_id
             RETURNING c.likes)
SELECT EXISTS (SELECT FROM target)                            AS found,
       EXISTS (SELECT FROM counted)                           AS changed,
       coalesce((SELECT counted.likes FROM counted), 0)::bigint AS likes;

-- name: CountLikes :one
SELECT coalesce((SELECT c.likes FROM post_counts AS c WHERE c.post_id = @post_id), 0)::bigint AS likes;

-- name: TakeLikesBack :many
-- Takes back some of a user's likes; their posts are still to be counted down.
WITH page AS (SELECT l.post_id FROM post_likes AS l WHERE l.user_id = @user_id ORDER BY l.post_id LIMIT @page_limit::int)
DELETE
FROM post_likes AS l
    USING page
WHERE l.user_id = @user_id
  AND l.post_id = page.post_id
RETURNING l.post_id;

-- name: UncountLikes :exec
WITH locked AS (SELECT c.post_id
                FROM post_counts AS c
                WHERE c.post_id = ANY (@post_ids::uuid[])
                ORDER BY c.post_id
                    FOR NO KEY UPDATE)
UPDATE post_counts AS c
SET likes = c.likes - 1
FROM locked
WHERE c.post_id = locked.post_id;

-- name: AllowLongStatement :exec
-- Lifts the time limit on statements for the rest of the transaction.
SELECT set_config('statement_timeout', '0', true);

-- name: Recount :many
-- Compares the counts with what they count. total is the number of differences,
-- of which the first thousand are answered.
WITH likes AS (SELECT l.post_id, count(*) AS n FROM post_likes AS l GROUP BY l.post_id),
     replies AS (SELECT p.reply_to_id AS post_id, count(*) AS n
                 FROM posts AS p
                 WHERE p.reply_to_id IS NOT NULL
                   AND p.deleted_at IS NULL
                 GROUP BY p.reply_to_id),
     counted AS (SELECT coalesce(likes.post_id, replies.post_id) AS post_id,
                        coalesce(likes.n, 0)                     AS likes,
                        coalesce(replies.n, 0)                   AS replies
                 FROM likes
                          FULL JOIN replies ON replies.post_id = likes.post_id)
SELECT coalesce(counted.post_id, c.post_id)::uuid AS post_id,
       coalesce(c.likes, 0)::bigint               AS likes,
       coalesce(counted.likes, 0)::bigint         AS likes_counted,
       coalesce(c.replies, 0)::bigint             AS replies,
       coalesce(counted.replies, 0)::bigint       AS replies_counted,
       count(*) OVER ()                           AS total
FROM counted
         FULL JOIN post_counts AS c ON c.post_id = counted.post_id
WHERE (coalesce(c.likes, 0), coalesce(c.replies, 0)) IS DISTINCT FROM (coalesce(counted.likes, 0), coalesce(counted.replies, 0))
ORDER BY 1
LIMIT 1000;

-- name: ExportPosts :many
-- Tombstones among them.
SELECT p.id,
       p.author_id,
       p.text,
       p.media_ids,
       p.reply_to_id,
       p.idempotency_key,
       p.request_hash,
       p.deleted_at,
       coalesce(c.likes, 0)::bigint   AS likes,
       coalesce(c.replies, 0)::bigint AS replies
FROM posts AS p
         LEFT JOIN post_counts AS c ON c.post_id = p.id
WHERE p.id > @after_id
ORDER BY p.id
LIMIT @page_limit::int;

-- name: ExportLikes :many
SELECT user_id, post_id
FROM post_likes
WHERE (user_id, post_id) > (@after_user_id::uuid, @after_post_id::uuid)
ORDER BY user_id, post_id
LIMIT @page_limit::int;

-- name: ImportPosts :exec
-- Pictures come as the text of an array, as arrays of arrays of different lengths
-- are none; no id stands for no parent, and the epoch for not deleted.
INSERT INTO posts (id, author_id, text, media_ids, reply_to_id, idempotency_key, request_hash, deleted_at)
SELECT m.id, m.author_id, m.text, m.media_ids::uuid[], nullif(m.reply_to_id, '00000000-0000-0000-0000-000000000000'), m.idempotency_key, m.request_hash,
       nullif(m.deleted_at, 'epoch')
FROM (SELECT unnest(@ids::uuid[])                AS id,
             unnest(@author_ids::uuid[])         AS author_id,
             unnest(@texts::text[])              AS text,
             unnest(@media_ids::text[])          AS media_ids,
             unnest(@reply_to_ids::uuid[])       AS reply_to_id,
             unnest(@idempotency_keys::text[])   AS idempotency_key,
             unnest(@request_hashes::bytea[])    AS request_hash,
             unnest(@deleted_at::timestamptz[])  AS deleted_at) AS m
ON CONFLICT (id) DO UPDATE SET author_id       = excluded.author_id,
                               text            = excluded.text,
                               media_ids       = excluded.media_ids,
                               reply_to_id     = excluded.reply_to_id,
                               idempotency_key = excluded.idempotency_key,
                               request_hash    = excluded.request_hash,
                               deleted_at      = excluded.deleted_at;

-- name: ImportPostCounts :exec
-- A post that has neither likes nor replies gets no row, and keeps the one it has.
INSERT INTO post_counts AS c (post_id, likes, replies)
SELECT m.post_id, m.likes, m.replies
FROM (SELECT unnest(@post_ids::uuid[]) AS post_id, unnest(@likes::bigint[]) AS likes, unnest(@replies::bigint[]) AS replies) AS m
         LEFT JOIN post_counts AS old ON old.post_id = m.post_id
WHERE m.likes > 0
   OR m.replies > 0
   OR old.post_id IS NOT NULL
ON CONFLICT (post_id) DO UPDATE SET likes = excluded.likes, replies = excluded.replies;

-- name: ImportLikes :exec
INSERT INTO post_likes (user_id, post_id)
SELECT unnest(@user_ids::uuid[]), unnest(@post_ids::uuid[])
ON CONFLICT DO NOTHING;

-- name: TotalPosts :one
SELECT (SELECT count(*) FROM posts WHERE deleted_at IS NULL)     AS posts,
       (SELECT count(*) FROM posts WHERE deleted_at IS NOT NULL) AS tombstones,
       (SELECT count(*) FROM post_likes)                         AS likes;

-- name: ClearPosts :exec
TRUNCATE posts, post_likes, post_counts;
