-- name: FindCampaign :one
SELECT * FROM campaigns WHERE id = @id;
