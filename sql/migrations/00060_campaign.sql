-- Campaigns: who takes part, teams, check-ins, and the boards that they make. See
-- internal/campaign.

-- +goose Up
CREATE TABLE campaigns
(
    id                uuid PRIMARY KEY          DEFAULT uuid_v7(),
    organizer_id      uuid             NOT NULL,
    title             text             NOT NULL,
    text              text             NOT NULL DEFAULT '',
    cover_media_id    uuid,
    -- How many covers were claimed; names the claim of the present one.
    cover_claims      integer          NOT NULL DEFAULT 0,
    location_id       text COLLATE "C" NOT NULL DEFAULT '',
    time_zone         text COLLATE "C" NOT NULL,
    tag               text COLLATE "C" NOT NULL,
    starts_at         timestamptz      NOT NULL,
    ends_at           timestamptz      NOT NULL CHECK (ends_at > starts_at),
    freezes_at        timestamptz,
    -- The organizer froze the boards by hand, and has not unfrozen them.
    frozen_at         timestamptz,
    -- The organizer unfroze them: a freeze by the clock is over, too.
    unfrozen_at       timestamptz,
    team_size         integer          NOT NULL,
    teams_per_person  integer          NOT NULL,
    check_ins_per_day integer          NOT NULL,
    team_needed       boolean          NOT NULL,
    -- 1 points, 2 togetherness
    scoring           smallint         NOT NULL CHECK (scoring IN (1, 2)),
    points            integer          NOT NULL DEFAULT 0,
    daily_cap         integer          NOT NULL DEFAULT 0,
    idempotency_key   text COLLATE "C" NOT NULL,
    request_hash      bytea            NOT NULL
);
CREATE UNIQUE INDEX campaigns_by_key ON campaigns (organizer_id, idempotency_key);
CREATE INDEX campaigns_by_start ON campaigns (starts_at DESC, id DESC);
CREATE INDEX campaigns_by_organizer ON campaigns (organizer_id, starts_at DESC, id DESC);

-- Apart from the campaigns, as they change with every join.
CREATE TABLE campaign_counts
(
    campaign_id  uuid PRIMARY KEY REFERENCES campaigns (id),
    participants bigint NOT NULL DEFAULT 0 CHECK (participants >= 0),
    teams        bigint NOT NULL DEFAULT 0 CHECK (teams >= 0)
) WITH (fillfactor = 50);

-- Whoever joins or leaves teams locks his row here first: how many teams he is in
-- is decided by one transaction at a time.
CREATE TABLE campaign_participants
(
    campaign_id        uuid        NOT NULL REFERENCES campaigns (id),
    user_id            uuid        NOT NULL,
    returning_customer boolean     NOT NULL,
    joined_at          timestamptz NOT NULL,
    PRIMARY KEY (campaign_id, user_id)
);
CREATE INDEX campaign_participants_by_user ON campaign_participants (user_id);

CREATE TABLE campaign_teams
(
    id              uuid PRIMARY KEY          DEFAULT uuid_v7(),
    campaign_id     uuid             NOT NULL REFERENCES campaigns (id),
    name            text             NOT NULL,
    -- The name in lower case, to find and to sort by.
    name_key        text COLLATE "C" NOT NULL,
    captain_id      uuid             NOT NULL,
    members         integer          NOT NULL DEFAULT 1 CHECK (members >= 0),
    creator_id      uuid             NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    -- Since its last member left: the name is free again.
    closed_at       timestamptz
);
CREATE UNIQUE INDEX campaign_teams_by_name ON campaign_teams (campaign_id, name_key) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX campaign_teams_by_key ON campaign_teams (campaign_id, creator_id, idempotency_key);

CREATE TABLE campaign_memberships
(
    campaign_id uuid        NOT NULL,
    user_id     uuid        NOT NULL,
    team_id     uuid        NOT NULL REFERENCES campaign_teams (id),
    joined_at   timestamptz NOT NULL,
    PRIMARY KEY (campaign_id, user_id, team_id)
);
CREATE INDEX campaign_memberships_by_team ON campaign_memberships (team_id, joined_at, user_id);

