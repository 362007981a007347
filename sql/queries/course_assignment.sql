-- name: LockPrimary :one
SELECT primary_id FROM courses WHERE id = @id FOR NO KEY UPDATE;

-- name: SetPrimary :exec
UPDATE courses SET primary_id = sqlc.narg(primary_id)::uuid WHERE id = @id;

-- name: InsertAssistant :exec
INSERT INTO course_assistants (course_id, instructor_id)
VALUES (@course_id, @instructor_id)
ON CONFLICT DO NOTHING;

-- name: DeleteAssistant :exec
DELETE FROM course_assistants WHERE course_id = @course_id AND instructor_id = @instructor_id;

-- name: LoadAssistants :many
-- The first assistants of courses; none are an empty list.
SELECT c.id,
       ARRAY(SELECT a.instructor_id FROM course_assistants AS a WHERE a.course_id = c.id ORDER BY a.instructor_id LIMIT @page_limit)::uuid[] AS assistants
FROM courses AS c
WHERE c.id = ANY (@ids::uuid[]);

-- name: ListAssistants :many
SELECT instructor_id
FROM course_assistants
WHERE course_id = @course_id
  AND instructor_id > @after_id
ORDER BY instructor_id
LIMIT @page_limit;

-- name: ListCoursesOfPrimary :many
SELECT id
FROM courses
WHERE primary_id = @instructor_id::uuid
  AND id > @after_id
ORDER BY id
LIMIT @page_limit;

-- name: ListCoursesOfAssistant :many
SELECT course_id
FROM course_assistants
WHERE instructor_id = @instructor_id
  AND course_id > @after_id
ORDER BY course_id
LIMIT @page_limit;
