-- The follow graph: edges with counts, never lists in a row.

-- +goose Up
CREATE TABLE graph_follows
(
    follower_id uuid        NOT NULL,
    followee_id uuid        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (follower_id, followee_id),
    CHECK (follower_id <> followee_id)
);
-- Both directions are listed newest first.
CREATE INDEX graph_follows_by_followee ON graph_follows (followee_id, created_at DESC, follower_id DESC);
CREATE INDEX graph_follows_by_follower ON graph_follows (follower_id, created_at DESC, followee_id DESC);

CREATE TABLE graph_counts
(
    user_id   uuid PRIMARY KEY,
    followers bigint NOT NULL DEFAULT 0 CHECK (followers >= 0),
    following bigint NOT NULL DEFAULT 0 CHECK (following >= 0)
) WITH (fillfactor = 70);

CREATE TABLE graph_blocks
(
    blocker_id uuid        NOT NULL,
    blocked_id uuid        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (blocker_id, blocked_id),
    CHECK (blocker_id <> blocked_id)
);
CREATE INDEX graph_blocks_by_blocked ON graph_blocks (blocked_id, blocker_id);

-- +goose Down
DROP TABLE graph_blocks;
DROP TABLE graph_counts;
DROP TABLE graph_follows;
