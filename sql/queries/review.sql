-- name: InsertProduct :one
-- Answers no row where the key is taken.
INSERT INTO review_products (key, name, name_key, characteristic_ids, characteristics, labels)
SELECT @key::text,
       @name::text,
       @name_key::text,
       ARRAY(SELECT uuid_v7() FROM unnest(@characteristics::text[])),
       @characteristics::text[],
       @labels::text[]
ON CONFLICT (key) DO NOTHING
RETURNING id, characteristic_ids;

-- name: LoadProducts :many
SELECT * FROM review_products WHERE id = ANY (@ids::uuid[]);

-- name: FindProductByKey :one
SELECT * FROM review_products WHERE key = @key;

-- name: ListProducts :many
-- By name; the id before the page is that of a product, which keeps its name, or none.
SELECT *
FROM review_products AS p
WHERE p.name_key >= @prefix::text
  AND p.name_key < @prefix_end::text
  AND (p.name_key, p.id) > (coalesce((SELECT a.name_key FROM review_products AS a WHERE a.id = @after_id::uuid), '')::text, @after_id::uuid)
ORDER BY p.name_key, p.id
LIMIT @page_limit::int;

-- name: LoadMeta :many
-- Products without a row of sums have no reviews.
SELECT p.id,
       p.characteristic_ids,
       p.characteristics,
       p.labels,
       coalesce(m.stars_1, 0)::bigint              AS stars_1,
       coalesce(m.stars_2, 0)::bigint              AS stars_2,
       coalesce(m.stars_3, 0)::bigint              AS stars_3,
       coalesce(m.stars_4, 0)::bigint              AS stars_4,
       coalesce(m.stars_5, 0)::bigint              AS stars_5,
       coalesce(m.recommended, 0)::bigint          AS recommended,
       coalesce(m.value_counts, '{}')::bigint[]    AS value_counts,
       coalesce(m.value_sums, '{}')::bigint[]      AS value_sums
FROM review_products AS p
         LEFT JOIN review_meta AS m ON m.product_id = p.id
WHERE p.id = ANY (@ids::uuid[]);

-- name: InsertReview :one
-- Answers no row where the author has reviewed the product, or used the key, before.
WITH made AS MATERIALIZED (SELECT uuid_v7() AS id)
INSERT INTO reviews (id, product_id, created_at, relevance, recommend, rating, rated, author_id, reviewer, summary, body, media_ids, key, request_hash)
SELECT made.id,
       @product_id::uuid,
       uuid_v7_time(made.id),
       review_relevance(0, uuid_v7_time(made.id)),
       @recommend::boolean,
       @rating::smallint,
       @rated::smallint[],
       @author_id::uuid,
       @reviewer::text,
       @summary::text,
       @body::text,
       @media_ids::uuid[],
       @key::text,
       @request_hash::bytea
FROM made
ON CONFLICT DO NOTHING
RETURNING id;

-- name: CountReview :exec
-- Adds a review to the sums of its product. The row of the review is locked, or new.
INSERT INTO review_meta AS m (product_id, stars_1, stars_2, stars_3, stars_4, stars_5, recommended, value_counts, value_sums)
SELECT r.product_id,
       (r.rating = 1)::int,
       (r.rating = 2)::int,
       (r.rating = 3)::int,
       (r.rating = 4)::int,
       (r.rating = 5)::int,
       r.recommend::int,
       review_ones(r.rated),
       r.rated::bigint[]
FROM reviews AS r
WHERE r.id = @review_id
ON CONFLICT (product_id) DO UPDATE
    SET stars_1      = m.stars_1 + excluded.stars_1,
        stars_2      = m.stars_2 + excluded.stars_2,
        stars_3      = m.stars_3 + excluded.stars_3,
        stars_4      = m.stars_4 + excluded.stars_4,
        stars_5      = m.stars_5 + excluded.stars_5,
        recommended  = m.recommended + excluded.recommended,
        value_counts = review_plus(m.value_counts, excluded.value_counts),
        value_sums   = review_plus(m.value_sums, excluded.value_sums);

