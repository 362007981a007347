-- name: ReadPage :one
-- Everything that decides a page, from one snapshot: the horizon, the authors
-- whose posts are written here, with the place down to which they are, and the
-- written entries before a place. The lists are in the order of the subqueries,
-- which is that of their indexes.
SELECT coalesce((SELECT r.horizon FROM timeline_readers r WHERE r.reader_id = @reader_id), '00000000-0000-0000-0000-000000000000'::uuid)::uuid AS horizon,
       coalesce(edges.authors, '{}')::uuid[]                                                                                                AS pushed,
       coalesce(edges.since, '{}')::bigint[]                                                                                                AS pushed_since,
       coalesce(edges.pushed_after, '{}')::uuid[]                                                                                           AS pushed_after,
       coalesce(page.post_ids, '{}')::uuid[]                                                                                                AS post_ids,
       coalesce(page.author_ids, '{}')::uuid[]                                                                                              AS author_ids
FROM (SELECT array_agg(t.post_id) AS post_ids, array_agg(t.author_id) AS author_ids
      FROM (SELECT n.post_id, n.author_id
            FROM timeline_entries n
            WHERE n.reader_id = @reader_id
              AND n.post_id < @before_id
              AND n.post_id >= coalesce((SELECT r.horizon FROM timeline_readers r WHERE r.reader_id = @reader_id), '00000000-0000-0000-0000-000000000000'::uuid)
            ORDER BY n.post_id DESC
            LIMIT @page_limit::int) t) page,
     (SELECT array_agg(p.author_id) AS authors, array_agg(p.since) AS since, array_agg(p.pushed_after) AS pushed_after
      FROM (SELECT e.author_id, e.since, e.pushed_after
            FROM timeline_edges e
                     LEFT JOIN timeline_epochs x ON x.author_id = e.author_id
            WHERE e.reader_id = @reader_id
              AND e.mode = 3
              AND e.epoch = coalesce(x.epoch, 0)
              AND x.pulled IS NOT TRUE
            ORDER BY e.author_id) p) edges;

-- name: FanoutFreshPage :one
-- Writes a post into the timelines of the author's next readers. Edges on the
-- way to push are written to as well. It fails where one of them has the post
-- already, which is rare, and is a third faster for it.
WITH audience AS (SELECT e.reader_id
                  FROM timeline_edges e
                  WHERE e.author_id = @author_id::uuid
                    AND e.reader_id > @after_reader_id::uuid
                    AND e.mode <> 1
                    AND e.epoch = coalesce((SELECT CASE WHEN x.pulled THEN -1 ELSE x.epoch END FROM timeline_epochs x WHERE x.author_id = @author_id::uuid), 0)
                  ORDER BY e.reader_id
                  LIMIT @page_limit::int),
     written AS (INSERT INTO timeline_entries (reader_id, post_id, author_id)
                 SELECT a.reader_id, @post_id::uuid, @author_id::uuid FROM audience a)
SELECT count(*)::int                                                                                         AS readers,
       coalesce((SELECT l.reader_id FROM audience l ORDER BY l.reader_id DESC LIMIT 1), @after_reader_id::uuid)::uuid AS last_reader_id
FROM audience a;

-- name: FanoutPage :one
-- The same, passing over those who have the post.
WITH audience AS (SELECT e.reader_id
                  FROM timeline_edges e
                  WHERE e.author_id = @author_id::uuid
                    AND e.reader_id > @after_reader_id::uuid
                    AND e.mode <> 1
                    AND e.epoch = coalesce((SELECT CASE WHEN x.pulled THEN -1 ELSE x.epoch END FROM timeline_epochs x WHERE x.author_id = @author_id::uuid), 0)
                  ORDER BY e.reader_id
                  LIMIT @page_limit::int),
     written AS (INSERT INTO timeline_entries (reader_id, post_id, author_id)
                 SELECT a.reader_id, @post_id::uuid, @author_id::uuid FROM audience a
                 ON CONFLICT (reader_id, post_id) DO NOTHING)
