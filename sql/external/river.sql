-- River makes and migrates its own tables (internal/migration calls it). Here
-- are the columns that our queries name, for sqlc alone; a test compares them
-- with the real ones.
CREATE TYPE river_job_state AS ENUM ('available', 'cancelled', 'completed', 'discarded', 'pending', 'retryable', 'running', 'scheduled');

CREATE TABLE river_job
(
    id           bigserial PRIMARY KEY,
    state        river_job_state NOT NULL,
    attempt      smallint        NOT NULL,
    max_attempts smallint        NOT NULL,
    attempted_at timestamptz,
    created_at   timestamptz     NOT NULL,
    finalized_at timestamptz,
    scheduled_at timestamptz     NOT NULL,
    args         jsonb           NOT NULL,
    errors       jsonb[],
    kind         text            NOT NULL,
    queue        text            NOT NULL
);
