-- Imports work side by side, until two of them add the same thing at the same time.
-- name: ShareImports :exec
SELECT pg_advisory_xact_lock_shared(hashtext('review_import'));

-- HoldImports lets those under way end, and others wait.
-- name: HoldImports :exec
SELECT pg_advisory_xact_lock(hashtext('review_import'));

-- name: FindProductsByKeys :many
SELECT id, key, cardinality(characteristics)::int AS characteristics
FROM review_products
WHERE key = ANY (@keys::text[]);

-- CopyProducts is for products of which none exists yet.
-- name: CopyProducts :copyfrom
INSERT INTO review_products (id, key, name, name_key, characteristic_ids, characteristics, labels)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- WeighHelpful answers what helpfulness adds to the relevance of a review.
-- name: WeighHelpful :many
SELECT h.helpful::bigint AS helpful, review_relevance(h.helpful, 'epoch')::bigint AS worth
FROM (SELECT unnest(@helpful::bigint[]) AS helpful) AS h;

-- name: FindImported :many
SELECT r.product_id, r.key
FROM (SELECT unnest(@product_ids::uuid[]) AS product_id, unnest(@keys::text[]) AS key) AS i
         JOIN reviews AS r ON r.product_id = i.product_id AND r.key = i.key
WHERE r.author_id IS NULL;

-- CopyReviews is for reviews of which none exists yet.
-- name: CopyReviews :copyfrom
INSERT INTO reviews (id, product_id, created_at, helpful, relevance, hidden, recommend, rating, rated, reviewer, summary, body, photo_urls, response, responded_at, key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- CountImported adds to the sums of products, which are locked in the order of ids, so
-- that two of these cannot wait for one another. Sums by characteristic come as text,
-- as lists of lists must be of one length.
-- name: CountImported :exec
INSERT INTO review_meta AS m (product_id, stars_1, stars_2, stars_3, stars_4, stars_5, recommended, value_counts, value_sums)
SELECT d.product_id, d.stars_1, d.stars_2, d.stars_3, d.stars_4, d.stars_5, d.recommended, d.value_counts::bigint[], d.value_sums::bigint[]
FROM (SELECT unnest(@product_ids::uuid[])    AS product_id,
             unnest(@stars_1::bigint[])      AS stars_1,
             unnest(@stars_2::bigint[])      AS stars_2,
             unnest(@stars_3::bigint[])      AS stars_3,
             unnest(@stars_4::bigint[])      AS stars_4,
             unnest(@stars_5::bigint[])      AS stars_5,
             unnest(@recommended::bigint[])  AS recommended,
             unnest(@value_counts::text[])   AS value_counts,
             unnest(@value_sums::text[])     AS value_sums) AS d
ORDER BY d.product_id
ON CONFLICT (product_id) DO UPDATE
    SET stars_1      = m.stars_1 + excluded.stars_1,
        stars_2      = m.stars_2 + excluded.stars_2,
        stars_3      = m.stars_3 + excluded.stars_3,
        stars_4      = m.stars_4 + excluded.stars_4,
        stars_5      = m.stars_5 + excluded.stars_5,
        recommended  = m.recommended + excluded.recommended,
        value_counts = review_plus(m.value_counts, excluded.value_counts),
        value_sums   = review_plus(m.value_sums, excluded.value_sums);
