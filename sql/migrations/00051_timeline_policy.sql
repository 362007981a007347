-- Strategies: what a deployment runs under, authors who are pulled as a whole,
-- and how often people post and look. See internal/timeline and its policy.

-- +goose Up
CREATE TABLE timeline_policy
(
    -- There is one row at most; none while the settings' own policy is in force.
    only_row    boolean PRIMARY KEY  DEFAULT true CHECK (only_row),
    strategy    smallint    NOT NULL,
    threshold   integer     NOT NULL,
    -- Counts switches, so that what belongs to an earlier one finds out.
    version     bigint      NOT NULL,
    switched_at timestamptz NOT NULL DEFAULT now(),
    settled_at  timestamptz
);

-- What a push (1) and a pull (2) cost on this deployment, in seconds.
CREATE TABLE timeline_costs
(
    kind        smallint PRIMARY KEY CHECK (kind IN (1, 2)),
    seconds     float8      NOT NULL,
    measured_at timestamptz NOT NULL DEFAULT now()
);

-- Authors who are, or once were, pulled as a whole. Each change of that is a new
-- epoch, and an edge counts as push only in its author's present one. Others are
-- in epoch 0.
CREATE TABLE timeline_epochs
(
    author_id  uuid PRIMARY KEY,
    epoch      bigint      NOT NULL,
    pulled     boolean     NOT NULL,
    flipped_at timestamptz NOT NULL DEFAULT now()
);

-- How often authors post: decaying counts, of days and of a minute.
CREATE TABLE timeline_authors
(
    author_id   uuid PRIMARY KEY,
    posted      float8      NOT NULL,
    burst       float8      NOT NULL,
    counted_at  timestamptz NOT NULL,
    since       timestamptz NOT NULL,
    -- When his readers were last looked through for some who come by too rarely.
    reviewed_at timestamptz NOT NULL DEFAULT 'epoch'
) WITH (fillfactor = 70);

ALTER TABLE timeline_readers
    -- Counts whatever makes a promise about older entries void: a lowered horizon,
    -- deleted entries. A move that finds another version begins again.
    ADD COLUMN version     bigint      NOT NULL DEFAULT 0,
    ADD COLUMN views       float8      NOT NULL DEFAULT 0,
    ADD COLUMN viewed_at   timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN since       timestamptz NOT NULL DEFAULT now(),
    -- When his edges were last looked through for some that pay to be pushed.
    ADD COLUMN reviewed_at timestamptz NOT NULL DEFAULT 'epoch';

ALTER TABLE timeline_edges
    ADD COLUMN epoch        bigint      NOT NULL DEFAULT 0,
    -- What is written of the author is complete for ids after this one.
    ADD COLUMN pushed_after uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    ADD COLUMN moved_at     timestamptz NOT NULL DEFAULT 'epoch';

-- +goose StatementBegin
-- A count of n at a moment, as it weighs later. The same as policy.Counter.
CREATE FUNCTION timeline_decayed(n float8, counted_at timestamptz, moment timestamptz, memory_seconds float8) RETURNS float8
    LANGUAGE sql IMMUTABLE
RETURN n * exp(-least(greatest(extract(EPOCH FROM moment - counted_at)::float8, 0) / memory_seconds, 300));
-- +goose StatementEnd

-- +goose StatementBegin
-- Events a day, from a decaying count with a memory of seven days. The same as
-- policy.Counter.
CREATE FUNCTION timeline_rate(n float8, counted_at timestamptz, since timestamptz, moment timestamptz) RETURNS float8
    LANGUAGE sql IMMUTABLE
RETURN (timeline_decayed(n, counted_at, moment, 604800) + 0.5) / (7 * (1 - timeline_decayed(1, since, moment, 604800)) + 0.5);
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION timeline_rate;
DROP FUNCTION timeline_decayed;
ALTER TABLE timeline_edges
    DROP COLUMN moved_at,
    DROP COLUMN pushed_after,
    DROP COLUMN epoch;
ALTER TABLE timeline_readers
    DROP COLUMN reviewed_at,
    DROP COLUMN since,
    DROP COLUMN viewed_at,
    DROP COLUMN views,
    DROP COLUMN version;
DROP TABLE timeline_authors;
DROP TABLE timeline_epochs;
DROP TABLE timeline_costs;
DROP TABLE timeline_policy;
