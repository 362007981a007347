-- Places, what is observed there, and the sums over it. See internal/weather.

-- +goose Up
CREATE TABLE weather_locations
(
    id       uuid PRIMARY KEY          DEFAULT uuid_v7(),
    -- What rows of the place have in its stead: there are millions of them.
    number   integer          NOT NULL GENERATED ALWAYS AS IDENTITY,
    name     text             NOT NULL,
    -- The name in lower case, to list and to find by.
    name_key text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX weather_locations_by_number ON weather_locations (number);
CREATE UNIQUE INDEX weather_locations_by_name ON weather_locations (name_key);
CREATE INDEX weather_locations_by_resemblance ON weather_locations USING gin (name_key gin_trgm_ops);

-- A row for each place and time, by the year (weather_add_year), and in the index
-- alone all that a sum over a range needs. Values are hundredths; one that is null was
-- not measured.
CREATE TABLE weather_observations
(
    at          timestamptz NOT NULL,
    place       integer     NOT NULL,
    temperature integer,
    humidity    integer,
    wind_speed  integer,
    PRIMARY KEY (place, at) INCLUDE (temperature, humidity, wind_speed)
) PARTITION BY RANGE (at);

-- All that was observed at a place. Whoever writes observations of a place locks its
-- row here first. Where nothing was counted, the least value is the greatest number
-- that there is, and the greatest one the least, here and in weather_rollups.
CREATE TABLE weather_totals
(
    place           integer PRIMARY KEY,
    -- The levels of weather_rollups that are kept of the place: 2 for hours, 4 for
    -- days, 8 for months, added up.
    levels          smallint    NOT NULL DEFAULT 0,
    observations    bigint      NOT NULL DEFAULT 0,
    -- Of no observations: the end of the times that there are, and their beginning.
    first_at        timestamptz NOT NULL DEFAULT '2200-01-01 00:00:00+00',
    last_at         timestamptz NOT NULL DEFAULT '1900-01-01 00:00:00+00',
    temperature_n   bigint      NOT NULL DEFAULT 0,
    temperature_sum bigint      NOT NULL DEFAULT 0,
    temperature_min integer     NOT NULL DEFAULT 2147483647,
    temperature_max integer     NOT NULL DEFAULT -2147483648,
    humidity_n      bigint      NOT NULL DEFAULT 0,
    humidity_sum    bigint      NOT NULL DEFAULT 0,
    humidity_min    integer     NOT NULL DEFAULT 2147483647,
    humidity_max    integer     NOT NULL DEFAULT -2147483648,
    wind_speed_n    bigint      NOT NULL DEFAULT 0,
    wind_speed_sum  bigint      NOT NULL DEFAULT 0,
    wind_speed_min  integer     NOT NULL DEFAULT 2147483647,
    wind_speed_max  integer     NOT NULL DEFAULT -2147483648
) WITH (fillfactor = 80);

-- What was observed at a place in an hour (level 1), a day (2) or a month (3).
CREATE TABLE weather_rollups
(
    place           integer     NOT NULL,
    level           smallint    NOT NULL,
    start           timestamptz NOT NULL,
    temperature_n   bigint      NOT NULL,
    temperature_sum bigint      NOT NULL,
    temperature_min integer     NOT NULL,
    temperature_max integer     NOT NULL,
    humidity_n      bigint      NOT NULL,
    humidity_sum    bigint      NOT NULL,
    humidity_min    integer     NOT NULL,
    humidity_max    integer     NOT NULL,
    wind_speed_n    bigint      NOT NULL,
    wind_speed_sum  bigint      NOT NULL,
    wind_speed_min  integer     NOT NULL,
    wind_speed_max  integer     NOT NULL,
    PRIMARY KEY (place, level, start)
) WITH (fillfactor = 80);

-- Makes room for the observations of a year, unless there is: beside the table at
-- first, so that nobody who reads or writes others has to wait.
-- +goose StatementBegin
CREATE FUNCTION weather_add_year(year integer) RETURNS void
    LANGUAGE plpgsql VOLATILE AS
$$
DECLARE
    name text := format('weather_observations_%s', year);
BEGIN
    IF year NOT BETWEEN 1900 AND 2199 THEN
        RAISE EXCEPTION 'no observations are kept of the year %', year;
    END IF;
    -- Asked of the tables: names that were not there are remembered for a while.
    IF EXISTS (SELECT
               FROM pg_inherits AS i
                        JOIN pg_class AS c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'weather_observations'::regclass
                 AND c.relname = name) THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('weather_years'));
    IF EXISTS (SELECT
               FROM pg_inherits AS i
                        JOIN pg_class AS c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'weather_observations'::regclass
                 AND c.relname = name) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE weather_observations)', name);
    EXECUTE format('ALTER TABLE weather_observations ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, make_timestamptz(year, 1, 1, 0, 0, 0, 'UTC'), make_timestamptz(year + 1, 1, 1, 0, 0, 0, 'UTC'));
END
$$;
-- +goose StatementEnd

-- Gives the room of those years back that end at a moment or before and have no
-- observations any more, and answers how many there were.
-- +goose StatementBegin
CREATE FUNCTION weather_drop_years(before timestamptz) RETURNS integer
    LANGUAGE plpgsql VOLATILE AS
$$
DECLARE
    name    text;
    filled  boolean;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('weather_years'));
    -- It stands in the way of readers, and must not keep them waiting behind it.
    PERFORM set_config('lock_timeout', '200ms', true);
    FOR name IN SELECT c.relname
                FROM pg_inherits AS i
                         JOIN pg_class AS c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'weather_observations'::regclass
                  AND make_timestamptz(split_part(c.relname, '_', 3)::integer + 1, 1, 1, 0, 0, 0, 'UTC') <= before
                ORDER BY c.relname
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
            CONTINUE WHEN filled;
            BEGIN
                LOCK TABLE weather_observations IN ACCESS EXCLUSIVE MODE;
                EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
                CONTINUE WHEN filled;
                EXECUTE format('DROP TABLE %I', name);
                dropped := dropped + 1;
            EXCEPTION
                WHEN lock_not_available THEN RETURN dropped; -- another time
            END;
        END LOOP;
    RETURN dropped;
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION weather_drop_years(timestamptz);
DROP FUNCTION weather_add_year(integer);
DROP TABLE weather_rollups;
DROP TABLE weather_totals;
DROP TABLE weather_observations;
DROP TABLE weather_locations;