SELECT count(*)::int                                                                                         AS readers,
       coalesce((SELECT l.reader_id FROM audience l ORDER BY l.reader_id DESC LIMIT 1), @after_reader_id::uuid)::uuid AS last_reader_id
FROM audience a;

-- name: FanoutReviewedPage :one
-- The same, moving those readers to pull who come by too rarely for a push to
-- pay, in place of the write that it saves.
WITH audience AS (SELECT e.reader_id,
                         (e.moved_at <= @moved_before::timestamptz
                             AND (r.viewed_at < @dormant_before::timestamptz
                                 OR timeline_rate(r.views, r.viewed_at, r.since, @moment::timestamptz) < @least_views::float8)) AS rare
                  FROM timeline_edges e
                           JOIN timeline_readers r ON r.reader_id = e.reader_id
                  WHERE e.author_id = @author_id::uuid
                    AND e.reader_id > @after_reader_id::uuid
                    AND e.mode <> 1
                    AND e.epoch = coalesce((SELECT CASE WHEN x.pulled THEN -1 ELSE x.epoch END FROM timeline_epochs x WHERE x.author_id = @author_id::uuid), 0)
                  ORDER BY e.reader_id
                  LIMIT @page_limit::int),
     moved AS (UPDATE timeline_edges d
         SET mode = 1, generation = nextval('timeline_generations'), moved_at = @moment
         FROM audience a
         WHERE a.rare AND d.author_id = @author_id::uuid AND d.reader_id = a.reader_id AND d.mode <> 1),
     written AS (INSERT INTO timeline_entries (reader_id, post_id, author_id)
                 SELECT a.reader_id, @post_id::uuid, @author_id::uuid FROM audience a WHERE NOT a.rare
                 ON CONFLICT (reader_id, post_id) DO NOTHING)
SELECT count(*)::int                                                                                         AS readers,
       (count(*) FILTER (WHERE a.rare))::int                                                                 AS moved,
       coalesce((SELECT l.reader_id FROM audience l ORDER BY l.reader_id DESC LIMIT 1), @after_reader_id::uuid)::uuid AS last_reader_id
FROM audience a;

-- name: MakeReaders :exec
INSERT INTO timeline_readers (reader_id)
SELECT DISTINCT unnest(@reader_ids::uuid[])
ORDER BY 1
ON CONFLICT (reader_id) DO NOTHING;

-- name: NextGeneration :one
SELECT nextval('timeline_generations')::bigint;

-- name: AddFreshEdges :exec
-- The same as AddEdges where none of the edges is there, without a look for each;
-- else it fails.
WITH added AS (INSERT INTO timeline_edges (author_id, reader_id, since, mode, generation)
    SELECT u.author_id, u.reader_id, u.since, 1, @generation::bigint
    FROM (SELECT unnest(@author_ids::uuid[]) AS author_id, unnest(@reader_ids::uuid[]) AS reader_id, unnest(@since::bigint[]) AS since) AS u
    ORDER BY 1, 2
    RETURNING reader_id)
UPDATE timeline_readers r
SET reviewed_at = 'epoch'
FROM added a
WHERE r.reader_id = a.reader_id
  AND r.reviewed_at <> 'epoch';

-- name: AddEdges :exec
-- Edges of follows as the graph has them, in mode pull unless they are there in
-- this incarnation. Their readers are to be looked at when they come by.
WITH added AS (INSERT INTO timeline_edges AS e (author_id, reader_id, since, mode, generation)
    SELECT DISTINCT ON (u.author_id, u.reader_id) u.author_id, u.reader_id, u.since, 1, @generation::bigint
    FROM (SELECT unnest(@author_ids::uuid[]) AS author_id, unnest(@reader_ids::uuid[]) AS reader_id, unnest(@since::bigint[]) AS since) AS u
    ORDER BY 1, 2
    ON CONFLICT (author_id, reader_id) DO UPDATE SET mode = 1, generation = excluded.generation, since = excluded.since, moved_at = 'epoch'
    WHERE e.since <> excluded.since
    RETURNING reader_id)