CREATE TABLE campaign_check_ins
(
    id              uuid PRIMARY KEY,
    campaign_id     uuid             NOT NULL,
    user_id         uuid             NOT NULL,
    -- Of the campaign's time zone, and the how manieth of the person on it: what
    -- holds the cap, whoever checks in at once.
    day             date             NOT NULL,
    number          integer          NOT NULL,
    text            text             NOT NULL,
    media_ids       uuid[]           NOT NULL DEFAULT '{}',
    idempotency_key text COLLATE "C" NOT NULL,
    request_hash    bytea            NOT NULL,
    voided_at       timestamptz,
    voided_by       uuid,
    void_reason     text             NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX campaign_check_ins_of_day ON campaign_check_ins (campaign_id, user_id, day, number);
CREATE UNIQUE INDEX campaign_check_ins_by_key ON campaign_check_ins (user_id, campaign_id, idempotency_key);
CREATE INDEX campaign_check_ins_feed ON campaign_check_ins (campaign_id, id DESC) WHERE voided_at IS NULL;

-- What scores are folded from, one narrow row each, stored with what it speaks of.
-- The fold gives those that it takes the next position of their campaign: by
-- position, and by id within one, is the order of the fold, for ever.
CREATE TABLE campaign_facts
(
    id          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    campaign_id uuid        NOT NULL,
    -- 1 checked in, 2 withdrawn, 3 joined a team, 4 left it
    kind        smallint    NOT NULL CHECK (kind IN (1, 2, 3, 4)),
    user_id     uuid        NOT NULL,
    -- The check-in, or the team.
    subject_id  uuid        NOT NULL,
    -- Of a check-in and its withdrawal: when it was made, and of which day it is.
    moment      timestamptz NOT NULL,
    day         date,
    -- Of a join: was a customer before.
    returning_customer boolean NOT NULL DEFAULT false,
    -- Null until it was counted.
    position    bigint
);
CREATE INDEX campaign_facts_by_position ON campaign_facts (campaign_id, position, id);
CREATE INDEX campaign_facts_by_user ON campaign_facts (campaign_id, user_id);
-- Who ever was in a team.
CREATE INDEX campaign_facts_of_joins ON campaign_facts (subject_id, user_id) WHERE kind = 3;
CREATE INDEX campaign_facts_pending ON campaign_facts (campaign_id) WHERE position IS NULL;

-- How far a campaign was counted. Whoever counts locks the row.
CREATE TABLE campaign_boards
(
    campaign_id uuid PRIMARY KEY REFERENCES campaigns (id),
    position    bigint      NOT NULL DEFAULT 0,
    counted_at  timestamptz
) WITH (fillfactor = 50);

-- When each position was reached.
CREATE TABLE campaign_positions
(
    campaign_id uuid        NOT NULL,
    position    bigint      NOT NULL,
    counted_at  timestamptz NOT NULL,
    PRIMARY KEY (campaign_id, position)
);
CREATE INDEX campaign_positions_by_time ON campaign_positions (campaign_id, counted_at, position);

-- The boards as they are: scores above 0.
CREATE TABLE campaign_scores
(
    campaign_id uuid     NOT NULL,
    -- 1 teams, 2 members
    scope       smallint NOT NULL CHECK (scope IN (1, 2)),
    subject_id  uuid     NOT NULL,
    -- In millionths.
    score       bigint   NOT NULL CHECK (score > 0),
    -- The position at which the score was reached, and the fact that made it: of two
    -- with the same score the smaller pair is before, and then the smaller id.
    position    bigint   NOT NULL,
    fact_id     bigint   NOT NULL,
    PRIMARY KEY (campaign_id, scope, subject_id)
) WITH (fillfactor = 70);

-- Every change of a score; 0 takes its subject from the board.
CREATE TABLE campaign_score_changes
(
    campaign_id uuid     NOT NULL,
    scope       smallint NOT NULL CHECK (scope IN (1, 2)),
    subject_id  uuid     NOT NULL,
    position    bigint   NOT NULL,
    score       bigint   NOT NULL CHECK (score >= 0),
    fact_id     bigint   NOT NULL,
    PRIMARY KEY (campaign_id, scope, subject_id, position)
);
CREATE INDEX campaign_score_changes_by_position ON campaign_score_changes (campaign_id, position);

-- +goose Down
DROP TABLE campaign_score_changes;
DROP TABLE campaign_scores;
DROP TABLE campaign_positions;
DROP TABLE campaign_boards;
DROP TABLE campaign_facts;
DROP TABLE campaign_check_ins;
DROP TABLE campaign_memberships;
DROP TABLE campaign_teams;
DROP TABLE campaign_participants;
DROP TABLE campaign_counts;
DROP TABLE campaigns;
