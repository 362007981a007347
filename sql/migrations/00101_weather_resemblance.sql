-- The index by resemblance is on an expression, as on a mere column it is taken for `=`,
-- too, which it answers slowly.

-- +goose Up
DROP INDEX weather_locations_by_resemblance;
CREATE INDEX weather_locations_by_resemblance ON weather_locations USING gin ((name_key || '') gin_trgm_ops);

-- +goose Down
DROP INDEX weather_locations_by_resemblance;
CREATE INDEX weather_locations_by_resemblance ON weather_locations USING gin (name_key gin_trgm_ops);