UPDATE timeline_readers r
SET reviewed_at = 'epoch'
FROM added a
WHERE r.reader_id = a.reader_id
  AND r.reviewed_at <> 'epoch';

-- name: PromoteEdges :many
-- Step (a) for follows as the graph has them: the edges are promoting under a
-- fresh generation and their author's present epoch, unless they are push already
-- in this incarnation and epoch. Fan-outs write to them from the commit on.
INSERT INTO timeline_edges AS e (author_id, reader_id, since, mode, generation, epoch)
SELECT DISTINCT ON (u.author_id, u.reader_id) u.author_id, u.reader_id, u.since, 2, @generation::bigint, coalesce(x.epoch, 0)
FROM (SELECT unnest(@author_ids::uuid[]) AS author_id, unnest(@reader_ids::uuid[]) AS reader_id, unnest(@since::bigint[]) AS since) AS u
         LEFT JOIN timeline_epochs x ON x.author_id = u.author_id
ORDER BY 1, 2
ON CONFLICT (author_id, reader_id) DO UPDATE SET mode = 2, generation = excluded.generation, since = excluded.since, epoch = excluded.epoch
WHERE e.mode <> 3 OR e.since <> excluded.since OR e.epoch <> excluded.epoch
RETURNING author_id, reader_id, since;

-- name: PromoteKnownEdges :many
-- The same for edges that the timeline has; those that ended meanwhile stay gone.
UPDATE timeline_edges e
SET mode = 2, generation = @generation::bigint, epoch = coalesce(x.epoch, 0)
FROM (SELECT unnest(@author_ids::uuid[]) AS author_id, unnest(@reader_ids::uuid[]) AS reader_id, unnest(@since::bigint[]) AS since) AS u
         LEFT JOIN timeline_epochs x ON x.author_id = u.author_id
WHERE e.author_id = u.author_id
  AND e.reader_id = u.reader_id
  AND e.since = u.since
  AND (e.mode <> 3 OR e.epoch <> coalesce(x.epoch, 0))
RETURNING e.author_id, e.reader_id, e.since;

-- name: PromoteReader :many
-- Step (a) for a reader whose horizon is to move: the edges that are wanted, push
-- or not, are promoting, and all others pull.
UPDATE timeline_edges e
SET mode       = CASE WHEN w.author_id IS NULL THEN 1 ELSE 2 END,
    generation = @generation::bigint,
    epoch      = w.epoch
FROM (SELECT o.author_id AS edge_author_id, u.author_id, coalesce(x.epoch, 0) AS epoch
      FROM timeline_edges o
               LEFT JOIN (SELECT unnest(@author_ids::uuid[]) AS author_id) u ON u.author_id = o.author_id
               LEFT JOIN timeline_epochs x ON x.author_id = o.author_id
      WHERE o.reader_id = @reader_id) w
WHERE e.reader_id = @reader_id
  AND e.author_id = w.edge_author_id
RETURNING e.author_id, (e.mode = 2)::bool AS promoting;

-- name: DemoteEdges :execrows
-- To pull: from the commit on reads pull these edges.
UPDATE timeline_edges e
SET mode = 1, generation = @generation::bigint, moved_at = @moment
FROM (SELECT unnest(@author_ids::uuid[]) AS author_id, unnest(@reader_ids::uuid[]) AS reader_id) AS u
WHERE e.author_id = u.author_id
  AND e.reader_id = u.reader_id
  AND e.mode <> 1;

-- name: GetReaders :many
SELECT reader_id, horizon, version
FROM timeline_readers
WHERE reader_id = ANY (@reader_ids::uuid[]);

-- name: CopyEntries :execrows
-- Step (b): posts of a log into timelines.
INSERT INTO timeline_entries (reader_id, post_id, author_id)
SELECT u.reader_id, u.post_id, u.author_id
FROM (SELECT unnest(@reader_ids::uuid[]) AS reader_id, unnest(@post_ids::uuid[]) AS post_id, unnest(@author_ids::uuid[]) AS author_id) AS u
ORDER BY 1, 2
ON CONFLICT (reader_id, post_id) DO NOTHING;

