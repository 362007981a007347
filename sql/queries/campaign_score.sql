-- NextPendingCampaign walks over the campaigns that have something to count.
-- name: NextPendingCampaign :one
SELECT campaign_id
FROM campaign_facts
WHERE position IS NULL AND campaign_id > @after_id::uuid
ORDER BY campaign_id
LIMIT 1;

-- OldestPendingFact leaves withdrawals out, whose moment is that of their check-in.
-- name: OldestPendingFact :one
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(moment)), 0)::float8 AS age
FROM campaign_facts
WHERE position IS NULL AND kind <> 2;

-- name: AddBoard :exec
INSERT INTO campaign_boards (campaign_id)
SELECT id FROM campaigns WHERE id = @campaign_id
ON CONFLICT DO NOTHING;

-- name: GetCounted :one
SELECT coalesce(b.position, 0)::bigint AS position, (b.campaign_id IS NOT NULL)::bool AS has_board, c.scoring, c.points, c.daily_cap
FROM campaigns AS c
LEFT JOIN campaign_boards AS b ON b.campaign_id = c.id
WHERE c.id = @campaign_id::uuid;

-- LockBoard finds nothing while another process counts.
-- name: LockBoard :one
SELECT b.position, c.scoring, c.points, c.daily_cap
FROM campaign_boards AS b
JOIN campaigns AS c ON c.id = b.campaign_id
WHERE b.campaign_id = @campaign_id
FOR UPDATE OF b SKIP LOCKED;

-- TakeFacts gives a position to facts that have none. It is one statement, so it
-- takes what was committed before it and nothing else; and by id, so that what a
-- fact stands on is taken with it or was before. An array is looked up in the index
-- whatever the planner believes of how many are pending.
-- name: TakeFacts :many
UPDATE campaign_facts AS f
SET position = @position::bigint
WHERE f.campaign_id = @campaign_id::uuid AND f.position IS NULL
  AND f.id = ANY (ARRAY(SELECT p.id
                        FROM campaign_facts AS p
                        WHERE p.campaign_id = @campaign_id::uuid AND p.position IS NULL
                        ORDER BY p.position, p.id
                        LIMIT @most))
RETURNING f.id, f.position::bigint AS position, f.kind, f.user_id, f.subject_id, f.moment, coalesce(f.day - date '1970-01-01', 0)::integer AS day, f.returning_customer;

-- name: ListFacts :many
SELECT id, position::bigint AS position, kind, user_id, subject_id, moment, coalesce(day - date '1970-01-01', 0)::integer AS day, returning_customer
FROM campaign_facts
WHERE campaign_id = @campaign_id AND (position, id) > (@after_position::bigint, @after_id::bigint) AND position <= @upto::bigint
ORDER BY position, id
LIMIT @most;

-- name: PutScores :exec
INSERT INTO campaign_scores (campaign_id, scope, subject_id, score, position, fact_id)
SELECT @campaign_id::uuid, n.scope, n.subject_id, n.score, @position::bigint, n.fact_id
FROM (SELECT unnest(@scopes::smallint[]) AS scope, unnest(@subject_ids::uuid[]) AS subject_id,
             unnest(@scores::bigint[]) AS score, unnest(@fact_ids::bigint[]) AS fact_id) AS n
WHERE n.score > 0
ON CONFLICT (campaign_id, scope, subject_id) DO UPDATE SET score = excluded.score, position = excluded.position, fact_id = excluded.fact_id;

-- name: DeleteScores :exec
DELETE FROM campaign_scores AS s
USING (SELECT unnest(@scopes::smallint[]) AS scope, unnest(@subject_ids::uuid[]) AS subject_id) AS n
WHERE s.campaign_id = @campaign_id AND s.scope = n.scope AND s.subject_id = n.subject_id;

-- name: AddScoreChanges :exec
INSERT INTO campaign_score_changes (campaign_id, scope, subject_id, position, score, fact_id)
SELECT @campaign_id::uuid, n.scope, n.subject_id, @position::bigint, n.score, n.fact_id
FROM (SELECT unnest(@scopes::smallint[]) AS scope, unnest(@subject_ids::uuid[]) AS subject_id,
             unnest(@scores::bigint[]) AS score, unnest(@fact_ids::bigint[]) AS fact_id) AS n;

-- MoveBoard dates the position. Time does not go back on a board, whatever the
-- clock of a new primary says.
-- name: MoveBoard :exec
WITH moved AS (UPDATE campaign_boards AS b
               SET position = @position, counted_at = greatest(clock_timestamp(), b.counted_at)
               WHERE b.campaign_id = @campaign_id
               RETURNING b.campaign_id, b.position, b.counted_at)
INSERT INTO campaign_positions (campaign_id, position, counted_at)
SELECT moved.campaign_id, moved.position, moved.counted_at FROM moved;

