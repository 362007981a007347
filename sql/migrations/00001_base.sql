-- What every noun's tables stand on.

-- +goose Up
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- uuid_v7 makes an id of this database's clock: 48 bits of milliseconds, then
-- 12 bits of the millisecond's fraction, so that ids made one after the other in
-- a session ascend, then random bits (RFC 9562, section 6.2, method 3).
-- +goose StatementBegin
CREATE FUNCTION uuid_v7() RETURNS uuid
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS
$$
DECLARE
    us bigint := (extract(EPOCH FROM clock_timestamp()) * 1000000)::bigint;
BEGIN
    RETURN encode(overlay(uuid_send(gen_random_uuid())
                          PLACING substring(int8send(us / 1000) FROM 3) || substring(int8send(28672 + (us % 1000) * 4096 / 1000) FROM 7)
                          FROM 1 FOR 8), 'hex')::uuid;
END
$$;
-- +goose StatementEnd

-- uuid_v7_time reads the time of such an id back, to the millisecond.
-- +goose StatementBegin
CREATE FUNCTION uuid_v7_time(id uuid) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$
SELECT to_timestamp(('x' || lpad(encode(substring(uuid_send(id) FROM 1 FOR 6), 'hex'), 16, '0'))::bit(64)::bigint / 1000.0)
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION uuid_v7_time(uuid);
DROP FUNCTION uuid_v7();
DROP EXTENSION pg_trgm;
