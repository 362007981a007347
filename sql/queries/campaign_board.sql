-- name: FindBoard :one
SELECT * FROM campaign_boards WHERE campaign_id = @id;
