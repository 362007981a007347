-- Authors' logs of posts, with likes and counts.

-- +goose Up
-- A deleted post stays as a tombstone without text and pictures: it keeps its
-- idempotency key from making the post again.
CREATE TABLE posts
(
    id              uuid PRIMARY KEY DEFAULT uuid_v7(),
    author_id       uuid   NOT NULL,
    text            text   NOT NULL,
    media_ids       uuid[] NOT NULL DEFAULT '{}',
    reply_to_id     uuid,
    idempotency_key text COLLATE "C" NOT NULL,
    request_hash    bytea  NOT NULL,
    deleted_at      timestamptz
);
CREATE UNIQUE INDEX posts_by_key ON posts (author_id, idempotency_key);
-- The logs: timelines read nothing else, so everything they need is in here.
CREATE INDEX posts_log ON posts (author_id, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX posts_replies ON posts (reply_to_id, id) WHERE deleted_at IS NULL AND reply_to_id IS NOT NULL;
-- Log reads are index-only as far as vacuum has come, so it comes often.
ALTER TABLE posts SET (autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE TABLE post_likes
(
    user_id uuid NOT NULL,
    post_id uuid NOT NULL,
    PRIMARY KEY (user_id, post_id)
);

-- A post without a row here has no likes and no replies. The room in the pages
-- keeps updates away from the index.
CREATE TABLE post_counts
(
    post_id uuid PRIMARY KEY,
    likes   bigint NOT NULL DEFAULT 0 CHECK (likes >= 0),
    replies bigint NOT NULL DEFAULT 0 CHECK (replies >= 0)
) WITH (fillfactor = 70);

-- +goose Down
DROP TABLE post_counts;
DROP TABLE post_likes;
DROP TABLE posts;
