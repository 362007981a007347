-- The follow graph: edges with counts, never lists in a row.

-- +goose Up

-- Bulk loads and fan-outs make this the largest table of the noun, so it has
-- two indexes and no third: the primary key answers whom somebody follows, by
-- id, without a look at the table. created_at rides along, so that the newest
-- of somebody's follows (a bounded number) are found in the same place.
CREATE TABLE graph_follows
(
    follower_id uuid        NOT NULL,
    followee_id uuid        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (follower_id, followee_id) INCLUDE (created_at),
    CHECK (follower_id <> followee_id)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);
-- Followers have no bound, so their list has its order.
CREATE INDEX graph_follows_by_followee ON graph_follows (followee_id, created_at DESC, follower_id DESC);

-- A row is also what deletions and new follows of an account agree on: gone is
-- set for ever when the account is deleted, and nothing is counted up from then on.
CREATE TABLE graph_counts
(
    user_id   uuid PRIMARY KEY,
    followers bigint  NOT NULL DEFAULT 0 CHECK (followers >= 0),
    following bigint  NOT NULL DEFAULT 0 CHECK (following >= 0),
    gone      boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70);

-- No follow stands between two of whom one has blocked the other.
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