-- name: GetTeamWithRules :one
SELECT sqlc.embed(t), sqlc.embed(c)
FROM campaign_teams AS t
JOIN campaigns AS c ON c.id = t.campaign_id
WHERE t.id = @team_id;

-- FindCountedAt answers the last position that was reached by a moment.
-- name: FindCountedAt :one
SELECT position
FROM campaign_positions
WHERE campaign_id = @campaign_id AND counted_at <= @moment
ORDER BY counted_at DESC, position DESC
LIMIT 1;

-- ListFactsOfTeam answers the whole histories of those who ever were in a team.
-- name: ListFactsOfTeam :many
SELECT f.id, f.position::bigint AS position, f.kind, f.user_id, f.subject_id, f.moment, coalesce(f.day - date '1970-01-01', 0)::integer AS day, f.returning_customer
FROM campaign_facts AS f
WHERE f.campaign_id = @campaign_id
  AND f.user_id IN (SELECT j.user_id FROM campaign_facts AS j WHERE j.kind = 3 AND j.subject_id = @team_id AND j.position <= @upto::bigint)
  AND (f.position, f.id) > (@after_position::bigint, @after_id::bigint) AND f.position <= @upto::bigint
ORDER BY f.position, f.id
LIMIT @most;

-- RankTeam answers 0 for a team that is not on the board.
-- name: RankTeam :one
SELECT count(*) AS rank
FROM campaign_scores AS mine
JOIN campaign_scores AS o ON o.campaign_id = mine.campaign_id AND o.scope = 1
    AND (-o.score, o.position, o.fact_id, o.subject_id) <= (-mine.score, mine.position, mine.fact_id, mine.subject_id)
WHERE mine.campaign_id = @campaign_id::uuid AND mine.scope = 1 AND mine.subject_id = @team_id::uuid;

-- RankTeamAt is RankTeam at a position that has passed: each team's last change by
-- then is its place.
-- name: RankTeamAt :one
WITH board AS MATERIALIZED (SELECT t.id AS subject_id, l.score, l.position, l.fact_id
                            FROM campaign_teams AS t
                            CROSS JOIN LATERAL (SELECT c.score, c.position, c.fact_id
                                                FROM campaign_score_changes AS c
                                                WHERE c.campaign_id = t.campaign_id AND c.scope = 1 AND c.subject_id = t.id AND c.position <= @upto::bigint
                                                ORDER BY c.position DESC
                                                LIMIT 1) AS l
                            WHERE t.campaign_id = @campaign_id::uuid AND l.score > 0)
SELECT count(*) AS rank
FROM board AS mine
JOIN board AS o ON (-o.score, o.position, o.fact_id, o.subject_id) <= (-mine.score, mine.position, mine.fact_id, mine.subject_id)
WHERE mine.subject_id = @team_id::uuid;

-- AllowLongRecount lifts the time limit on statements for the rest of the transaction.
-- name: AllowLongRecount :exec
SELECT set_config('statement_timeout', '0', true);

-- name: ListCampaignsToRecount :many
SELECT id FROM campaigns WHERE id > @after_id::uuid ORDER BY id LIMIT @most;

-- ListHistories pages over counted facts by person, each history in the order of
-- the fold.
-- name: ListHistories :many
SELECT id, position::bigint AS position, kind, user_id, subject_id, moment, coalesce(day - date '1970-01-01', 0)::integer AS day, returning_customer
FROM campaign_facts
WHERE campaign_id = @campaign_id AND position IS NOT NULL AND user_id >= @after_user_id::uuid
  AND (user_id, position, id) > (@after_user_id::uuid, @after_position::bigint, @after_id::bigint)
ORDER BY user_id, position, id
LIMIT @most;

-- name: ListScores :many
SELECT scope, subject_id, score, position, fact_id
FROM campaign_scores
WHERE campaign_id = @campaign_id AND (scope, subject_id) > (@after_scope::smallint, @after_id::uuid)
ORDER BY scope, subject_id
LIMIT @most;

-- ListScoresAt answers the boards of a position: each subject's last change by then.
-- name: ListScoresAt :many
SELECT DISTINCT ON (c.scope, c.subject_id) c.scope, c.subject_id, c.score, c.position, c.fact_id
FROM campaign_score_changes AS c
WHERE c.campaign_id = @campaign_id AND (c.scope, c.subject_id) > (@after_scope::smallint, @after_id::uuid) AND c.position <= @upto::bigint
ORDER BY c.scope, c.subject_id, c.position DESC
LIMIT @most;

-- ListScoresUnlikeChanges compares the boards with the last change of each score.
-- name: ListScoresUnlikeChanges :many
WITH told AS (SELECT DISTINCT ON (c.scope, c.subject_id) c.scope, c.subject_id, c.score, c.position, c.fact_id
              FROM campaign_score_changes AS c
              WHERE c.campaign_id = @campaign_id
              ORDER BY c.scope, c.subject_id, c.position DESC),
     stored AS (SELECT s.scope, s.subject_id, s.score, s.position, s.fact_id FROM campaign_scores AS s WHERE s.campaign_id = @campaign_id)
