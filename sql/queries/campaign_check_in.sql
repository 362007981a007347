-- name: ListZones :many
SELECT id, time_zone
FROM campaigns
WHERE id = ANY (@ids::uuid[]);

-- name: LookForCheckIn :one
-- All that decides a check-in: the campaign's rules, whether the person takes part
-- and is in a team, how often he has checked in on the day, and what was made with
-- the key. Check-ins that were withdrawn have taken up their place in the day.
SELECT c.starts_at,
       c.ends_at,
       c.time_zone,
       c.team_needed,
       c.check_ins_per_day,
       EXISTS (SELECT FROM campaign_participants AS p WHERE p.campaign_id = c.id AND p.user_id = @user_id::uuid) AS joined,
       EXISTS (SELECT FROM campaign_memberships AS m WHERE m.campaign_id = c.id AND m.user_id = @user_id::uuid)  AS in_team,
       coalesce((SELECT max(d.number)
                 FROM campaign_check_ins AS d
                 WHERE d.campaign_id = c.id
                   AND d.user_id = @user_id::uuid
                   AND d.day = (@day::text)::date), 0)::int                                                    AS numbered,
       made.id                                                                                                 AS made_id,
       made.request_hash                                                                                       AS made_hash
FROM campaigns AS c
         LEFT JOIN campaign_check_ins AS made ON made.user_id = @user_id::uuid AND made.campaign_id = c.id AND made.idempotency_key = @idempotency_key::text
WHERE c.id = @campaign_id::uuid;

-- name: LockDays :exec
-- Check-ins of one person that meet one another go on one by one.
SELECT pg_advisory_xact_lock(hashtextextended(@lock_name::text, 0));

-- name: InsertCheckIn :exec
-- The check-in and its fact. Of those with one number of a day, or with one key, all
-- but the first fail.
WITH made AS (
    INSERT INTO campaign_check_ins (id, campaign_id, user_id, day, number, text, media_ids, idempotency_key, request_hash)
        VALUES (@id::uuid, @campaign_id::uuid, @user_id::uuid, (@day::text)::date, @number::int, @text::text, @media_ids::uuid[], @idempotency_key::text, @request_hash::bytea))
INSERT
INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment, day)
VALUES (@campaign_id::uuid, 1, @user_id::uuid, @id::uuid, @moment::timestamptz, (@day::text)::date);

-- name: InsertCheckInIfAllowed :exec
-- InsertCheckIn where the rules allow it, which LookForCheckIn tells one by one, and with
-- the next number of the day. It fails where they do not: there is no number then.
WITH made AS (
    INSERT INTO campaign_check_ins (id, campaign_id, user_id, day, number, text, media_ids, idempotency_key, request_hash)
        SELECT @id::uuid,
               c.id,
               @user_id::uuid,
               (@day::text)::date,
               CASE
                   WHEN c.time_zone = @time_zone::text
                       AND @moment::timestamptz >= c.starts_at
                       AND @moment::timestamptz < c.ends_at
                       AND EXISTS (SELECT FROM campaign_participants AS p WHERE p.campaign_id = c.id AND p.user_id = @user_id::uuid)
                       AND (NOT c.team_needed OR EXISTS (SELECT FROM campaign_memberships AS m WHERE m.campaign_id = c.id AND m.user_id = @user_id::uuid))
                       AND n.numbered < c.check_ins_per_day
                       THEN n.numbered + 1 END,
               @text::text,
               '{}',
               @idempotency_key::text,
               @request_hash::bytea
        FROM campaigns AS c
                 CROSS JOIN LATERAL (SELECT coalesce(max(d.number), 0)::int AS numbered
                                     FROM campaign_check_ins AS d
                                     WHERE d.campaign_id = c.id
                                       AND d.user_id = @user_id::uuid
                                       AND d.day = (@day::text)::date) AS n
        WHERE c.id = @campaign_id::uuid
        RETURNING id, campaign_id, user_id, day)
INSERT
INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment, day)
SELECT made.campaign_id, 1, made.user_id, made.id, @moment::timestamptz, made.day
FROM made;

-- name: GetCheckIn :one
-- Also answers those that were withdrawn.
SELECT i.id,
       i.campaign_id,
       i.user_id,
       i.text,
       i.media_ids,
       (i.voided_at IS NOT NULL)::bool AS voided,
       c.tag
FROM campaign_check_ins AS i
         JOIN campaigns AS c ON c.id = i.campaign_id
WHERE i.id = @id;

-- name: ListCheckIns :many
SELECT id, user_id, text, media_ids
FROM campaign_check_ins
WHERE campaign_id = @campaign_id
  AND voided_at IS NULL
  AND id < @before_id
ORDER BY id DESC
LIMIT @page_limit::int;

-- name: LockCheckIn :one
SELECT i.id,
       i.campaign_id,
       i.user_id,
       i.media_ids,
       i.idempotency_key,
       (i.voided_at IS NOT NULL)::bool AS voided,
       c.organizer_id
FROM campaign_check_ins AS i
         JOIN campaigns AS c ON c.id = i.campaign_id
WHERE i.id = @id
    FOR NO KEY UPDATE OF i;

-- name: VoidCheckIn :exec
-- Withdraws a check-in, and stores the fact of it.
WITH gone AS (
    UPDATE campaign_check_ins AS i
        SET voided_at = now(), voided_by = @voided_by::uuid, void_reason = @reason::text
        WHERE i.id = @id::uuid AND i.voided_at IS NULL
        RETURNING i.campaign_id, i.user_id, i.id, i.day)
INSERT
INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment, day)
SELECT gone.campaign_id, 2, gone.user_id, gone.id, @moment::timestamptz, gone.day
FROM gone;
