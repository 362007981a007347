-- The lists look at their product in the same go: they answer no row where there is
-- none, and one of no review where it has none to show. Stars are bounded by what the
-- index can compare; those between that are not wanted are passed over. All answer the
-- same columns: the last three say something in searches alone.

-- name: ListNewest :many
SELECT p.id                                                         AS product_id,
       p.characteristic_ids,
       coalesce(r.id, '00000000-0000-0000-0000-000000000000')::uuid AS id,
       coalesce(r.created_at, 'epoch')::timestamptz                 AS created_at,
       coalesce(r.helpful, 0)::bigint                               AS helpful,
       coalesce(r.relevance, 0)::bigint                             AS relevance,
       coalesce(r.recommend, false)::boolean                        AS recommend,
       coalesce(r.rating, 0)::smallint                              AS rating,
       coalesce(r.rated, '{}')::smallint[]                          AS rated,
       r.author_id,
       coalesce(r.reviewer, '')::text                               AS reviewer,
       coalesce(r.summary, '')::text                                AS summary,
       coalesce(r.body, '')::text                                   AS body,
       coalesce(r.media_ids, '{}')::uuid[]                          AS media_ids,
       coalesce(r.photo_urls, '{}')::text[]                         AS photo_urls,
       coalesce(r.response, '')::text                               AS response,
       r.responded_at,
       'epoch'::timestamptz                                         AS last_created_at,
       0::bigint                                                    AS last_rank,
       '00000000-0000-0000-0000-000000000000'::uuid                 AS last_id
FROM review_products AS p
         LEFT JOIN LATERAL (
    SELECT *
    FROM reviews AS v
    WHERE v.product_id = p.id
      AND NOT v.hidden
      AND (v.created_at, v.id) < (@before::timestamptz, @before_id::uuid)
      AND v.rating >= @least::smallint
      AND v.rating <= @most::smallint
      AND v.rating <> ALL (@without::smallint[])
    ORDER BY v.created_at DESC, v.id DESC
    LIMIT @page_limit::int) AS r ON true
WHERE p.id = @product_id
ORDER BY r.created_at DESC, r.id DESC;

-- name: ListHelpful :many
SELECT p.id                                                         AS product_id,
       p.characteristic_ids,
       coalesce(r.id, '00000000-0000-0000-0000-000000000000')::uuid AS id,
       coalesce(r.created_at, 'epoch')::timestamptz                 AS created_at,
       coalesce(r.helpful, 0)::bigint                               AS helpful,
       coalesce(r.relevance, 0)::bigint                             AS relevance,
       coalesce(r.recommend, false)::boolean                        AS recommend,
       coalesce(r.rating, 0)::smallint                              AS rating,
       coalesce(r.rated, '{}')::smallint[]                          AS rated,
       r.author_id,
       coalesce(r.reviewer, '')::text                               AS reviewer,
       coalesce(r.summary, '')::text                                AS summary,
       coalesce(r.body, '')::text                                   AS body,
       coalesce(r.media_ids, '{}')::uuid[]                          AS media_ids,
       coalesce(r.photo_urls, '{}')::text[]                         AS photo_urls,
       coalesce(r.response, '')::text                               AS response,
       r.responded_at,
       'epoch'::timestamptz                                         AS last_created_at,
       0::bigint                                                    AS last_rank,
       '00000000-0000-0000-0000-000000000000'::uuid                 AS last_id
FROM review_products AS p
         LEFT JOIN LATERAL (
    SELECT *
    FROM reviews AS v
    WHERE v.product_id = p.id
      AND NOT v.hidden
      AND (v.helpful, v.id) < (@before::bigint, @before_id::uuid)
      AND v.rating >= @least::smallint
      AND v.rating <= @most::smallint
      AND v.rating <> ALL (@without::smallint[])
    ORDER BY v.helpful DESC, v.id DESC
    LIMIT @page_limit::int) AS r ON true
WHERE p.id = @product_id
ORDER BY r.helpful DESC, r.id DESC;

