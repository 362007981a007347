-- name: ReadPage :one
-- Everything that decides a page, from one snapshot: the horizon, the authors
-- whose posts are written here, and the written entries before a place. The lists
-- are in the order of the subqueries, which is that of their indexes.
SELECT coalesce((SELECT r.horizon FROM timeline_readers r WHERE r.reader_id = @reader_id), '00000000-0000-0000-0000-000000000000'::uuid)::uuid AS horizon,
       coalesce(edges.authors, '{}')::uuid[]                                                                                                AS pushed,
       coalesce(edges.since, '{}')::bigint[]                                                                                                AS pushed_since,
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
     (SELECT array_agg(p.author_id) AS authors, array_agg(p.since) AS since
      FROM (SELECT e.author_id, e.since
            FROM timeline_edges e
            WHERE e.reader_id = @reader_id
              AND e.mode = 3
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
                  ORDER BY e.reader_id
                  LIMIT @page_limit::int),
     written AS (INSERT INTO timeline_entries (reader_id, post_id, author_id)
                 SELECT a.reader_id, @post_id::uuid, @author_id::uuid FROM audience a)
SELECT count(*)::int                                                                                         AS readers,
       coalesce((array_agg(a.reader_id ORDER BY a.reader_id DESC))[1], @after_reader_id::uuid)::uuid AS last_reader_id
FROM audience a;

-- name: FanoutPage :one
-- The same, passing over those who have the post.
WITH audience AS (SELECT e.reader_id
                  FROM timeline_edges e
                  WHERE e.author_id = @author_id::uuid
                    AND e.reader_id > @after_reader_id::uuid
                    AND e.mode <> 1
                  ORDER BY e.reader_id
                  LIMIT @page_limit::int),
     written AS (INSERT INTO timeline_entries (reader_id, post_id, author_id)
                 SELECT a.reader_id, @post_id::uuid, @author_id::uuid FROM audience a
                 ON CONFLICT (reader_id, post_id) DO NOTHING)
SELECT count(*)::int                                                                                         AS readers,
       coalesce((array_agg(a.reader_id ORDER BY a.reader_id DESC))[1], @after_reader_id::uuid)::uuid AS last_reader_id
FROM audience a;

-- name: MakeReaders :exec
INSERT INTO timeline_readers (reader_id)
SELECT DISTINCT unnest(@reader_ids::uuid[])
ORDER BY 1
ON CONFLICT (reader_id) DO NOTHING;

-- name: NextGeneration :one
SELECT nextval('timeline_generations')::bigint;

-- name: PromoteEdges :many
-- Step (a): the edges are promoting under a fresh generation, unless they are
-- push already in this incarnation. Fan-outs write to them from the commit on.
INSERT INTO timeline_edges AS e (author_id, reader_id, since, mode, generation)
SELECT DISTINCT ON (u.author_id, u.reader_id) u.author_id, u.reader_id, u.since, 2, @generation::bigint
FROM (SELECT unnest(@author_ids::uuid[]) AS author_id, unnest(@reader_ids::uuid[]) AS reader_id, unnest(@since::bigint[]) AS since) AS u
ORDER BY 1, 2
ON CONFLICT (author_id, reader_id) DO UPDATE SET mode = 2, generation = excluded.generation, since = excluded.since
WHERE e.mode <> 3 OR e.since <> excluded.since
RETURNING author_id, reader_id;

-- name: PromoteReader :many
-- Step (a) for all edges of a reader, push or not: his horizon is to move.
UPDATE timeline_edges
SET mode = 2, generation = @generation::bigint
WHERE reader_id = @reader_id
RETURNING author_id;

-- name: GetHorizons :many
SELECT reader_id, horizon
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
-- Whoever changes a horizon or commits a move holds the reader.
SELECT reader_id, horizon
FROM timeline_readers
WHERE reader_id = ANY (@reader_ids::uuid[])
ORDER BY reader_id
FOR UPDATE;

-- name: SettleEdges :execrows
-- Step (c): push, if the edge is still the one that was promoted and the horizon
-- is not older than the one copied from.
UPDATE timeline_edges e
SET mode = 3
FROM (SELECT unnest(@author_ids::uuid[]) AS author_id, unnest(@reader_ids::uuid[]) AS reader_id, unnest(@copied_from::uuid[]) AS copied_from) AS u,
     timeline_readers r
WHERE e.author_id = u.author_id
  AND e.reader_id = u.reader_id
  AND e.mode = 2
  AND e.generation = @generation::bigint
  AND r.reader_id = u.reader_id
  AND r.horizon >= u.copied_from;

-- name: RaiseHorizons :exec
-- A raised horizon promises less; always safe.
UPDATE timeline_readers r
SET horizon = u.horizon
FROM (SELECT unnest(@reader_ids::uuid[]) AS reader_id, unnest(@horizons::uuid[]) AS horizon) AS u
WHERE r.reader_id = u.reader_id
  AND r.horizon < u.horizon;

-- name: SettleReader :execrows
-- Step (c) for a reader whose horizon moves: nothing may be push but what this
-- move promoted.
WITH settled AS (UPDATE timeline_readers r
    SET horizon = @horizon, moving_til = '-infinity'
    WHERE r.reader_id = @reader_id
        AND NOT EXISTS (SELECT FROM timeline_edges o WHERE o.reader_id = @reader_id AND o.mode = 3 AND o.generation <> @generation::bigint)
    RETURNING r.reader_id)
UPDATE timeline_edges e
SET mode = 3
FROM settled s
WHERE e.reader_id = s.reader_id
  AND e.mode = 2
  AND e.generation = @generation::bigint;

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
-- Entries go only from below a horizon that was committed before.
DELETE
FROM timeline_entries e
    USING timeline_readers r
WHERE r.reader_id = ANY (@reader_ids::uuid[])
  AND e.reader_id = r.reader_id
  AND e.post_id < r.horizon;

-- name: GetEdge :one
SELECT mode
FROM timeline_edges
WHERE author_id = @author_id
  AND reader_id = @reader_id;

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
SELECT count(*) FILTER (WHERE mode = 3) AS push, count(*) FILTER (WHERE mode <> 3) AS other
FROM timeline_edges;