-- name: LockReaders :many
-- Whoever changes a horizon, deletes entries or commits a move holds the reader.
SELECT reader_id, horizon, version
FROM timeline_readers
WHERE reader_id = ANY (@reader_ids::uuid[])
ORDER BY reader_id
FOR UPDATE;

-- name: SettleEdges :execrows
-- Step (c): push, if the edge is still the one that was promoted and nothing was
-- deleted from the reader's timeline, nor his horizon lowered, since the copy.
UPDATE timeline_edges e
SET mode = 3, pushed_after = u.pushed_after, moved_at = @moment
FROM (SELECT unnest(@author_ids::uuid[])   AS author_id,
             unnest(@reader_ids::uuid[])   AS reader_id,
             unnest(@pushed_after::uuid[]) AS pushed_after,
             unnest(@versions::bigint[])   AS version) AS u,
     timeline_readers r
WHERE e.author_id = u.author_id
  AND e.reader_id = u.reader_id
  AND e.mode = 2
  AND e.generation = @generation::bigint
  AND r.reader_id = u.reader_id
  AND r.version = u.version;

-- name: RaiseHorizons :exec
-- A raised horizon promises less; always safe.
UPDATE timeline_readers r
SET horizon = u.horizon
FROM (SELECT unnest(@reader_ids::uuid[]) AS reader_id, unnest(@horizons::uuid[]) AS horizon) AS u
WHERE r.reader_id = u.reader_id
  AND r.horizon < u.horizon;

-- name: SettleReader :execrows
-- Step (c) for a reader whose horizon moves: nothing may be push but what this
-- move promoted, and nothing may have been deleted since it began.
WITH settled AS (UPDATE timeline_readers r
    SET horizon = @horizon, moving_til = '-infinity', version = r.version + 1
    WHERE r.reader_id = @reader_id
        AND r.version = @version
        AND NOT EXISTS (SELECT FROM timeline_edges o WHERE o.reader_id = @reader_id AND o.mode = 3)
    RETURNING r.reader_id),
     pushed AS (UPDATE timeline_edges e
         SET mode = 3, pushed_after = '00000000-0000-0000-0000-000000000000', moved_at = @moment
         FROM settled s
         WHERE e.reader_id = s.reader_id
             AND e.mode = 2
             AND e.generation = @generation::bigint)
SELECT FROM settled;

-- name: DeleteEdges :execrows
DELETE
FROM timeline_edges e
    USING (SELECT unnest(@author_ids::uuid[]) AS author_id, unnest(@reader_ids::uuid[]) AS reader_id) AS u
WHERE e.author_id = u.author_id
  AND e.reader_id = u.reader_id;

-- name: LeaseReader :execrows
-- Takes the right to move a reader's horizon, for a while.
UPDATE timeline_readers
SET moving_til = now() + make_interval(secs => @seconds::float8)
WHERE reader_id = @reader_id
  AND moving_til < now();

-- name: ListReadersToTrim :many
-- The next readers after a place, each with the id below which his entries are
-- more than he is to have; no id where he has fewer.
SELECT r.reader_id,
       r.horizon,
       coalesce((SELECT e.post_id FROM timeline_entries e WHERE e.reader_id = r.reader_id ORDER BY e.post_id DESC OFFSET @keep::int LIMIT 1),
                '00000000-0000-0000-0000-000000000000'::uuid)::uuid AS surplus_id
FROM timeline_readers r
WHERE r.reader_id > @after_reader_id
ORDER BY r.reader_id
LIMIT @page_limit::int;

-- name: DeleteBelowHorizon :execrows
-- Entries go only from below a horizon that was committed before. The readers are
-- locked by the caller, and learn that something went.
WITH gone AS (DELETE FROM timeline_entries e
    USING timeline_readers r
    WHERE r.reader_id = ANY (@reader_ids::uuid[])
        AND e.reader_id = r.reader_id
        AND e.post_id < r.horizon
    RETURNING e.reader_id)
