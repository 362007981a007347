-- name: LockPair :exec
SELECT pg_advisory_xact_lock(@pair::bigint);

-- name: InsertFollow :one
WITH blocked AS (SELECT EXISTS (SELECT FROM graph_blocks
                                WHERE (blocker_id, blocked_id) IN ((@follower_id::uuid, @followee_id::uuid), (@followee_id::uuid, @follower_id::uuid))) AS yes),
     added AS (INSERT INTO graph_follows (follower_id, followee_id)
               SELECT @follower_id::uuid, @followee_id::uuid FROM blocked WHERE NOT yes
               ON CONFLICT DO NOTHING
               RETURNING 1)
SELECT blocked.yes::bool AS blocked, EXISTS (SELECT FROM added)::bool AS added
FROM blocked;

-- name: DeleteFollow :execrows
DELETE FROM graph_follows
WHERE follower_id = @follower_id AND followee_id = @followee_id;

-- name: InsertBlock :execrows
INSERT INTO graph_blocks (blocker_id, blocked_id)
VALUES (@blocker_id, @blocked_id)
ON CONFLICT DO NOTHING;

-- name: DeleteBlock :exec
DELETE FROM graph_blocks
WHERE blocker_id = @blocker_id AND blocked_id = @blocked_id;

-- name: DeleteFollowsBetween :many
DELETE FROM graph_follows
WHERE (follower_id = @one::uuid AND followee_id = @other::uuid) OR (follower_id = @other::uuid AND followee_id = @one::uuid)
RETURNING follower_id, followee_id;

-- AddCounts leaves out accounts that are gone, so fewer rows than ids tell of one.
-- The rows are locked in the order of ids: whoever counts several does the same.
-- name: AddCounts :execrows
INSERT INTO graph_counts AS c (user_id, followers, following)
SELECT d.user_id, d.followers, d.following
FROM (SELECT unnest(@user_ids::uuid[]) AS user_id, unnest(@followers::bigint[]) AS followers, unnest(@following::bigint[]) AS following) AS d
ORDER BY d.user_id
ON CONFLICT (user_id) DO UPDATE SET followers = c.followers + excluded.followers, following = c.following + excluded.following
WHERE NOT c.gone;

-- name: SubtractCounts :exec
WITH d AS (SELECT unnest(@user_ids::uuid[]) AS user_id, unnest(@followers::bigint[]) AS followers, unnest(@following::bigint[]) AS following),
     locked AS (SELECT user_id FROM graph_counts WHERE user_id = ANY (@user_ids::uuid[]) ORDER BY user_id FOR UPDATE)
UPDATE graph_counts AS c
SET followers = c.followers - d.followers, following = c.following - d.following
FROM locked JOIN d ON d.user_id = locked.user_id
WHERE c.user_id = locked.user_id;

-- name: GetCounts :one
SELECT followers, following
FROM graph_counts
WHERE user_id = @user_id;

-- name: ListRelationships :many
SELECT EXISTS (SELECT FROM graph_follows WHERE follower_id = @caller_id::uuid AND followee_id = other_id)::bool AS following,
       EXISTS (SELECT FROM graph_follows WHERE follower_id = other_id AND followee_id = @caller_id::uuid)::bool AS followed_by,
       EXISTS (SELECT FROM graph_blocks WHERE blocker_id = @caller_id::uuid AND blocked_id = other_id)::bool AS blocking
FROM unnest(@other_ids::uuid[]) WITH ORDINALITY AS o (other_id, place)
ORDER BY place;

-- name: ListFollowers :many
SELECT follower_id AS user_id, created_at
FROM graph_follows
WHERE followee_id = @user_id
  AND (created_at, follower_id) < (@before::timestamptz, @before_id::uuid)
ORDER BY created_at DESC, follower_id DESC
LIMIT @most;

-- name: ListFollowing :many
SELECT followee_id AS user_id, created_at
FROM graph_follows
WHERE follower_id = @user_id
  AND (created_at, followee_id) < (@before::timestamptz, @before_id::uuid)
ORDER BY created_at DESC, followee_id DESC
LIMIT @most;

