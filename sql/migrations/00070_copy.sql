-- How far a copy between stores has come: `throng copy`, see internal/transfer.

-- +goose Up
-- A row for each noun of the copy that is under way; none between copies.
CREATE TABLE copy_places
(
    noun       text COLLATE "C" PRIMARY KEY,
    -- Which stores these are: another copy does not go on from here.
    source     text COLLATE "C" NOT NULL,
    target     text COLLATE "C" NOT NULL,
    stage      text COLLATE "C" NOT NULL CHECK (stage IN ('clearing', 'moving', 'moved')),
    -- The walk over the source goes on after this; all before it is in the target.
    place      text COLLATE "C" NOT NULL DEFAULT '',
    moved      bigint           NOT NULL DEFAULT 0,
    changed_at timestamptz      NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE copy_places;