UPDATE timeline_readers r
SET version = r.version + 1
WHERE r.reader_id IN (SELECT reader_id FROM gone);

-- name: GetEdge :one
-- How an author's posts reach a reader.
SELECT e.since,
       (CASE WHEN x.pulled OR e.epoch <> coalesce(x.epoch, 0) THEN 1 ELSE e.mode END)::smallint AS mode,
       e.pushed_after,
       coalesce(x.pulled, false)::bool                                                          AS author_pulled,
       coalesce(r.horizon, '00000000-0000-0000-0000-000000000000'::uuid)::uuid                 AS horizon
FROM timeline_edges e
         LEFT JOIN timeline_epochs x ON x.author_id = e.author_id
         LEFT JOIN timeline_readers r ON r.reader_id = e.reader_id
WHERE e.author_id = @author_id
  AND e.reader_id = @reader_id;

-- name: GetEntry :one
SELECT written_at
FROM timeline_entries
WHERE reader_id = @reader_id
  AND post_id = @post_id;

-- name: DeleteReaderEdges :exec
DELETE
FROM timeline_edges
WHERE reader_id = @reader_id;

-- name: DeleteReaderEntries :execrows
DELETE
FROM timeline_entries
WHERE ctid = ANY (ARRAY(SELECT e.ctid FROM timeline_entries e WHERE e.reader_id = @reader_id LIMIT @page_limit::int));

-- name: ListEdgesByReader :many
-- The next edges in order of reader and author, for recounts.
SELECT author_id, reader_id, since, mode
FROM timeline_edges
WHERE (reader_id, author_id) > (@after_reader_id::uuid, @after_author_id::uuid)
ORDER BY reader_id, author_id
LIMIT @page_limit::int;

-- name: CountEdges :one
SELECT count(*) FILTER (WHERE e.mode = 3 AND e.epoch = coalesce(x.epoch, 0) AND x.pulled IS NOT TRUE) AS push,
       count(*) FILTER (WHERE e.mode = 1)                                                             AS pull,
       count(*)                                                                                       AS all_edges
FROM timeline_edges e
         LEFT JOIN timeline_epochs x ON x.author_id = e.author_id;

-- name: CountAudience :one
-- How many edges lead from an author, counted up to a limit.
SELECT count(*)::int
FROM (SELECT FROM timeline_edges e WHERE e.author_id = @author_id LIMIT @at_most::int) t;

-- name: GetPolicy :one
SELECT strategy, threshold, version, switched_at, settled_at
FROM timeline_policy;

-- name: SetPolicy :one
-- Answers no row where that is the policy already.
INSERT INTO timeline_policy AS p (strategy, threshold, version)
VALUES (@strategy, @threshold, 1)
ON CONFLICT (only_row) DO UPDATE SET strategy    = excluded.strategy,
                                     threshold   = excluded.threshold,
                                     version     = p.version + 1,
                                     switched_at = now(),
                                     settled_at  = NULL
WHERE (p.strategy, p.threshold) <> (excluded.strategy, excluded.threshold)
RETURNING version;

-- name: SettlePolicy :exec
UPDATE timeline_policy
SET settled_at = now()
WHERE version = @version;

-- name: SetCost :exec
INSERT INTO timeline_costs (kind, seconds, measured_at)
VALUES (@kind, @seconds, now())
ON CONFLICT (kind) DO UPDATE SET seconds = excluded.seconds, measured_at = excluded.measured_at;

-- name: ListCosts :many
SELECT kind, seconds
FROM timeline_costs;

-- name: GetEpoch :one
SELECT epoch, pulled
FROM timeline_epochs
WHERE author_id = @author_id;

-- name: ListPulledAuthors :many
SELECT e.author_id, a.burst, a.counted_at
FROM timeline_epochs e
         LEFT JOIN timeline_authors a ON a.author_id = e.author_id
