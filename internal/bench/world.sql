-- A world to read timelines in, as it would be after a month: people in two
-- communities that know nothing of one another, who post; readers among them, who
-- each follow many; one star, whose followers are ids with timelines alone.
-- Everything that the product keeps about them is there, and recounts agree.

SET bench.start = '1760000000000';
SET bench.span = '2592000000';
SET work_mem = '256MB';
SET maintenance_work_mem = '512MB';

CREATE FUNCTION pg_temp.setting(name text) RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT current_setting('bench.' || name)::bigint $$;

-- pick is a number below n that a and b decide.
CREATE FUNCTION pg_temp.pick(a bigint, b bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT (hashint8extended(a * 1000003 + b, 7) & 9223372036854775807) % n $$;

-- id is a UUIDv7 of a millisecond.
CREATE FUNCTION pg_temp.id(ms bigint, seed bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT (lpad(to_hex(ms), 12, '0') || '7' || substr(md5(seed::text), 1, 3) || '8' || substr(md5(seed::text), 4, 15))::uuid $$;

CREATE TEMP TABLE people AS
SELECT n, n % 2 AS community, n / 2 AS place,
       pg_temp.id(pg_temp.setting('start') - 40000000 + n, n) AS id,
       n / 2 < CASE n % 2 WHEN 0 THEN pg_temp.setting('readers') ELSE pg_temp.setting('readers') / 4 END AS reads
FROM generate_series(0, 2 * pg_temp.setting('people') - 1) AS n;
CREATE INDEX ON people (community, place);

CREATE TEMP TABLE written AS
SELECT p.n, j, p.id AS author_id, pg_temp.id(pg_temp.setting('start') + pg_temp.pick(p.n, j, pg_temp.setting('span')), p.n * 1000 + j) AS id
FROM people p, generate_series(1, pg_temp.setting('posts')) AS j;

CREATE TEMP TABLE follows AS
SELECT DISTINCT r.id AS reader_id, a.id AS author_id
FROM people r
         CROSS JOIN LATERAL generate_series(1, pg_temp.setting('follows') * (3 + r.n % 5) / 5) AS k
         JOIN people a ON a.community = r.community AND a.place = pg_temp.pick(r.n, k, pg_temp.setting('people'))
WHERE r.reads AND a.n <> r.n;

CREATE TEMP TABLE fans AS
SELECT g, pg_temp.id(pg_temp.setting('start') - 80000000 + g, -g) AS id
FROM generate_series(1, pg_temp.setting('fans')) AS g;
CREATE INDEX ON fans (g);
ANALYZE people, written, follows, fans;

INSERT INTO users (id, handle, display_name, name_key, bio)
SELECT id, 'bench_' || n, 'Person ' || n, 'person ' || n, 'Number ' || n || ' of a world that is there to be measured.'
FROM people
UNION ALL
SELECT pg_temp.id(pg_temp.setting('start') - 90000000, 0), 'bench_star', 'The star', 'the star', '';

-- What is followed, with the star's followers.
INSERT INTO follows SELECT f.id, u.id FROM fans f, users u WHERE u.handle = 'bench_star';
INSERT INTO graph_follows (follower_id, followee_id) SELECT reader_id, author_id FROM follows ORDER BY 1, 2;
INSERT INTO graph_counts (user_id, followers, following)
SELECT e.id, sum(e.followers), sum(e.following)
FROM (SELECT author_id AS id, 1 AS followers, 0 AS following FROM follows UNION ALL SELECT reader_id, 0, 1 FROM follows) e
GROUP BY e.id;
INSERT INTO timeline_readers (reader_id) SELECT DISTINCT reader_id FROM follows;
INSERT INTO timeline_edges (author_id, reader_id, since, mode, generation)
SELECT followee_id, follower_id, (extract(EPOCH FROM created_at) * 1000000)::bigint, 3, nextval('timeline_generations') FROM graph_follows ORDER BY 1, 2;

INSERT INTO posts (id, author_id, text, idempotency_key, request_hash)
SELECT id, author_id,
       'Post ' || j || ' of ' || n || '. ' || substr(repeat('We met at the old boathouse and ran seven kilometres along the river, two small hills and one very good bakery. ', 4),
                                                     1 + pg_temp.pick(n, j, 100)::int, 40 + pg_temp.pick(j, n, 160)::int),
       'bench-' || n || '-' || j, '\x00'
FROM written ORDER BY id;

-- Entries lie in the table in the order in which fan-outs write them: by post.
-- Most of the index is built at once, the rest grows as it does in life.
CREATE TEMP TABLE entries AS
SELECT DISTINCT e.reader_id, e.post_id, e.author_id
FROM (SELECT f.reader_id, w.id AS post_id, w.author_id
      FROM written w JOIN follows f ON f.author_id = w.author_id
      UNION ALL
      SELECT f.id, w.id, w.author_id
      FROM written w
               CROSS JOIN generate_series(1, (pg_temp.setting('fans') * pg_temp.setting('fan_entries') / (2 * pg_temp.setting('people') * pg_temp.setting('posts')))) AS k
               JOIN fans f ON f.g = 1 + pg_temp.pick(w.n * 1000 + w.j, k, pg_temp.setting('fans'))) e;
ANALYZE entries;
ALTER TABLE timeline_entries DROP CONSTRAINT timeline_entries_pkey;
INSERT INTO timeline_entries (reader_id, post_id, author_id)
SELECT reader_id, post_id, author_id FROM entries WHERE post_id < pg_temp.id(pg_temp.setting('start') + pg_temp.setting('span') * 85 / 100, 0) ORDER BY post_id, reader_id;
ALTER TABLE timeline_entries ADD PRIMARY KEY (reader_id, post_id);
INSERT INTO timeline_entries (reader_id, post_id, author_id)
SELECT reader_id, post_id, author_id FROM entries WHERE post_id >= pg_temp.id(pg_temp.setting('start') + pg_temp.setting('span') * 85 / 100, 0) ORDER BY post_id, reader_id;

-- One post in five has likes; readers like some of what they see first.
INSERT INTO post_likes (user_id, post_id)
SELECT p.id, w.id
FROM written w
         CROSS JOIN generate_series(1, 3) AS k
         JOIN people p ON p.community = w.n % 2 AND p.place = pg_temp.pick(w.n * 1000 + w.j, k, pg_temp.setting('people'))
WHERE pg_temp.pick(w.n, w.j, 5) = 0
UNION
SELECT p.id, top.post_id
FROM people p
         CROSS JOIN LATERAL (SELECT t.post_id, t.place
                             FROM (SELECT e.post_id, row_number() OVER (ORDER BY e.post_id DESC) AS place
                                   FROM timeline_entries e WHERE e.reader_id = p.id ORDER BY e.post_id DESC LIMIT 40) t) top
WHERE p.reads AND pg_temp.pick(p.n, top.place, 10) = 0;
INSERT INTO post_counts (post_id, likes) SELECT post_id, count(*) FROM post_likes GROUP BY post_id ORDER BY post_id;

DROP TABLE people, written, follows, fans, entries;
