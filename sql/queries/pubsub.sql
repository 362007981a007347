-- name: Publish :exec
-- Says messages to every process that listens, each after the place that the log
-- has come to. All of them go with one commit, as it takes a lock that commits
-- which notify share.
SELECT pg_notify('throng', (pg_current_wal_flush_lsn() - '0/0'::pg_lsn) || ' ' || said.message)
FROM unnest(@messages::text[]) AS said (message);

-- name: Listen :exec
-- From this statement's end on, the connection hears what is said.
LISTEN throng;

-- name: GetMoment :one
-- The primary's clock, and how far its log has come by then.
SELECT clock_timestamp()::timestamptz AS clock, (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint AS position;
