-- name: FindScore :one
SELECT * FROM campaign_scores WHERE subject_id = @id;
