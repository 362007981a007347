-- Products, their reviews, and the sums over them. See internal/review.

-- +goose Up
CREATE TABLE review_products
(
    id                 uuid PRIMARY KEY          DEFAULT uuid_v7(),
    key                text COLLATE "C" NOT NULL,
    name               text             NOT NULL,
    -- The name in lower case, to list and to find by.
    name_key           text COLLATE "C" NOT NULL,
    -- What reviews rate, in the shop's order: ids, names, and five labels for each in
    -- one row, empty ones where one has none; or none at all. They stay as they are.
    characteristic_ids uuid[]           NOT NULL DEFAULT '{}',
    characteristics    text[]           NOT NULL DEFAULT '{}',
    labels             text[]           NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX review_products_by_key ON review_products (key);
CREATE INDEX review_products_by_name ON review_products (name_key, id);

-- The sums over a product's visible reviews. A product without a row has no reviews.
-- It changes with every review, so it stands apart, with room in its pages.
CREATE TABLE review_meta
(
    product_id      uuid PRIMARY KEY,
    stars_1         bigint   NOT NULL DEFAULT 0 CHECK (stars_1 >= 0),
    stars_2         bigint   NOT NULL DEFAULT 0 CHECK (stars_2 >= 0),
    stars_3         bigint   NOT NULL DEFAULT 0 CHECK (stars_3 >= 0),
    stars_4         bigint   NOT NULL DEFAULT 0 CHECK (stars_4 >= 0),
    stars_5         bigint   NOT NULL DEFAULT 0 CHECK (stars_5 >= 0),
    recommended     bigint   NOT NULL DEFAULT 0 CHECK (recommended >= 0),
    -- By characteristic, in the product's order: how many rate it, and what their
    -- values add up to.
    value_counts    bigint[] NOT NULL DEFAULT '{}',
    value_sums      bigint[] NOT NULL DEFAULT '{}'
) WITH (fillfactor = 80);

-- How many micro-doublings of helpfulness a review is worth: the doublings of how
-- many it helped, and one more for every 90 days that it is younger than 1970. Two
-- reviews keep their order as time goes by, as both grow old alike, so that an index
-- can hold it.
CREATE FUNCTION review_relevance(helpful bigint, created_at timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT (round(log(2.0, 1 + helpful), 6) * 1000000)::bigint
           + (extract(EPOCH FROM created_at - timestamptz '1970-01-01 00:00:00+00') * 1000000 / 7776000)::bigint
$$;

-- Sums by characteristic, of which the shorter list has no more to say.
CREATE FUNCTION review_plus(a bigint[], b bigint[]) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT ARRAY(SELECT coalesce(v.a, 0) + coalesce(v.b, 0) FROM unnest(a, b) WITH ORDINALITY AS v (a, b, place) ORDER BY v.place)
$$;
CREATE FUNCTION review_minus(a bigint[], b bigint[]) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT ARRAY(SELECT coalesce(v.a, 0) - coalesce(v.b, 0) FROM unnest(a, b) WITH ORDINALITY AS v (a, b, place) ORDER BY v.place)
$$;

-- 1 for each value that says something, and 0 for each that does not.
CREATE FUNCTION review_ones(rated smallint[]) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT ARRAY(SELECT (v.value > 0)::int::bigint FROM unnest(rated) WITH ORDINALITY AS v (value, place) ORDER BY v.place)
$$;

CREATE TABLE reviews
(
    id              uuid PRIMARY KEY          DEFAULT uuid_v7(),
    product_id      uuid             NOT NULL,
    created_at      timestamptz      NOT NULL,
    helpful         bigint           NOT NULL DEFAULT 0,
    relevance       bigint           NOT NULL,
    -- Nobody sees it and it does not count: by its reports or by a moderator.
    hidden          boolean          NOT NULL DEFAULT false,
    -- A moderator has kept it: reports do not hide it by themselves any more.
    kept            boolean          NOT NULL DEFAULT false,
    recommend       boolean          NOT NULL,
    rating          smallint         NOT NULL CHECK (rating BETWEEN 1 AND 5),
    -- By characteristic of the product, in its order: 0 says nothing of it. It may be
    -- shorter than there are characteristics.
    rated           smallint[]       NOT NULL DEFAULT '{}',
    -- Null for imported ones.
    author_id       uuid,
    reviewer        text             NOT NULL,
    summary         text             NOT NULL,
    body            text             NOT NULL,
    media_ids       uuid[]           NOT NULL DEFAULT '{}',
    -- Of imported ones, whose pictures are elsewhere.
    photo_urls      text[]           NOT NULL DEFAULT '{}',
    response        text             NOT NULL DEFAULT '',
    responded_at    timestamptz,
    -- The client's for the reviews of accounts, the file's for imported ones.
    key             text COLLATE "C" NOT NULL,
    request_hash    bytea            NOT NULL DEFAULT ''
);
-- The three orders. The stars come last in each, so that a list of some stars alone
-- looks at no other row.
CREATE INDEX reviews_newest ON reviews (product_id, created_at DESC, id DESC, rating) WHERE NOT hidden;
CREATE INDEX reviews_helpful ON reviews (product_id, helpful DESC, id DESC, rating) WHERE NOT hidden;
CREATE INDEX reviews_relevant ON reviews (product_id, relevance DESC, id DESC, rating) WHERE NOT hidden;
-- One review an account and product, and nothing imported twice.
CREATE UNIQUE INDEX reviews_by_author ON reviews (author_id, product_id) WHERE author_id IS NOT NULL;
CREATE UNIQUE INDEX reviews_by_key ON reviews (author_id, key) WHERE author_id IS NOT NULL;
CREATE UNIQUE INDEX reviews_imported ON reviews (product_id, key) WHERE author_id IS NULL;

-- Whom a review helped. Marks of reviews that are gone stay: nothing counts them.
CREATE TABLE review_helpful
(
    user_id   uuid NOT NULL,
    review_id uuid NOT NULL,
    PRIMARY KEY (user_id, review_id)
);

CREATE TABLE review_reports
(
    id          uuid PRIMARY KEY DEFAULT uuid_v7(),
    review_id   uuid    NOT NULL,
    -- Null where the account is gone.
    user_id     uuid,
    reason      text    NOT NULL,
    -- A moderator has spoken since.
    resolved    boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX review_reports_once ON review_reports (review_id, user_id);
CREATE INDEX review_reports_by_user ON review_reports (user_id) WHERE user_id IS NOT NULL;

-- The moderators' queue: a row for each review with unresolved reports.
CREATE TABLE review_queue
(
    review_id   uuid PRIMARY KEY,
    -- The first unresolved report: the queue is in its order.
    first_id    uuid   NOT NULL,
    reports     bigint NOT NULL
);
CREATE UNIQUE INDEX review_queue_order ON review_queue (first_id);

-- What was done to reviews, for ever.
CREATE TABLE review_moderation
(
    id        uuid PRIMARY KEY DEFAULT uuid_v7(),
    review_id uuid     NOT NULL,
    -- As in the contract: 1 reported, 2 hidden by reports, 3 hidden, 4 kept, 5 responded, 6 deleted
    action    smallint NOT NULL CHECK (action BETWEEN 1 AND 6),
    -- Null for what the threshold did, and where the account is gone that reported or
    -- deleted.
    user_id   uuid,
    reason    text     NOT NULL
);
CREATE INDEX review_moderation_by_review ON review_moderation (review_id, id DESC);
CREATE INDEX review_moderation_by_user ON review_moderation (user_id) WHERE action IN (1, 6) AND user_id IS NOT NULL;

-- +goose Down
DROP TABLE review_moderation;
DROP TABLE review_queue;
DROP TABLE review_reports;
DROP TABLE review_helpful;
DROP TABLE reviews;
DROP FUNCTION review_ones;
DROP FUNCTION review_minus;
DROP FUNCTION review_plus;
DROP FUNCTION review_relevance;
DROP TABLE review_meta;
DROP TABLE review_products;
