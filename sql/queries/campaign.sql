-- name: FindCampaign :one
SELECT * FROM campaigns WHERE id = @id;

-- name: InsertCampaign :one
-- Answers no row where the organizer has used the key before.
INSERT INTO campaigns (organizer_id, title, text, cover_media_id, location_id, time_zone, tag, starts_at, ends_at, freezes_at, team_size,
                       teams_per_person, check_ins_per_day, team_needed, scoring, points, daily_cap, idempotency_key, request_hash)
VALUES (@organizer_id, @title, @text, sqlc.narg(cover_media_id), @location_id, @time_zone, @tag, @starts_at, @ends_at, sqlc.narg(freezes_at),
        @team_size, @teams_per_person, @check_ins_per_day, @team_needed, @scoring, @points, @daily_cap, @idempotency_key, @request_hash)
ON CONFLICT (organizer_id, idempotency_key) DO NOTHING
RETURNING id;

-- name: BeginBoards :exec
INSERT INTO campaign_boards (campaign_id) VALUES (@campaign_id) ON CONFLICT (campaign_id) DO NOTHING;

-- name: FindCampaignByKey :one
SELECT id, request_hash
FROM campaigns
WHERE organizer_id = @organizer_id
  AND idempotency_key = @idempotency_key;

-- name: LoadCampaigns :many
SELECT sqlc.embed(c), coalesce(n.participants, 0)::bigint AS participants, coalesce(n.teams, 0)::bigint AS teams
FROM campaigns AS c
         LEFT JOIN campaign_counts AS n ON n.campaign_id = c.id
WHERE c.id = ANY (@ids::uuid[]);

-- name: ListCampaigns :many
-- By start, latest first.
SELECT id, starts_at
FROM campaigns
WHERE (starts_at, id) < (@before_start::timestamptz, @before_id::uuid)
  AND starts_at > @starts_after
  AND starts_at <= @starts_until
  AND ends_at > @ends_after
  AND ends_at <= @ends_until
ORDER BY starts_at DESC, id DESC
LIMIT @page_limit::int;

-- name: ListCampaignsOf :many
-- Those of one organizer.
SELECT id, starts_at
FROM campaigns
WHERE organizer_id = @organizer_id
  AND (starts_at, id) < (@before_start::timestamptz, @before_id::uuid)
  AND starts_at > @starts_after
  AND starts_at <= @starts_until
  AND ends_at > @ends_after
  AND ends_at <= @ends_until
ORDER BY starts_at DESC, id DESC
LIMIT @page_limit::int;

-- name: LockCampaign :one
SELECT * FROM campaigns WHERE id = @id FOR NO KEY UPDATE;

-- name: UpdateCampaign :exec
UPDATE campaigns
SET title             = @title,
    text              = @text,
    cover_media_id    = sqlc.narg(cover_media_id),
    cover_claims      = @cover_claims,
    location_id       = @location_id,
    time_zone         = @time_zone,
    starts_at         = @starts_at,
    ends_at           = @ends_at,
    freezes_at        = sqlc.narg(freezes_at),
    team_size         = @team_size,
    teams_per_person  = @teams_per_person,
    check_ins_per_day = @check_ins_per_day,
    team_needed       = @team_needed,
    scoring           = @scoring,
    points            = @points,
    daily_cap         = @daily_cap
WHERE id = @id;

-- name: JoinCampaign :one
-- Answers whether the person had not joined before.
WITH made AS (
    INSERT INTO campaign_participants (campaign_id, user_id, returning_customer, joined_at)
        VALUES (@campaign_id, @user_id, @returning_customer, @joined_at)
        ON CONFLICT (campaign_id, user_id) DO NOTHING
        RETURNING campaign_id),
     counted AS (
         INSERT INTO campaign_counts AS c (campaign_id, participants)
             SELECT made.campaign_id, 1 FROM made
             ON CONFLICT (campaign_id) DO UPDATE SET participants = c.participants + 1)
SELECT EXISTS (SELECT FROM made) AS joined;

-- name: FindParticipant :one
SELECT * FROM campaign_participants WHERE campaign_id = @campaign_id AND user_id = @user_id;