-- name: ListRelevant :many
SELECT p.id                                                         AS product_id,
       p.characteristic_ids,
       coalesce(r.id, '00000000-0000-0000-0000-000000000000')::uuid AS id,
       coalesce(r.created_at, 'epoch')::timestamptz                 AS created_at,
       coalesce(r.helpful, 0)::bigint                               AS helpful,
       coalesce(r.relevance, 0)::bigint                             AS relevance,
       coalesce(r.recommend, false)::boolean                        AS recommend,
       coalesce(r.rating, 0)::smallint                              AS rating,
       coalesce(r.rated, '{}')::smallint[]                          AS rated,
       r.author_id,
       coalesce(r.reviewer, '')::text                               AS reviewer,
       coalesce(r.summary, '')::text                                AS summary,
       coalesce(r.body, '')::text                                   AS body,
       coalesce(r.media_ids, '{}')::uuid[]                          AS media_ids,
       coalesce(r.photo_urls, '{}')::text[]                         AS photo_urls,
       coalesce(r.response, '')::text                               AS response,
       r.responded_at,
       'epoch'::timestamptz                                         AS last_created_at,
       0::bigint                                                    AS last_rank,
       '00000000-0000-0000-0000-000000000000'::uuid                 AS last_id
FROM review_products AS p
         LEFT JOIN LATERAL (
    SELECT *
    FROM reviews AS v
    WHERE v.product_id = p.id
      AND NOT v.hidden
      AND (v.relevance, v.id) < (@before::bigint, @before_id::uuid)
      AND v.rating >= @least::smallint
      AND v.rating <= @most::smallint
      AND v.rating <> ALL (@without::smallint[])
    ORDER BY v.relevance DESC, v.id DESC
    LIMIT @page_limit::int) AS r ON true
WHERE p.id = @product_id
ORDER BY r.relevance DESC, r.id DESC;

-- name: SearchNewest :many
-- Looks through so many reviews at most, one more than are passed. What is called last
-- is of the last of them, where there may be more behind it.
SELECT p.id                                                         AS product_id,
       p.characteristic_ids,
       coalesce(r.id, '00000000-0000-0000-0000-000000000000')::uuid AS id,
       coalesce(r.created_at, 'epoch')::timestamptz                 AS created_at,
       coalesce(r.helpful, 0)::bigint                               AS helpful,
       coalesce(r.relevance, 0)::bigint                             AS relevance,
       coalesce(r.recommend, false)::boolean                        AS recommend,
       coalesce(r.rating, 0)::smallint                              AS rating,
       coalesce(r.rated, '{}')::smallint[]                          AS rated,
       r.author_id,
       coalesce(r.reviewer, '')::text                               AS reviewer,
       coalesce(r.summary, '')::text                                AS summary,
       coalesce(r.body, '')::text                                   AS body,
       coalesce(r.media_ids, '{}')::uuid[]                          AS media_ids,
       coalesce(r.photo_urls, '{}')::text[]                         AS photo_urls,
       coalesce(r.response, '')::text                               AS response,
       r.responded_at,
       coalesce(l.created_at, 'epoch')::timestamptz                 AS last_created_at,
       0::bigint                                                    AS last_rank,
       coalesce(l.id, '00000000-0000-0000-0000-000000000000')::uuid AS last_id
FROM review_products AS p
         LEFT JOIN LATERAL (
    SELECT *
    FROM (SELECT *
          FROM reviews AS v
          WHERE v.product_id = p.id
            AND NOT v.hidden
            AND (v.created_at, v.id) < (@before::timestamptz, @before_id::uuid)
            AND v.rating >= @least::smallint
            AND v.rating <= @most::smallint
            AND v.rating <> ALL (@without::smallint[])
          ORDER BY v.created_at DESC, v.id DESC
          LIMIT @examined::int) AS e
    WHERE strpos(lower(e.summary), lower(@needle::text)) > 0
       OR strpos(lower(e.body), lower(@needle::text)) > 0
    ORDER BY e.created_at DESC, e.id DESC
    LIMIT @page_limit::int) AS r ON true
         LEFT JOIN LATERAL (
    SELECT v.created_at, v.id
    FROM reviews AS v
    WHERE v.product_id = p.id
      AND NOT v.hidden
      AND (v.created_at, v.id) < (@before::timestamptz, @before_id::uuid)
      AND v.rating >= @least::smallint
      AND v.rating <= @most::smallint
      AND v.rating <> ALL (@without::smallint[])
    ORDER BY v.created_at DESC, v.id DESC
    OFFSET @passed::int LIMIT 1) AS l ON true
