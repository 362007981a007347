-- name: AllowLongReviewRecount :exec
-- Lifts the time limit on statements for the rest of the transaction.
SELECT set_config('statement_timeout', '0', true);

-- name: EndOfProducts :one
-- The last of so many products, or of all there are; no row where there is none.
SELECT p.id
FROM (SELECT q.id FROM review_products AS q WHERE q.id > @after_id ORDER BY q.id LIMIT @page_limit::int) AS p
ORDER BY p.id DESC
LIMIT 1;

-- name: ListMiscountedMeta :many
-- Sums that are not what the visible reviews add up to, of products in a range.
WITH counted AS (SELECT r.product_id,
                        ARRAY [
                            count(*) FILTER (WHERE r.rating = 1),
                            count(*) FILTER (WHERE r.rating = 2),
                            count(*) FILTER (WHERE r.rating = 3),
                            count(*) FILTER (WHERE r.rating = 4),
                            count(*) FILTER (WHERE r.rating = 5),
                            count(*) FILTER (WHERE r.recommend)]::bigint[] AS reviews
                 FROM reviews AS r
                 WHERE NOT r.hidden
                   AND r.product_id > @after_id
                   AND r.product_id <= @until_id
                 GROUP BY r.product_id),
     places AS (SELECT r.product_id,
                       v.place,
                       count(*) FILTER (WHERE v.value > 0) AS n,
                       sum(v.value)::bigint                AS total
                FROM reviews AS r
                         CROSS JOIN LATERAL unnest(r.rated) WITH ORDINALITY AS v (value, place)
                WHERE NOT r.hidden
                  AND r.product_id > @after_id
                  AND r.product_id <= @until_id
                GROUP BY r.product_id, v.place),
     rated AS (SELECT places.product_id,
                      array_agg(places.n ORDER BY places.place)::bigint[]     AS value_counts,
                      array_agg(places.total ORDER BY places.place)::bigint[] AS value_sums
               FROM places
               GROUP BY places.product_id),
     stored AS (SELECT m.product_id,
                       ARRAY [m.stars_1, m.stars_2, m.stars_3, m.stars_4, m.stars_5, m.recommended]::bigint[] AS reviews,
                       m.value_counts,
                       m.value_sums
                FROM review_meta AS m
                WHERE m.product_id > @after_id
                  AND m.product_id <= @until_id),
     compared AS (SELECT coalesce(stored.product_id, counted.product_id)::uuid AS product_id,
                         coalesce(stored.reviews, '{0,0,0,0,0,0}')::bigint[]   AS stored,
                         coalesce(counted.reviews, '{0,0,0,0,0,0}')::bigint[]  AS counted,
                         coalesce(stored.value_counts, '{}')::bigint[]         AS stored_counts,
                         coalesce(rated.value_counts, '{}')::bigint[]          AS counted_counts,
                         coalesce(stored.value_sums, '{}')::bigint[]           AS stored_sums,
                         coalesce(rated.value_sums, '{}')::bigint[]            AS counted_sums
                  FROM stored
                           FULL JOIN counted ON counted.product_id = stored.product_id
                           LEFT JOIN rated ON rated.product_id = coalesce(stored.product_id, counted.product_id))
SELECT *
FROM compared AS c
WHERE c.stored <> c.counted
   OR 0 <> ANY (review_minus(c.stored_counts, c.counted_counts))
   OR 0 <> ANY (review_minus(c.stored_sums, c.counted_sums))
ORDER BY c.product_id
LIMIT 1000;

-- name: ListMisranked :many
-- Reviews whose relevance is not that of their date and helpfulness. What a degree of
-- helpfulness is worth is a logarithm, which is taken once for all reviews of that degree.
WITH worth AS MATERIALIZED (SELECT d.helpful, review_relevance(d.helpful, 'epoch') AS doublings
                            FROM (SELECT DISTINCT v.helpful FROM reviews AS v) AS d)
SELECT r.id, r.relevance, (w.doublings + review_relevance(0, r.created_at))::bigint AS counted
FROM reviews AS r
         JOIN worth AS w ON w.helpful = r.helpful
WHERE r.relevance <> w.doublings + review_relevance(0, r.created_at)
LIMIT 1000;

-- name: ListMismarked :many
-- Reviews that helped more people, or fewer, than have said so. Imported ones bring a
-- number along, and have at least as many as said so here.
SELECT r.id, r.helpful, coalesce(h.n, 0)::bigint AS counted
FROM reviews AS r
         LEFT JOIN (SELECT review_id, count(*) AS n FROM review_helpful GROUP BY review_id) AS h ON h.review_id = r.id
WHERE (r.author_id IS NOT NULL AND r.helpful <> coalesce(h.n, 0))
   OR r.helpful < coalesce(h.n, 0)
LIMIT 1000;

-- name: ListMisqueued :many
-- Reviews that wait for a moderator with another number of reports than they have.
SELECT coalesce(q.review_id, c.review_id)::uuid AS review_id,
       coalesce(q.reports, 0)::bigint           AS stored,
       coalesce(c.n, 0)::bigint                 AS counted
FROM review_queue AS q
         FULL JOIN (SELECT review_id, count(*) AS n FROM review_reports WHERE NOT resolved GROUP BY review_id) AS c ON c.review_id = q.review_id
WHERE coalesce(q.reports, 0) <> coalesce(c.n, 0)
LIMIT 1000;