WHERE e.pulled
  AND e.author_id > @after_author_id
ORDER BY e.author_id
LIMIT @page_limit::int;

-- name: PullAuthor :execrows
-- From the commit on the author is pulled as a whole, in a new epoch.
INSERT INTO timeline_epochs AS x (author_id, epoch, pulled)
VALUES (@author_id, 1, true)
ON CONFLICT (author_id) DO UPDATE SET epoch = x.epoch + 1, pulled = true, flipped_at = now()
WHERE NOT x.pulled;

-- name: UnpullAuthor :execrows
-- Ends that, in a new epoch again: his edges are pulled until each is promoted.
UPDATE timeline_epochs
SET epoch = epoch + 1, pulled = false, flipped_at = now()
WHERE author_id = @author_id
  AND pulled;

-- name: CountPost :one
-- Counts a post for its author's rates.
INSERT INTO timeline_authors AS a (author_id, posted, burst, counted_at, since)
VALUES (@author_id, 1, 1, @moment, @moment)
ON CONFLICT (author_id) DO UPDATE SET posted     = timeline_decayed(a.posted, a.counted_at, excluded.counted_at, 1209600) + 1,
                                      burst      = timeline_decayed(a.burst, a.counted_at, excluded.counted_at, 60) + 1,
                                      counted_at = excluded.counted_at
RETURNING posted, burst, counted_at, since, reviewed_at;

-- name: MarkAuthorReviewed :exec
UPDATE timeline_authors
SET reviewed_at = @moment
WHERE author_id = @author_id;

-- name: CountViews :many
-- Counts views of readers for their rates, and answers those whose edges have
-- not been looked at for a while.
UPDATE timeline_readers r
SET views       = timeline_decayed(r.views, r.viewed_at, @moment::timestamptz, 1209600) + u.views,
    viewed_at   = @moment,
    reviewed_at = CASE WHEN r.reviewed_at <= @reviewed_before::timestamptz THEN @moment ELSE r.reviewed_at END
FROM (SELECT unnest(@reader_ids::uuid[]) AS reader_id, unnest(@views::float8[]) AS views) AS u
WHERE r.reader_id = u.reader_id
RETURNING r.reader_id, (r.reviewed_at = @moment)::bool AS due;

-- name: GetReaderRate :one
SELECT views, viewed_at, since, horizon
FROM timeline_readers
WHERE reader_id = @reader_id;

-- name: ListReaderEdges :many
-- A reader's edges with what a policy decides on.
SELECT e.author_id,
       e.since,
       (e.mode = 3 AND e.epoch = coalesce(x.epoch, 0))::bool AS pushed,
       coalesce(x.pulled, false)::bool                       AS author_pulled,
       e.moved_at,
       coalesce(a.posted, 0)::float8                         AS posted,
       coalesce(a.counted_at, 'epoch'::timestamptz)::timestamptz          AS counted_at,
       coalesce(a.since, 'epoch'::timestamptz)::timestamptz               AS posting_since
FROM timeline_edges e
         LEFT JOIN timeline_epochs x ON x.author_id = e.author_id
         LEFT JOIN timeline_authors a ON a.author_id = e.author_id
WHERE e.reader_id = @reader_id
ORDER BY e.author_id
LIMIT @page_limit::int;

-- name: ListEdgesByAuthor :many
-- The next edges in order of author and reader, for a sweep.
SELECT e.author_id,
       e.reader_id,
       e.since,
       e.mode,
       (e.mode = 3 AND e.epoch = coalesce(x.epoch, 0))::bool AS pushed,
       coalesce(x.pulled, false)::bool                       AS author_pulled
FROM timeline_edges e
         LEFT JOIN timeline_epochs x ON x.author_id = e.author_id
WHERE (e.author_id, e.reader_id) > (@after_author_id::uuid, @after_reader_id::uuid)
ORDER BY e.author_id, e.reader_id
LIMIT @page_limit::int;

