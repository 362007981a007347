-- name: FindCheckIn :one
SELECT * FROM campaign_check_ins WHERE id = @id;