WHERE p.id = @product_id
ORDER BY r.created_at DESC, r.id DESC;

-- name: SearchHelpful :many
-- Looks through so many reviews at most, one more than are passed. What is called last
-- is of the last of them, where there may be more behind it.
SELECT p.id                                                         AS product_id,
       p.characteristic_ids,
       coalesce(r.id, '00000000-0000-0000-0000-000000000000')::uuid AS id,
       coalesce(r.created_at, 'epoch')::timestamptz                 AS created_at,
       coalesce(r.helpful, 0)::bigint                               AS helpful,
       coalesce(r.relevance, 0)::bigint                             AS relevance,
       coalesce(r.recommend, false)::boolean                        AS recommend,
       coalesce(r.rating, 0)::smallint                              AS rating,
       coalesce(r.rated, '{}')::smallint[]                          AS rated,
       r.author_id,
       coalesce(r.reviewer, '')::text                               AS reviewer,
       coalesce(r.summary, '')::text                                AS summary,
       coalesce(r.body, '')::text                                   AS body,
       coalesce(r.media_ids, '{}')::uuid[]                          AS media_ids,
       coalesce(r.photo_urls, '{}')::text[]                         AS photo_urls,
       coalesce(r.response, '')::text                               AS response,
       r.responded_at,
       'epoch'::timestamptz                                         AS last_created_at,
       coalesce(l.helpful, 0)::bigint                             AS last_rank,
       coalesce(l.id, '00000000-0000-0000-0000-000000000000')::uuid AS last_id
FROM review_products AS p
         LEFT JOIN LATERAL (
    SELECT *
    FROM (SELECT *
          FROM reviews AS v
          WHERE v.product_id = p.id
            AND NOT v.hidden
            AND (v.helpful, v.id) < (@before::bigint, @before_id::uuid)
            AND v.rating >= @least::smallint
            AND v.rating <= @most::smallint
            AND v.rating <> ALL (@without::smallint[])
          ORDER BY v.helpful DESC, v.id DESC
          LIMIT @examined::int) AS e
    WHERE strpos(lower(e.summary), lower(@needle::text)) > 0
       OR strpos(lower(e.body), lower(@needle::text)) > 0
    ORDER BY e.helpful DESC, e.id DESC
    LIMIT @page_limit::int) AS r ON true
         LEFT JOIN LATERAL (
    SELECT v.helpful, v.id
    FROM reviews AS v
    WHERE v.product_id = p.id
      AND NOT v.hidden
      AND (v.helpful, v.id) < (@before::bigint, @before_id::uuid)
      AND v.rating >= @least::smallint
      AND v.rating <= @most::smallint
      AND v.rating <> ALL (@without::smallint[])
    ORDER BY v.helpful DESC, v.id DESC
    OFFSET @passed::int LIMIT 1) AS l ON true
WHERE p.id = @product_id
ORDER BY r.helpful DESC, r.id DESC;

-- name: SearchRelevant :many
-- Looks through so many reviews at most, one more than are passed. What is called last
-- is of the last of them, where there may be more behind it.
SELECT p.id                                                         AS product_id,
       p.characteristic_ids,
       coalesce(r.id, '00000000-0000-0000-0000-000000000000')::uuid AS id,
       coalesce(r.created_at, 'epoch')::timestamptz                 AS created_at,
       coalesce(r.helpful, 0)::bigint                               AS helpful,
       coalesce(r.relevance, 0)::bigint                             AS relevance,
       coalesce(r.recommend, false)::boolean                        AS recommend,
       coalesce(r.rating, 0)::smallint                              AS rating,
       coalesce(r.rated, '{}')::smallint[]                          AS rated,
       r.author_id,
       coalesce(r.reviewer, '')::text                               AS reviewer,
       coalesce(r.summary, '')::text                                AS summary,
       coalesce(r.body, '')::text                                   AS body,
       coalesce(r.media_ids, '{}')::uuid[]                          AS media_ids,
       coalesce(r.photo_urls, '{}')::text[]                         AS photo_urls,
       coalesce(r.response, '')::text                               AS response,
       r.responded_at,
       'epoch'::timestamptz                                         AS last_created_at,
       coalesce(l.relevance, 0)::bigint                             AS last_rank,
       coalesce(l.id, '00000000-0000-0000-0000-000000000000')::uuid AS last_id
