-- Accounts, their sessions, and the keys that sign access tokens.

-- +goose Up
CREATE TABLE users
(
    id              uuid PRIMARY KEY DEFAULT uuid_v7(),
    -- In lower case. A deleted account keeps it, so that nobody can take its place.
    handle          text COLLATE "C" NOT NULL,
    -- In lower case; null for imported and for deleted accounts.
    email           text COLLATE "C",
    -- A PHC string; null where nobody can sign in.
    password_hash   text,
    -- As its owner wrote it; empty means the handle.
    display_name    text             NOT NULL DEFAULT '',
    -- The display name in lower case, to search by.
    name_key        text COLLATE "C" NOT NULL DEFAULT '',
    bio             text             NOT NULL DEFAULT '',
    avatar_media_id uuid,
    -- How many pictures the account has claimed; names the claim of the present one.
    avatar_claims   integer          NOT NULL DEFAULT 0,
    -- throng.access.v1.Role
    role            smallint         NOT NULL DEFAULT 1,
    deleted_at      timestamptz
);
CREATE UNIQUE INDEX users_handle_key ON users (handle);
CREATE UNIQUE INDEX users_email_key ON users (email) WHERE email IS NOT NULL;
CREATE INDEX users_by_name ON users (name_key, id) WHERE name_key <> '';
-- What resembles a query is found by pieces of three letters. New pieces wait in
-- a list and are sorted in together, which keeps bulk loads fast. The index is on
-- an expression, as on a mere column it would be taken for `=`, too.
CREATE INDEX users_by_resemblance ON users USING gin ((handle || ' ' || name_key) gin_trgm_ops) WHERE deleted_at IS NULL;

-- Which account a registration made, so that it can be repeated for a day.
CREATE TABLE user_registrations
(
    idempotency_key text COLLATE "C" PRIMARY KEY,
    user_id         uuid        NOT NULL REFERENCES users (id),
    created_at      timestamptz NOT NULL
);
CREATE INDEX user_registrations_by_user ON user_registrations (user_id);
CREATE INDEX user_registrations_by_age ON user_registrations (created_at);

CREATE TABLE user_sessions
(
    id           uuid PRIMARY KEY     DEFAULT uuid_v7(),
    user_id      uuid        NOT NULL REFERENCES users (id),
    address      inet,
    user_agent   text        NOT NULL DEFAULT '',
    details      jsonb,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    -- A session that was ended early expires at that moment, too.
    revoked_at   timestamptz,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX user_sessions_of_user ON user_sessions (user_id, id DESC) WHERE revoked_at IS NULL;
CREATE INDEX user_sessions_by_expiry ON user_sessions (expires_at);

-- All refresh tokens that a session had: one that is used twice ends it.
CREATE TABLE user_refresh_tokens
(
    -- SHA-256 of the token.
    hash       bytea PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES user_sessions (id) ON DELETE CASCADE,
    used_at    timestamptz,
    expires_at timestamptz NOT NULL
);
CREATE INDEX user_refresh_tokens_of_session ON user_refresh_tokens (session_id);
CREATE INDEX user_refresh_tokens_by_expiry ON user_refresh_tokens (expires_at);

CREATE TABLE user_signing_keys
(
    -- The `kid` of the tokens that it signs.
    id         uuid PRIMARY KEY     DEFAULT uuid_v7(),
    public_key bytea       NOT NULL,
    -- The private key, sealed with a secret of the deployment.
    sealed_key bytea       NOT NULL,
    -- It signs from then on until the next one does. It is published as long as
    -- the row exists: from before that until its last token is over.
    signs_at   timestamptz NOT NULL
);

-- +goose Down
DROP TABLE user_signing_keys;
DROP TABLE user_refresh_tokens;
DROP TABLE user_sessions;
DROP TABLE user_registrations;
DROP TABLE users;
