-- Rates remember fourteen days in place of seven: two weeks make them steady
-- enough that edges near the border are not moved to and fro.

-- +goose Up
-- Events a day, from a decaying count with a memory of fourteen days. The same as
-- policy.Counter.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION timeline_rate(n float8, counted_at timestamptz, since timestamptz, moment timestamptz) RETURNS float8
    LANGUAGE sql IMMUTABLE
RETURN (timeline_decayed(n, counted_at, moment, 1209600) + 0.5) / (14 * (1 - timeline_decayed(1, since, moment, 1209600)) + 0.5);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION timeline_rate(n float8, counted_at timestamptz, since timestamptz, moment timestamptz) RETURNS float8
    LANGUAGE sql IMMUTABLE
RETURN (timeline_decayed(n, counted_at, moment, 604800) + 0.5) / (7 * (1 - timeline_decayed(1, since, moment, 604800)) + 0.5);
-- +goose StatementEnd
