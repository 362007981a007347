-- name: GetWatchedCampaign :one
SELECT sqlc.embed(campaigns), coalesce(campaign_boards.position, 0)::bigint AS position, campaign_boards.counted_at
FROM campaigns
         LEFT JOIN campaign_boards ON campaign_boards.campaign_id = campaigns.id
WHERE campaigns.id = @campaign_id;

-- name: GetWatchedPosition :one
SELECT position, counted_at
FROM campaign_positions
WHERE campaign_id = @campaign_id
  AND position = @position;

-- name: GetWatchedPositionAt :one
SELECT position, counted_at
FROM campaign_positions
WHERE campaign_id = @campaign_id
  AND counted_at <= @moment
ORDER BY counted_at DESC, position DESC
LIMIT 1;

-- The best of a board as it is, each with when he reached his score. A board without
-- anybody has no rows.
-- name: ListWatchedTop :many
SELECT top.subject_id, top.score, top.size, campaign_positions.counted_at AS reached_at
FROM (SELECT subject_id, score, position, fact_id, count(*) OVER () AS size
      FROM campaign_scores scores
      WHERE scores.campaign_id = @campaign_id
        AND scores.scope = @scope
      ORDER BY score DESC, position, fact_id, subject_id
      LIMIT @places) top
         LEFT JOIN campaign_positions
                   ON campaign_positions.campaign_id = @campaign_id AND campaign_positions.position = top.position
ORDER BY top.score DESC, top.position, top.fact_id, top.subject_id;

-- The best of a board as it was at a position.
-- name: ListWatchedTopAt :many
SELECT top.subject_id, top.score, top.size, campaign_positions.counted_at AS reached_at
FROM (SELECT subject_id, score, position, fact_id, count(*) OVER () AS size
      FROM (SELECT DISTINCT ON (subject_id) subject_id, score, position, fact_id
            FROM campaign_score_changes changes
            WHERE changes.campaign_id = @campaign_id
              AND changes.scope = @scope
              AND changes.position <= @position
            ORDER BY subject_id, position DESC) latest
      WHERE score > 0
      ORDER BY score DESC, position, fact_id, subject_id
      LIMIT @places) top
         LEFT JOIN campaign_positions
                   ON campaign_positions.campaign_id = @campaign_id AND campaign_positions.position = top.position
ORDER BY top.score DESC, top.position, top.fact_id, top.subject_id;

-- name: ListWatchedTeams :many
SELECT id, campaign_id, name, captain_id, members
FROM campaign_teams
WHERE id = ANY (@ids::uuid[]);

-- Who joined or left a team between two positions.
-- name: ListWatchersMoved :many
SELECT DISTINCT user_id
FROM campaign_facts
WHERE campaign_id = @campaign_id
  AND position > @after::bigint
  AND position <= @until::bigint
  AND kind IN (3, 4);

-- name: ListTeamsOfWatcher :many
SELECT team_id
FROM campaign_memberships
WHERE campaign_id = @campaign_id
  AND user_id = @user_id;