-- ListFollowingIds is what every read of a timeline begins with. It has no eye on
-- blocks, as no follow stands across one.
-- name: ListFollowingIds :many
SELECT followee_id AS user_id, created_at
FROM graph_follows
WHERE follower_id = @user_id AND followee_id > @after_id::uuid
ORDER BY followee_id
LIMIT @most;

-- CheckEdges answers the beginning of time for a follow that does not stand.
-- name: CheckEdges :many
SELECT coalesce((SELECT f.created_at FROM graph_follows AS f WHERE f.follower_id = e.follower_id AND f.followee_id = e.followee_id), 'epoch')::timestamptz AS since
FROM (SELECT unnest(@follower_ids::uuid[]) AS follower_id, unnest(@followee_ids::uuid[]) AS followee_id,
             generate_subscripts(@follower_ids::uuid[], 1) AS place) AS e
ORDER BY place;

-- While a batch is stored nobody blocks: blocks under way come first, others wait.
-- name: HoldBlocks :exec
LOCK TABLE graph_blocks IN SHARE MODE;

-- name: ListBlocksAmong :many
SELECT blocker_id, blocked_id
FROM graph_blocks
WHERE blocker_id = ANY (@user_ids::uuid[]) AND blocked_id = ANY (@user_ids::uuid[]);

-- name: ListGoneAmong :many
SELECT user_id
FROM graph_counts
WHERE user_id = ANY (@user_ids::uuid[]) AND gone;

-- CopyFollows is for follows of which none exists yet.
-- name: CopyFollows :copyfrom
INSERT INTO graph_follows (follower_id, followee_id)
VALUES ($1, $2);

-- InsertFollows answers those that are new.
-- name: InsertFollows :many
INSERT INTO graph_follows (follower_id, followee_id)
SELECT e.follower_id, e.followee_id
FROM (SELECT unnest(@follower_ids::uuid[]) AS follower_id, unnest(@followee_ids::uuid[]) AS followee_id) AS e
ORDER BY e.follower_id, e.followee_id
ON CONFLICT DO NOTHING
RETURNING follower_id, followee_id;

-- name: MarkGone :exec
INSERT INTO graph_counts (user_id, gone)
VALUES (@user_id, true)
ON CONFLICT (user_id) DO UPDATE SET gone = true;

-- name: DeleteFollowingOf :many
DELETE FROM graph_follows AS f
WHERE f.follower_id = @user_id
  AND f.followee_id IN (SELECT p.followee_id FROM graph_follows AS p WHERE p.follower_id = @user_id ORDER BY p.followee_id LIMIT @most FOR UPDATE)
RETURNING f.follower_id, f.followee_id;

-- name: DeleteFollowersOf :many
DELETE FROM graph_follows AS f
WHERE f.followee_id = @user_id
  AND f.follower_id IN (SELECT p.follower_id FROM graph_follows AS p WHERE p.followee_id = @user_id ORDER BY p.created_at, p.follower_id LIMIT @most FOR UPDATE)
RETURNING f.follower_id, f.followee_id;

-- name: DeleteBlocksOf :execrows
DELETE FROM graph_blocks AS b
WHERE (b.blocker_id, b.blocked_id) IN ((SELECT p.blocker_id, p.blocked_id FROM graph_blocks AS p WHERE p.blocker_id = @user_id LIMIT @most)
                                       UNION ALL
                                       (SELECT p.blocker_id, p.blocked_id FROM graph_blocks AS p WHERE p.blocked_id = @user_id LIMIT @most));

-- EndOfRecountPage is the last of the next accounts that have counts.
-- name: EndOfRecountPage :one
SELECT page.user_id
FROM (SELECT c.user_id FROM graph_counts AS c WHERE c.user_id > @after_id ORDER BY c.user_id LIMIT @size) AS page
ORDER BY page.user_id DESC
LIMIT 1;

-- One statement sees one moment, so writes under way make no differences.
-- name: ListCountDifferences :many
SELECT coalesce(kept.user_id, found.user_id)::uuid AS user_id,
       coalesce(kept.followers, 0)::bigint AS kept_followers, coalesce(found.followers, 0)::bigint AS found_followers,
       coalesce(kept.following, 0)::bigint AS kept_following, coalesce(found.following, 0)::bigint AS found_following