-- name: LockCreator :one
-- Locks a person's registration, and tells the campaign's rules.
SELECT sqlc.embed(p), sqlc.embed(c)
FROM campaign_participants AS p
         JOIN campaigns AS c ON c.id = p.campaign_id
WHERE p.campaign_id = @campaign_id
  AND p.user_id = @user_id
    FOR NO KEY UPDATE OF p;

-- name: LockEntry :one
-- Locks a person's registration, and then the team.
WITH person AS MATERIALIZED (SELECT p.returning_customer
                             FROM campaign_participants AS p
                             WHERE p.campaign_id = @campaign_id
                               AND p.user_id = @user_id
                                 FOR NO KEY UPDATE)
SELECT person.returning_customer, sqlc.embed(t)
FROM person
         JOIN campaign_teams AS t ON t.id = @team_id
    FOR NO KEY UPDATE OF t;

-- name: CountCheckInsOfDay :one
-- Those that were withdrawn too: they have used up a number of the day.
SELECT count(*)::int
FROM campaign_check_ins
WHERE campaign_id = @campaign_id
  AND user_id = @user_id
  AND day = cast(cast(@day AS text) AS date);

-- name: ListTeamsOfPerson :many
SELECT t.*
FROM campaign_memberships AS m
         JOIN campaign_teams AS t ON t.id = m.team_id
WHERE m.campaign_id = @campaign_id
  AND m.user_id = @user_id
ORDER BY m.joined_at, t.id;

-- name: FindTeam :one
SELECT * FROM campaign_teams WHERE id = @id;

-- name: LockTeam :one
SELECT * FROM campaign_teams WHERE id = @id FOR NO KEY UPDATE;

-- name: FindTeamByKey :one
SELECT *
FROM campaign_teams
WHERE campaign_id = @campaign_id
  AND creator_id = @creator_id
  AND idempotency_key = @idempotency_key;

-- name: MakeTeam :one
-- The team, its creator's membership with its fact, and the campaign's count. Answers
-- no row where the name is taken.
WITH team AS (
    INSERT INTO campaign_teams (campaign_id, name, name_key, captain_id, creator_id, idempotency_key)
        VALUES (@campaign_id, @name, @name_key, @creator_id, @creator_id, @idempotency_key)
        ON CONFLICT (campaign_id, name_key) WHERE closed_at IS NULL DO NOTHING
        RETURNING *),
     member AS (
         INSERT INTO campaign_memberships (campaign_id, user_id, team_id, joined_at)
             SELECT team.campaign_id, team.creator_id, team.id, @now::timestamptz FROM team),
     fact AS (
         INSERT INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment, returning_customer)
             SELECT team.campaign_id, 3, team.creator_id, team.id, @now::timestamptz, @returning_customer::bool FROM team),
     counted AS (
         INSERT INTO campaign_counts AS c (campaign_id, teams)
             SELECT team.campaign_id, 1 FROM team
             ON CONFLICT (campaign_id) DO UPDATE SET teams = c.teams + 1)
SELECT * FROM team;

-- name: UncountTeam :exec
UPDATE campaign_counts SET teams = teams - 1 WHERE campaign_id = @campaign_id;

-- name: LookForTeamMade :one
-- How many teams somebody is in, and whether he made one with the key.
SELECT (SELECT count(*) FROM campaign_memberships AS m WHERE m.campaign_id = @campaign_id::uuid AND m.user_id = @user_id::uuid)::int AS teams,
       EXISTS (SELECT
               FROM campaign_teams AS t
               WHERE t.campaign_id = @campaign_id::uuid
                 AND t.creator_id = @user_id::uuid
                 AND t.idempotency_key = @idempotency_key::text)                                                                     AS made;

-- name: LookForMembership :one
-- How many teams somebody is in, and whether the team is one of them.
SELECT count(*)::int AS teams, coalesce(bool_or(team_id = @team_id), false)::bool AS member
FROM campaign_memberships
WHERE campaign_id = @campaign_id
  AND user_id = @user_id;

-- name: IsMember :one
SELECT EXISTS (SELECT
               FROM campaign_memberships
               WHERE campaign_id = @campaign_id
                 AND user_id = @user_id
                 AND team_id = @team_id) AS is_member;