-- name: ExportRates :many
SELECT author_id, posted, burst, counted_at, since, reviewed_at
FROM timeline_authors
WHERE author_id > @after_author_id
ORDER BY author_id
LIMIT @page_limit::int;

-- name: ExportEpochs :many
SELECT author_id, epoch, pulled, flipped_at
FROM timeline_epochs
WHERE author_id > @after_author_id
ORDER BY author_id
LIMIT @page_limit::int;

-- name: ExportReaders :many
SELECT reader_id, views, viewed_at, since
FROM timeline_readers
WHERE reader_id > @after_reader_id
ORDER BY reader_id
LIMIT @page_limit::int;

-- name: ImportPolicy :exec
INSERT INTO timeline_policy AS p (strategy, threshold, version, switched_at, settled_at)
VALUES (@strategy, @threshold, @version, @switched_at, @settled_at)
ON CONFLICT (only_row) DO UPDATE SET strategy    = excluded.strategy,
                                     threshold   = excluded.threshold,
                                     version     = excluded.version,
                                     switched_at = excluded.switched_at,
                                     settled_at  = excluded.settled_at;

-- name: ImportRates :exec
INSERT INTO timeline_authors AS a (author_id, posted, burst, counted_at, since, reviewed_at)
SELECT unnest(@author_ids::uuid[]), unnest(@posted::float8[]), unnest(@burst::float8[]), unnest(@counted_at::timestamptz[]), unnest(@since::timestamptz[]),
       unnest(@reviewed_at::timestamptz[])
ON CONFLICT (author_id) DO UPDATE SET posted      = excluded.posted,
                                      burst       = excluded.burst,
                                      counted_at  = excluded.counted_at,
                                      since       = excluded.since,
                                      reviewed_at = excluded.reviewed_at;

-- name: ImportEpochs :exec
INSERT INTO timeline_epochs AS x (author_id, epoch, pulled, flipped_at)
SELECT unnest(@author_ids::uuid[]), unnest(@epochs::bigint[]), unnest(@pulled::boolean[]), unnest(@flipped_at::timestamptz[])
ON CONFLICT (author_id) DO UPDATE SET epoch = excluded.epoch, pulled = excluded.pulled, flipped_at = excluded.flipped_at;

-- name: ImportReaders :exec
-- They are cold: nothing is promised of what is written for them.
INSERT INTO timeline_readers AS r (reader_id, horizon, views, viewed_at, since)
SELECT unnest(@reader_ids::uuid[]), 'ffffffff-ffff-ffff-ffff-ffffffffffff', unnest(@views::float8[]), unnest(@viewed_at::timestamptz[]), unnest(@since::timestamptz[])
ON CONFLICT (reader_id) DO UPDATE SET horizon     = excluded.horizon,
                                      views       = excluded.views,
                                      viewed_at   = excluded.viewed_at,
                                      since       = excluded.since,
                                      version     = r.version + 1,
                                      moving_til  = '-infinity',
                                      reviewed_at = 'epoch';

-- name: ImportEdges :exec
-- In mode pull, whatever they were.
INSERT INTO timeline_edges AS e (author_id, reader_id, since, mode, generation)
SELECT unnest(@author_ids::uuid[]), unnest(@reader_ids::uuid[]), unnest(@since::bigint[]), 1, @generation::bigint
ON CONFLICT (author_id, reader_id) DO UPDATE SET since = excluded.since, mode = 1, generation = excluded.generation, moved_at = 'epoch';

-- name: AllowLongStatement :exec
-- Lifts the time limit on statements for the rest of the transaction.
SELECT set_config('statement_timeout', '0', true);

-- name: TotalTimelines :one
SELECT (SELECT count(*) FROM timeline_readers)              AS readers,
       (SELECT count(*) FROM timeline_epochs WHERE pulled)  AS pulled,
       (SELECT count(*) FROM timeline_edges)                AS edges;

-- name: ClearTimelines :exec
TRUNCATE timeline_readers, timeline_entries, timeline_edges, timeline_policy, timeline_authors, timeline_epochs;
