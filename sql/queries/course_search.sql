-- name: SearchCoursesByNumber :many
SELECT id, number AS key
FROM courses
WHERE number >= @prefix
  AND number < @prefix_end
  AND number > @after
ORDER BY number
LIMIT @n;

-- name: SearchCoursesByTitle :many
SELECT id, title_key AS key
FROM courses
WHERE title_key >= @prefix
  AND title_key < @prefix_end
  AND (title_key, id) > (@after::text, @after_id::uuid)
  AND NOT (number >= @number_prefix AND number < @number_end)
ORDER BY title_key, id
LIMIT @n;

-- The best of the first so many that resemble the query at all: a query of common
-- letters must not rank every course.
-- name: SearchCoursesByResemblance :many
SELECT id, rank
FROM (SELECT id, similarity(@query::text, title_key)::float8 AS rank
      FROM courses
      WHERE @query <% (title_key || '')
        AND NOT (title_key >= @query AND title_key < @query_end)
        AND NOT (number >= @number_prefix AND number < @number_end)
      LIMIT @candidates) AS candidates
WHERE rank < @after_rank::float8
   OR (rank = @after_rank AND id > @after_id::uuid)
ORDER BY rank DESC, id
LIMIT @n;

-- name: SearchInstructorsByName :many
SELECT id, name_key AS key
FROM course_instructors
WHERE name_key >= @prefix
  AND name_key < @prefix_end
  AND (name_key, id) > (@after::text, @after_id::uuid)
ORDER BY name_key, id
LIMIT @n;

-- name: SearchInstructorsByLastName :many
SELECT id, last_key AS key
FROM course_instructors
WHERE last_key >= @prefix
  AND last_key < @prefix_end
  AND (last_key, id) > (@after::text, @after_id::uuid)
  AND NOT (name_key >= @prefix AND name_key < @prefix_end)
ORDER BY last_key, id
LIMIT @n;

-- name: SearchInstructorsByResemblance :many
SELECT id, rank
FROM (SELECT id, similarity(@query::text, name_key)::float8 AS rank
      FROM course_instructors
      WHERE @query <% (name_key || '')
        AND NOT (name_key >= @query AND name_key < @query_end)
        AND NOT (last_key >= @query AND last_key < @query_end)
      LIMIT @candidates) AS candidates
WHERE rank < @after_rank::float8
   OR (rank = @after_rank AND id > @after_id::uuid)
ORDER BY rank DESC, id
LIMIT @n;

-- BoundSearch says for this transaction what resembles, and how long looking for it
-- may take.
-- name: BoundSearch :exec
SELECT set_config('pg_trgm.word_similarity_threshold', '0.5', true), set_config('statement_timeout', '300ms', true);
