-- Pictures: what is known of them; the bytes are elsewhere.

-- +goose Up
CREATE TABLE media_objects
(
    id              uuid PRIMARY KEY          DEFAULT uuid_v7(),
    owner_id        uuid             NOT NULL,
    -- As announced, and after the upload as found.
    content_type    text COLLATE "C" NOT NULL,
    announced_size  bigint           NOT NULL,
    -- open: the bytes may come; uploaded: they are there; gone: nothing may show
    -- them any more, and the collector takes them away.
    state           text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'uploaded', 'gone')),
    -- Of the cleaned picture; 0 until it is uploaded.
    size            bigint           NOT NULL DEFAULT 0,
    width           integer          NOT NULL DEFAULT 0,
    height          integer          NOT NULL DEFAULT 0,
    -- SHA-256 of the bytes that came.
    digest          bytea,
    -- Null once the key may be used again.
    idempotency_key text COLLATE "C",
    created_at      timestamptz      NOT NULL,
    -- Until when the upload's address takes bytes.
    expires_at      timestamptz      NOT NULL,
    -- What shows the picture, or is about to.
    claimed_for     text COLLATE "C",
    -- When the collector may take it; null while something shows it.
    collect_at      timestamptz
);
CREATE UNIQUE INDEX media_objects_by_key ON media_objects (owner_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
-- What counts as an open upload of its owner.
CREATE INDEX media_objects_unclaimed ON media_objects (owner_id) WHERE claimed_for IS NULL AND state <> 'gone';
CREATE INDEX media_objects_collectable ON media_objects (collect_at) WHERE collect_at IS NOT NULL;

-- +goose Down
DROP TABLE media_objects;