SELECT coalesce(s.scope, t.scope)::smallint AS scope, coalesce(s.subject_id, t.subject_id)::uuid AS subject_id
FROM stored AS s
FULL JOIN (SELECT * FROM told WHERE told.score > 0) AS t ON t.scope = s.scope AND t.subject_id = s.subject_id
WHERE (s.score, s.position, s.fact_id) IS DISTINCT FROM (t.score, t.position, t.fact_id)
ORDER BY 1, 2
LIMIT @most;

-- ListMiscounted compares the counts of a campaign with what they count.
-- name: ListMiscounted :many
SELECT c.what, c.stored, c.counted
FROM (SELECT 'participants'::text AS what, n.participants AS stored,
             (SELECT count(*) FROM campaign_participants AS p WHERE p.campaign_id = n.campaign_id) AS counted
      FROM campaign_counts AS n WHERE n.campaign_id = @campaign_id
      UNION ALL
      SELECT 'teams', n.teams, (SELECT count(*) FROM campaign_teams AS t WHERE t.campaign_id = n.campaign_id AND t.closed_at IS NULL)
      FROM campaign_counts AS n WHERE n.campaign_id = @campaign_id
      UNION ALL
      SELECT 'members of team ' || t.id::text, t.members, (SELECT count(*) FROM campaign_memberships AS m WHERE m.team_id = t.id)
      FROM campaign_teams AS t WHERE t.campaign_id = @campaign_id
      UNION ALL
      SELECT 'positions', coalesce((SELECT b.position FROM campaign_boards AS b WHERE b.campaign_id = @campaign_id), 0),
             coalesce((SELECT max(p.position) FROM campaign_positions AS p WHERE p.campaign_id = @campaign_id), 0)
      UNION ALL
      SELECT 'facts at positions that do not exist', 0,
             (SELECT count(*) FROM campaign_facts AS f
              WHERE f.campaign_id = @campaign_id AND f.position IS NOT NULL
                AND NOT EXISTS (SELECT FROM campaign_positions AS p WHERE p.campaign_id = f.campaign_id AND p.position = f.position))) AS c
WHERE c.stored <> c.counted
LIMIT @most;

-- ListFalseMemberships compares memberships with the last that facts say of each,
-- counted or not.
-- name: ListFalseMemberships :many
WITH told AS (SELECT DISTINCT ON (f.user_id, f.subject_id) f.user_id, f.subject_id AS team_id, f.kind
              FROM campaign_facts AS f
              WHERE f.campaign_id = @campaign_id AND f.kind IN (3, 4)
              ORDER BY f.user_id, f.subject_id, f.id DESC),
     joined AS (SELECT user_id, team_id FROM told WHERE kind = 3),
     stored AS (SELECT m.user_id, m.team_id FROM campaign_memberships AS m WHERE m.campaign_id = @campaign_id)
SELECT d.user_id::uuid AS user_id, d.team_id::uuid AS team_id, d.stored::bool AS stored
FROM ((SELECT user_id, team_id, true AS stored FROM stored EXCEPT SELECT user_id, team_id, true FROM joined)
      UNION ALL
      (SELECT user_id, team_id, false AS stored FROM joined EXCEPT SELECT user_id, team_id, false FROM stored)) AS d
ORDER BY 1, 2
LIMIT @most;

-- ListFalseFacts compares check-ins with their facts: each has one, and one more of
-- its withdrawal, of the same person and day.
-- name: ListFalseFacts :many
WITH told AS (SELECT f.subject_id, f.user_id, f.day, count(*) FILTER (WHERE f.kind = 1) AS made, count(*) FILTER (WHERE f.kind = 2) AS withdrawn
              FROM campaign_facts AS f
              WHERE f.campaign_id = @campaign_id AND f.kind IN (1, 2)
              GROUP BY f.subject_id, f.user_id, f.day),
     stored AS (SELECT c.id, c.user_id, c.day, (c.voided_at IS NOT NULL)::int AS withdrawn
                FROM campaign_check_ins AS c
                WHERE c.campaign_id = @campaign_id)
SELECT coalesce(s.id, t.subject_id)::uuid AS check_in_id, coalesce(s.withdrawn, 0)::bigint AS withdrawn, (s.id IS NOT NULL)::bool AS stored,
       coalesce(t.made, 0)::bigint AS facts_made, coalesce(t.withdrawn, 0)::bigint AS facts_withdrawn
FROM stored AS s
FULL JOIN told AS t ON t.subject_id = s.id AND t.user_id = s.user_id AND t.day = s.day
WHERE s.id IS NULL OR t.subject_id IS NULL OR t.made <> 1 OR t.withdrawn <> s.withdrawn
ORDER BY 1
LIMIT @most;