FROM review_products AS p
         LEFT JOIN LATERAL (
    SELECT *
    FROM (SELECT *
          FROM reviews AS v
          WHERE v.product_id = p.id
            AND NOT v.hidden
            AND (v.relevance, v.id) < (@before::bigint, @before_id::uuid)
            AND v.rating >= @least::smallint
            AND v.rating <= @most::smallint
            AND v.rating <> ALL (@without::smallint[])
          ORDER BY v.relevance DESC, v.id DESC
          LIMIT @examined::int) AS e
    WHERE strpos(lower(e.summary), lower(@needle::text)) > 0
       OR strpos(lower(e.body), lower(@needle::text)) > 0
    ORDER BY e.relevance DESC, e.id DESC
    LIMIT @page_limit::int) AS r ON true
         LEFT JOIN LATERAL (
    SELECT v.relevance, v.id
    FROM reviews AS v
    WHERE v.product_id = p.id
      AND NOT v.hidden
      AND (v.relevance, v.id) < (@before::bigint, @before_id::uuid)
      AND v.rating >= @least::smallint
      AND v.rating <= @most::smallint
      AND v.rating <> ALL (@without::smallint[])
    ORDER BY v.relevance DESC, v.id DESC
    OFFSET @passed::int LIMIT 1) AS l ON true
WHERE p.id = @product_id
ORDER BY r.relevance DESC, r.id DESC;

-- name: LoadReview :one
SELECT r.product_id,
       coalesce(p.characteristic_ids, '{}')::uuid[] AS characteristic_ids,
       r.id,
       r.created_at,
       r.helpful,
       r.relevance,
       r.recommend,
       r.rating,
       r.rated,
       r.author_id,
       r.reviewer,
       r.summary,
       r.body,
       r.media_ids,
       r.photo_urls,
       r.response,
       r.responded_at,
       'epoch'::timestamptz                         AS last_created_at,
       0::bigint                                    AS last_rank,
       '00000000-0000-0000-0000-000000000000'::uuid AS last_id
FROM reviews AS r
         LEFT JOIN review_products AS p ON p.id = r.product_id
WHERE r.id = @id
  AND (NOT r.hidden OR @hidden_too::boolean);

-- name: LoadActivity :one
-- What an account has done about a product: its review, hidden or not, of which the id
-- is zero where it has none, and its marks and reports of those asked for that the
-- product shows. Answers no row where there is no such product.
SELECT p.id                                                         AS product_id,
       p.characteristic_ids,
       coalesce(r.id, '00000000-0000-0000-0000-000000000000')::uuid AS id,
       coalesce(r.created_at, 'epoch')::timestamptz                 AS created_at,
       coalesce(r.helpful, 0)::bigint                               AS helpful,
       coalesce(r.hidden, false)::boolean                           AS hidden,
       coalesce(r.recommend, false)::boolean                        AS recommend,
       coalesce(r.rating, 0)::smallint                              AS rating,
       coalesce(r.rated, '{}')::smallint[]                          AS rated,
       r.author_id,
       coalesce(r.reviewer, '')::text                               AS reviewer,
       coalesce(r.summary, '')::text                                AS summary,
       coalesce(r.body, '')::text                                   AS body,
       coalesce(r.media_ids, '{}')::uuid[]                          AS media_ids,
       coalesce(r.response, '')::text                               AS response,
       r.responded_at,
       ARRAY(SELECT h.review_id
             FROM review_helpful AS h
                      JOIN reviews AS v ON v.id = h.review_id
             WHERE h.user_id = @user_id::uuid
               AND h.review_id = ANY (@review_ids::uuid[])
               AND v.product_id = p.id
               AND NOT v.hidden)::uuid[]                            AS marked_ids,
       ARRAY(SELECT c.review_id
             FROM review_reports AS c
                      JOIN reviews AS v ON v.id = c.review_id
             WHERE c.user_id = @user_id::uuid
               AND c.review_id = ANY (@review_ids::uuid[])
               AND v.product_id = p.id
               AND NOT v.hidden)::uuid[]                            AS reported_ids
FROM review_products AS p
         LEFT JOIN reviews AS r ON r.product_id = p.id AND r.author_id = @user_id::uuid
WHERE p.id = @product_id;
