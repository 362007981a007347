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
