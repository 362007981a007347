-- name: AllowLongCourseRecount :exec
-- Lifts the time limit on statements for the rest of the transaction.
SELECT set_config('statement_timeout', '0', true);

-- name: EndOfCourses :one
-- The last of so many courses, or of all there are; no row where there is none.
SELECT c.id
FROM (SELECT d.id FROM courses AS d WHERE d.id > @after_id ORDER BY d.id LIMIT @page_limit::int) AS c
ORDER BY c.id DESC
LIMIT 1;

-- name: ListLostPrimaries :many
-- Courses in a range whose primary instructor is not there, or assists too.
SELECT c.id, c.primary_id::uuid AS primary_id, (i.id IS NULL)::boolean AS lost
FROM courses AS c
         LEFT JOIN course_instructors AS i ON i.id = c.primary_id
         LEFT JOIN course_assistants AS a ON a.course_id = c.id AND a.instructor_id = c.primary_id
WHERE c.id > @after_id
  AND c.id <= @until_id
  AND c.primary_id IS NOT NULL
  AND (i.id IS NULL OR a.course_id IS NOT NULL)
LIMIT 1000;

-- name: ListLostAssistants :many
-- Assistants of courses in a range who are not there, or whose course is not.
SELECT a.course_id, a.instructor_id, (c.id IS NULL)::boolean AS course_lost
FROM course_assistants AS a
         LEFT JOIN courses AS c ON c.id = a.course_id
         LEFT JOIN course_instructors AS i ON i.id = a.instructor_id
WHERE a.course_id > @after_id
  AND a.course_id <= @until_id
  AND (c.id IS NULL OR i.id IS NULL)
LIMIT 1000;