-- name: DeleteMembership :execrows
DELETE FROM campaign_memberships WHERE campaign_id = @campaign_id AND user_id = @user_id AND team_id = @team_id;

-- name: EnterTeam :one
-- The membership, its fact, and one more member.
WITH member AS (
    INSERT INTO campaign_memberships (campaign_id, user_id, team_id, joined_at)
        VALUES (@campaign_id, @user_id, @team_id, @now::timestamptz)),
     fact AS (
         INSERT INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment, returning_customer)
             VALUES (@campaign_id, 3, @user_id, @team_id, @now::timestamptz, @returning_customer))
UPDATE campaign_teams AS t
SET members = t.members + 1
WHERE t.id = @team_id
RETURNING t.*;

-- name: RemoveMember :one
-- A team without members closes.
UPDATE campaign_teams
SET members   = members - 1,
    closed_at = CASE WHEN members = 1 THEN @now::timestamptz END
WHERE id = @id
RETURNING *;

-- name: SetCaptain :one
UPDATE campaign_teams SET captain_id = @captain_id WHERE id = @id RETURNING *;

-- name: FindEldestMember :one
SELECT user_id
FROM campaign_memberships
WHERE team_id = @team_id
ORDER BY joined_at, user_id
LIMIT 1;

-- name: AddLeave :exec
-- The fact that somebody left.
INSERT INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment, returning_customer)
VALUES (@campaign_id, 4, @user_id, @team_id, @now::timestamptz, @returning_customer);

-- name: ListTeams :many
-- By name; those that begin with a prefix.
SELECT *
FROM campaign_teams
WHERE campaign_id = @campaign_id
  AND closed_at IS NULL
  AND name_key > @after::text
  AND name_key >= @prefix::text
  AND name_key < @prefix_end::text
ORDER BY name_key
LIMIT @page_limit::int;

-- name: ListTeamMembers :many
-- In the order in which they came.
SELECT user_id, joined_at
FROM campaign_memberships
WHERE team_id = @team_id
  AND (joined_at, user_id) > (@after::timestamptz, @after_id::uuid)
ORDER BY joined_at, user_id
LIMIT @page_limit::int;

-- name: ListMembershipsToEnd :many
-- Those of an account in campaigns that have not ended.
SELECT m.team_id
FROM campaign_participants AS p
         JOIN campaigns AS c ON c.id = p.campaign_id AND c.ends_at > @now::timestamptz
         JOIN campaign_memberships AS m ON m.campaign_id = p.campaign_id AND m.user_id = p.user_id
WHERE p.user_id = @user_id
LIMIT @page_limit::int;

-- name: LockCheckInsToErase :many
SELECT id, campaign_id, media_ids, idempotency_key
FROM campaign_check_ins
WHERE user_id = @user_id
  AND (text <> '' OR media_ids <> '{}')
ORDER BY id
LIMIT @page_limit::int FOR NO KEY UPDATE;

-- name: EraseCheckIns :exec
UPDATE campaign_check_ins SET text = '', media_ids = '{}' WHERE id = ANY (@ids::uuid[]);

-- name: ListCampaignMiscounts :many
SELECT c.id,
       coalesce(n.participants, 0)::bigint AS participants,
       coalesce(n.teams, 0)::bigint        AS teams,
       p.counted::bigint                   AS participants_counted,
       t.counted::bigint                   AS teams_counted
FROM campaigns AS c
         LEFT JOIN campaign_counts AS n ON n.campaign_id = c.id
         CROSS JOIN LATERAL (SELECT count(*) AS counted FROM campaign_participants WHERE campaign_id = c.id) AS p
         CROSS JOIN LATERAL (SELECT count(*) AS counted FROM campaign_teams WHERE campaign_id = c.id AND closed_at IS NULL) AS t
WHERE (coalesce(n.participants, 0), coalesce(n.teams, 0)) <> (p.counted, t.counted);

-- name: ListTeamMiscounts :many
SELECT t.id, t.members, m.counted::bigint AS counted
FROM campaign_teams AS t
         CROSS JOIN LATERAL (SELECT count(*) AS counted FROM campaign_memberships WHERE team_id = t.id) AS m
WHERE t.members <> m.counted
   OR (t.closed_at IS NULL) <> (m.counted > 0);
