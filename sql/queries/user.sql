-- name: ListUsers :many
SELECT id, handle, display_name, bio, avatar_media_id, role
FROM users
WHERE id = ANY (@ids::uuid[]) AND deleted_at IS NULL;

-- name: GetUserByHandle :one
SELECT id, handle, display_name, bio, avatar_media_id, role
FROM users
WHERE handle = @handle AND deleted_at IS NULL;

-- name: GetMe :one
SELECT id, handle, display_name, bio, avatar_media_id, role, coalesce(email, '')::text AS email
FROM users
WHERE id = @id AND deleted_at IS NULL;

-- name: SearchByHandle :many
SELECT id, handle
FROM users
WHERE handle >= @prefix AND handle < @prefix_end AND handle > @after AND deleted_at IS NULL
ORDER BY handle
LIMIT @n;

-- name: SearchByName :many
SELECT id, name_key
FROM users
WHERE name_key <> '' AND name_key >= @prefix AND name_key < @prefix_end
  AND (name_key, id) > (@after::text, @after_id::uuid)
  AND NOT (handle >= @prefix AND handle < @prefix_end)
  AND deleted_at IS NULL
ORDER BY name_key, id
LIMIT @n;

-- The best of the first so many that resemble the query at all: a query of
-- common letters must not rank every account.
-- name: SearchByResemblance :many
SELECT id, rank
FROM (SELECT id, greatest(similarity(@query::text, handle), similarity(@query, name_key))::float8 AS rank
      FROM users
      WHERE deleted_at IS NULL
        AND @query <% (handle || ' ' || name_key)
        AND NOT (handle >= @query AND handle < @query_end)
        AND NOT (name_key >= @query AND name_key < @query_end)
      LIMIT @candidates) AS candidates
WHERE rank < @after_rank::float8 OR (rank = @after_rank AND id > @after_id::uuid)
ORDER BY rank DESC, id
LIMIT @n;

-- BoundSearch says for this transaction what resembles, and how long looking for
-- it may take.
-- name: BoundSearch :exec
SELECT set_config('pg_trgm.word_similarity_threshold', '0.5', true), set_config('statement_timeout', '300ms', true);

-- name: GetAvatar :one
SELECT avatar_media_id, avatar_claims
FROM users
WHERE id = @id AND deleted_at IS NULL;

-- name: LockAvatar :one
SELECT avatar_media_id, avatar_claims
FROM users
WHERE id = @id AND deleted_at IS NULL
FOR NO KEY UPDATE;

-- name: UpdateProfile :one
UPDATE users
SET display_name    = coalesce(sqlc.narg(display_name), display_name),
    name_key        = coalesce(sqlc.narg(name_key), name_key),
    bio             = coalesce(sqlc.narg(bio), bio),
    avatar_media_id = CASE WHEN @set_avatar::boolean THEN sqlc.narg(avatar_media_id)::uuid ELSE avatar_media_id END,
    avatar_claims   = greatest(avatar_claims, @claim::integer)
WHERE id = @id AND deleted_at IS NULL
RETURNING id, handle, display_name, bio, avatar_media_id, role;

-- name: SetRole :one
UPDATE users
SET role = @role
WHERE handle = @handle AND deleted_at IS NULL
RETURNING id;

-- name: GetRole :one
SELECT role
FROM users
WHERE id = @id AND deleted_at IS NULL;

-- name: LockAccount :one
SELECT avatar_media_id, avatar_claims
FROM users
WHERE id = @id AND password_hash = @verified AND deleted_at IS NULL
FOR NO KEY UPDATE;

-- name: AnonymizeUser :exec
UPDATE users
SET email           = NULL,
    password_hash   = NULL,
    display_name    = '',
    name_key        = '',
    bio             = '',
    avatar_media_id = NULL,
    role            = 1,
    deleted_at      = @now::timestamptz
WHERE id = @id;

-- name: ListHandles :many
SELECT u.id, u.handle
FROM unnest(@handles::text[]) AS asked (handle)
JOIN users u ON u.handle = asked.handle
WHERE u.deleted_at IS NULL;

-- The handles must be sorted, so that calls at the same time wait for one
-- another in one direction only.
-- name: InsertHandles :many
INSERT INTO users (handle)
SELECT unnest(@handles::text[])
ON CONFLICT (handle) DO NOTHING
RETURNING id, handle;

-- name: GetCredentials :one
SELECT id, password_hash
FROM users
WHERE id = @id AND deleted_at IS NULL;

-- name: GetCredentialsByHandle :one
SELECT id, password_hash
FROM users
WHERE handle = @handle AND deleted_at IS NULL;

-- name: GetCredentialsByEmail :one
SELECT id, password_hash
FROM users
WHERE email = @email AND deleted_at IS NULL;

-- name: GetCredentialsByKey :one
SELECT u.id, u.password_hash
FROM user_registrations r
JOIN users u ON u.id = r.user_id
WHERE r.idempotency_key = @idempotency_key AND r.created_at > @since AND u.deleted_at IS NULL;

-- name: SetPassword :execrows
UPDATE users
SET password_hash = @next
WHERE id = @id AND password_hash = @verified AND deleted_at IS NULL;

