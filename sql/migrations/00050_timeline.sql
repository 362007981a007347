-- Home timelines as written for readers: a cache of a definition, which names
-- the follows of the graph and the logs of the posts. See internal/timeline.

-- +goose Up
CREATE TABLE timeline_readers
(
    reader_id  uuid PRIMARY KEY,
    -- Entries are complete from this id on, for authors whose edge is push.
    horizon    uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    -- One mover a reader: nobody else begins to move his horizon before this.
    moving_til timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 80);

CREATE TABLE timeline_entries
(
    reader_id  uuid        NOT NULL,
    post_id    uuid        NOT NULL,
    author_id  uuid        NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (reader_id, post_id)
);

-- The timeline's own copy of the follows, by author for fan-outs and by reader
-- for reads. mode: 1 pull, 2 promoting, 3 push. It is in no index, so that a
-- move rewrites none.
CREATE TABLE timeline_edges
(
    author_id  uuid     NOT NULL,
    reader_id  uuid     NOT NULL,
    -- Which incarnation of the follow this is of. A read counts an edge of another
    -- one as pull.
    since      bigint   NOT NULL,
    mode       smallint NOT NULL CHECK (mode IN (1, 2, 3)),
    -- Fresh for each incarnation and each move, so that a move that was overtaken
    -- finds out.
    generation bigint   NOT NULL,
    PRIMARY KEY (author_id, reader_id)
) WITH (fillfactor = 60);
CREATE INDEX timeline_edges_by_reader ON timeline_edges (reader_id, author_id);

CREATE SEQUENCE timeline_generations CACHE 32;

-- +goose Down
DROP SEQUENCE timeline_generations;
DROP TABLE timeline_edges;
DROP TABLE timeline_entries;
DROP TABLE timeline_readers;
