-- What readers of boards see. How scores come about is in campaign_score.sql.

-- name: FindBoardView :one
SELECT c.organizer_id, c.ends_at, c.freezes_at, c.frozen_at, c.unfrozen_at, coalesce(b.position, 0)::bigint AS position, b.counted_at
FROM campaigns c
         LEFT JOIN campaign_boards b ON b.campaign_id = c.id
WHERE c.id = @campaign_id;

-- name: FindBoardMoment :one
-- The last position that was reached by a moment.
SELECT position, counted_at
FROM campaign_positions
WHERE campaign_id = @campaign_id
  AND counted_at <= @moment
ORDER BY counted_at DESC, position DESC
LIMIT 1;

-- name: FindBoardPosition :one
SELECT position
FROM campaign_boards
WHERE campaign_id = @campaign_id;

-- name: ListBoardChanges :many
SELECT c.subject_id, c.score, c.position, c.fact_id, (extract(EPOCH FROM p.counted_at) * 1000000)::bigint AS reached
FROM campaign_score_changes c
         JOIN campaign_positions p ON p.campaign_id = c.campaign_id AND p.position = c.position
WHERE c.campaign_id = @campaign_id
  AND c.scope = @scope
  AND c.position > @after
  AND c.position <= @upto
ORDER BY c.position
LIMIT @most;

-- name: ListBoardScores :many
-- Scores that are as they were at a position.
SELECT s.subject_id, s.score, s.position, s.fact_id, (extract(EPOCH FROM p.counted_at) * 1000000)::bigint AS reached
FROM campaign_scores s
         JOIN campaign_positions p ON p.campaign_id = s.campaign_id AND p.position = s.position
WHERE s.campaign_id = @campaign_id
  AND s.scope = @scope
  AND s.position <= @upto
  AND s.subject_id > @after_id
ORDER BY s.subject_id
LIMIT @most;

-- name: ListBoardScoresBack :many
-- Scores that were others at a position, as they were then.
SELECT b.subject_id, b.score, b.position, b.fact_id, (extract(EPOCH FROM p.counted_at) * 1000000)::bigint AS reached
FROM (SELECT DISTINCT ON (c.subject_id) c.subject_id, c.score, c.position, c.fact_id, c.campaign_id
      FROM campaign_score_changes c
      WHERE c.campaign_id = @campaign_id
        AND c.scope = @scope
        AND c.position <= @upto
        AND c.subject_id > @after_id
        AND c.subject_id IN (SELECT l.subject_id
                             FROM campaign_score_changes l
                             WHERE l.campaign_id = @campaign_id
                               AND l.scope = @scope
                               AND l.position > @upto)
      ORDER BY c.subject_id, c.position DESC
      LIMIT @most) b
         JOIN campaign_positions p ON p.campaign_id = b.campaign_id AND p.position = b.position
ORDER BY b.subject_id;

-- name: ListBoardTeams :many
SELECT id, campaign_id, name, captain_id, members
FROM campaign_teams
WHERE id = ANY (@ids::uuid[]);

-- name: ListBoardMemberships :many
SELECT team_id
FROM campaign_memberships
WHERE campaign_id = @campaign_id
  AND user_id = @user_id
ORDER BY team_id;

-- name: LockBoardCampaign :one
SELECT organizer_id, ends_at, freezes_at, frozen_at, unfrozen_at
FROM campaigns
WHERE id = @campaign_id
FOR UPDATE;

-- name: LockBoardPosition :one
-- Nothing is counted between this and the end of the transaction.
SELECT position
FROM campaign_boards
WHERE campaign_id = @campaign_id
FOR UPDATE;

-- name: FreezeBoards :one
UPDATE campaigns
SET frozen_at = coalesce(sqlc.narg(since)::timestamptz, clock_timestamp())
WHERE id = @campaign_id
RETURNING frozen_at;

-- name: UnfreezeBoards :exec
UPDATE campaigns
SET frozen_at   = NULL,
    unfrozen_at = clock_timestamp()
WHERE id = @campaign_id;