-- While a session begins, the account must neither go nor change its password.
-- name: HoldAccount :one
SELECT id, handle, display_name, bio, avatar_media_id, role
FROM users
WHERE id = @id AND password_hash = @verified AND deleted_at IS NULL
FOR SHARE;

-- name: InsertUser :one
INSERT INTO users (handle, email, password_hash, display_name, name_key)
VALUES (@handle, @email, @password_hash, @display_name, @name_key)
RETURNING id, handle, display_name, bio, avatar_media_id, role;

-- name: ClaimRegistration :execrows
INSERT INTO user_registrations AS r (idempotency_key, user_id, created_at)
VALUES (@idempotency_key, @user_id, @now)
ON CONFLICT (idempotency_key) DO UPDATE
SET user_id = excluded.user_id, created_at = excluded.created_at
WHERE r.created_at <= @since::timestamptz;

-- name: DeleteRegistrations :exec
DELETE FROM user_registrations
WHERE user_id = @user_id;

-- name: BeginSession :one
WITH session AS (
    INSERT INTO user_sessions (user_id, address, user_agent, details, created_at, last_used_at, expires_at)
    VALUES (@user_id, @address, @user_agent, @details, @now::timestamptz, @now, @expires_at::timestamptz)
    RETURNING id, expires_at)
INSERT INTO user_refresh_tokens (hash, session_id, expires_at)
SELECT @hash::bytea, id, expires_at
FROM session
RETURNING session_id;

-- name: LockSessionOfToken :one
SELECT s.id, s.user_id, u.role
FROM user_sessions s
JOIN users u ON u.id = s.user_id
WHERE s.id = (SELECT t.session_id FROM user_refresh_tokens t WHERE t.hash = @hash)
  AND s.revoked_at IS NULL AND s.expires_at > @now AND u.deleted_at IS NULL
FOR NO KEY UPDATE OF s;

-- name: UseRefreshToken :execrows
UPDATE user_refresh_tokens
SET used_at = @now::timestamptz
WHERE hash = @hash AND used_at IS NULL;

-- name: ContinueSession :exec
WITH token AS (
    INSERT INTO user_refresh_tokens (hash, session_id, expires_at)
    VALUES (@hash, @id, @expires_at))
UPDATE user_sessions
SET address = @address, user_agent = @user_agent, last_used_at = @now, expires_at = @expires_at
WHERE id = @id;

-- name: ListSessions :many
SELECT id, address, user_agent, details, created_at, last_used_at
FROM user_sessions
WHERE user_id = @user_id AND revoked_at IS NULL AND expires_at > @now AND id < @before
ORDER BY id DESC
LIMIT @n;

-- name: EndSession :execrows
UPDATE user_sessions
SET revoked_at = @now::timestamptz, expires_at = @now
WHERE id = @id AND user_id = @user_id AND revoked_at IS NULL AND expires_at > @now;

-- name: EndSessionOfToken :exec
UPDATE user_sessions
SET revoked_at = @now::timestamptz, expires_at = @now
WHERE id = (SELECT t.session_id FROM user_refresh_tokens t WHERE t.hash = @hash)
  AND revoked_at IS NULL AND expires_at > @now;

-- name: EndOtherSessions :exec
UPDATE user_sessions
SET revoked_at = @now::timestamptz, expires_at = @now
WHERE user_id = @user_id AND id <> @kept AND revoked_at IS NULL AND expires_at > @now;

-- name: DeleteSessionsOfUser :exec
DELETE FROM user_sessions
WHERE user_id = @user_id;

-- name: PurgeSessions :execrows
DELETE FROM user_sessions
WHERE id IN (SELECT s.id FROM user_sessions s WHERE s.expires_at <= @now ORDER BY s.expires_at LIMIT @n FOR UPDATE SKIP LOCKED);

-- name: PurgeRefreshTokens :execrows
DELETE FROM user_refresh_tokens
WHERE hash IN (SELECT t.hash FROM user_refresh_tokens t WHERE t.expires_at <= @now ORDER BY t.expires_at LIMIT @n FOR UPDATE SKIP LOCKED);

-- name: PurgeRegistrations :execrows
DELETE FROM user_registrations
WHERE idempotency_key IN (SELECT r.idempotency_key FROM user_registrations r WHERE r.created_at <= @since ORDER BY r.created_at LIMIT @n FOR UPDATE SKIP LOCKED);

-- name: LockSigningKeys :exec
SELECT pg_advisory_xact_lock(7449023119805011);

-- name: ListSigningKeys :many
SELECT id, public_key, sealed_key, signs_at
FROM user_signing_keys
ORDER BY signs_at, id;

-- name: InsertSigningKey :exec
INSERT INTO user_signing_keys (public_key, sealed_key, signs_at)
VALUES (@public_key, @sealed_key, @signs_at);

-- A key is retired when its successor has signed for long enough.
-- name: DeleteRetiredKeys :execrows
DELETE FROM user_signing_keys k
WHERE EXISTS (SELECT FROM user_signing_keys n WHERE n.signs_at > k.signs_at AND n.signs_at <= @successor_before);