-- name: UncountReview :exec
-- Takes a review, whose row is locked, from the sums of its product.
UPDATE review_meta AS m
SET stars_1      = m.stars_1 - (r.rating = 1)::int,
    stars_2      = m.stars_2 - (r.rating = 2)::int,
    stars_3      = m.stars_3 - (r.rating = 3)::int,
    stars_4      = m.stars_4 - (r.rating = 4)::int,
    stars_5      = m.stars_5 - (r.rating = 5)::int,
    recommended  = m.recommended - r.recommend::int,
    value_counts = review_minus(m.value_counts, review_ones(r.rated)),
    value_sums   = review_minus(m.value_sums, r.rated::bigint[])
FROM reviews AS r
WHERE r.id = @review_id
  AND m.product_id = r.product_id;

-- name: FindReviewsBefore :many
-- What stands in the way of an author's new review, at most two: the one with its
-- key and the one of its product.
SELECT id, key, request_hash
FROM reviews
WHERE author_id = @author_id::uuid
  AND (product_id = @product_id OR key = @key);

-- name: LockReview :one
SELECT id, product_id, hidden, kept, author_id, media_ids, response, key
FROM reviews
WHERE id = @id
    FOR NO KEY UPDATE;

-- name: DeleteReview :exec
-- What was done to it stays. Its helpful marks are of nothing from then on.
WITH reports AS (DELETE FROM review_reports AS c WHERE c.review_id = @id),
     waiting AS (DELETE FROM review_queue AS q WHERE q.review_id = @id)
DELETE
FROM reviews AS r
WHERE r.id = @id;

-- name: MarkHelpful :one
-- changed is false where the mark stood already, or the review is the user's own.
WITH target AS (SELECT r.id, r.product_id, r.author_id FROM reviews AS r WHERE r.id = @review_id AND NOT r.hidden),
     made AS (
         INSERT INTO review_helpful (user_id, review_id)
             SELECT @user_id::uuid, target.id FROM target WHERE target.author_id IS DISTINCT FROM @user_id::uuid
             ON CONFLICT DO NOTHING
             RETURNING review_id),
     counted AS (
         UPDATE reviews AS r
             SET helpful = r.helpful + 1,
                 relevance = review_relevance(r.helpful + 1, r.created_at)
             FROM made
             WHERE r.id = made.review_id
             RETURNING r.helpful)
SELECT target.product_id,
       target.author_id,
       EXISTS (SELECT FROM counted)                               AS changed,
       coalesce((SELECT counted.helpful FROM counted), 0)::bigint AS helpful
FROM target;

-- name: CountHelpful :one
SELECT helpful FROM reviews WHERE id = @id;

-- name: ListReviewsOf :many
-- Some of an author's.
SELECT id FROM reviews WHERE author_id = @author_id::uuid LIMIT @page_limit::int;

-- name: TakeMarksBack :many
-- Takes back some of a user's marks; their reviews are still to be counted down.
WITH page AS (SELECT h.review_id FROM review_helpful AS h WHERE h.user_id = @user_id ORDER BY h.review_id LIMIT @page_limit::int)
DELETE
FROM review_helpful AS h
    USING page
WHERE h.user_id = @user_id
  AND h.review_id = page.review_id
RETURNING h.review_id;

-- name: UncountMarks :many
-- Reviews are locked in order, so that two of these cannot wait for one another.
WITH locked AS (SELECT r.id
                FROM reviews AS r
                WHERE r.id = ANY (@review_ids::uuid[])
                ORDER BY r.id
                    FOR NO KEY UPDATE)
UPDATE reviews AS r
SET helpful   = r.helpful - 1,
    relevance = review_relevance(r.helpful - 1, r.created_at)
FROM locked
WHERE r.id = locked.id
RETURNING r.product_id;