FROM (SELECT user_id, followers, following FROM graph_counts WHERE user_id > @after_id AND user_id <= @upto_id) AS kept
     FULL JOIN
     (SELECT ends.user_id, count(*) FILTER (WHERE ends.followed) AS followers, count(*) FILTER (WHERE NOT ends.followed) AS following
      FROM (SELECT follower_id AS user_id, false AS followed FROM graph_follows WHERE follower_id > @after_id AND follower_id <= @upto_id
            UNION ALL
            SELECT followee_id, true FROM graph_follows WHERE followee_id > @after_id AND followee_id <= @upto_id) AS ends
      GROUP BY ends.user_id) AS found
     ON found.user_id = kept.user_id
WHERE (coalesce(kept.followers, 0), coalesce(kept.following, 0)) <> (coalesce(found.followers, 0), coalesce(found.following, 0))
ORDER BY 1;

-- name: ListFollowsAcrossBlocks :many
SELECT f.follower_id, f.followee_id
FROM graph_blocks AS b
     JOIN graph_follows AS f ON (f.follower_id = b.blocker_id AND f.followee_id = b.blocked_id)
UNION
SELECT f.follower_id, f.followee_id
FROM graph_blocks AS b
     JOIN graph_follows AS f ON (f.follower_id = b.blocked_id AND f.followee_id = b.blocker_id)
LIMIT @most;

-- name: ExportAccounts :many
SELECT user_id, followers, following, gone
FROM graph_counts
WHERE user_id > @after_id
ORDER BY user_id
LIMIT @most;

-- name: ExportFollows :many
SELECT follower_id, followee_id, created_at
FROM graph_follows
WHERE (follower_id, followee_id) > (@after_follower_id::uuid, @after_followee_id::uuid)
ORDER BY follower_id, followee_id
LIMIT @most;

-- name: ExportBlocks :many
SELECT blocker_id, blocked_id, created_at
FROM graph_blocks
WHERE (blocker_id, blocked_id) > (@after_blocker_id::uuid, @after_blocked_id::uuid)
ORDER BY blocker_id, blocked_id
LIMIT @most;

-- name: ImportAccounts :exec
INSERT INTO graph_counts (user_id, followers, following, gone)
SELECT unnest(@user_ids::uuid[]), unnest(@followers::bigint[]), unnest(@following::bigint[]), unnest(@gone::boolean[])
ON CONFLICT (user_id) DO UPDATE SET followers = excluded.followers, following = excluded.following, gone = excluded.gone;

-- name: ImportFollows :exec
INSERT INTO graph_follows AS f (follower_id, followee_id, created_at)
SELECT unnest(@follower_ids::uuid[]), unnest(@followee_ids::uuid[]), unnest(@since::timestamptz[])
ON CONFLICT (follower_id, followee_id) DO UPDATE SET created_at = excluded.created_at
WHERE f.created_at <> excluded.created_at;

-- name: ImportBlocks :exec
INSERT INTO graph_blocks AS b (blocker_id, blocked_id, created_at)
SELECT unnest(@blocker_ids::uuid[]), unnest(@blocked_ids::uuid[]), unnest(@since::timestamptz[])
ON CONFLICT (blocker_id, blocked_id) DO UPDATE SET created_at = excluded.created_at
WHERE b.created_at <> excluded.created_at;

-- AllowLongStatement lifts the time limit on statements for the rest of the transaction.
-- name: AllowLongStatement :exec
SELECT set_config('statement_timeout', '0', true);

-- name: TotalGraph :one
SELECT (SELECT count(*) FROM graph_counts)                                   AS accounts,
       (SELECT count(*) FROM graph_counts WHERE followers > 0 OR following > 0) AS connected,
       (SELECT count(*) FROM graph_counts WHERE gone)                        AS gone,
       (SELECT count(*) FROM graph_follows)                                  AS follows,
       (SELECT count(*) FROM graph_blocks)                                   AS blocks;

-- name: ClearGraph :exec
TRUNCATE graph_follows, graph_counts, graph_blocks;
