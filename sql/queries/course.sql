-- name: InsertCourse :one
-- Answers no row where the number is taken.
INSERT INTO courses (number, title, title_key, text, product_id, syllabus_titles, syllabus_texts)
VALUES (@number, @title, @title_key, @text, sqlc.narg(product_id)::uuid, @syllabus_titles, @syllabus_texts)
ON CONFLICT (number) DO NOTHING
RETURNING id;

-- name: FindCourseByNumber :one
SELECT * FROM courses WHERE number = @number;

-- name: FindCourse :one
SELECT * FROM courses WHERE id = @id;

-- name: LoadCourses :many
SELECT id, number, title, text, product_id FROM courses WHERE id = ANY (@ids::uuid[]);

-- name: LoadSyllabi :many
SELECT id, syllabus_titles, syllabus_texts FROM courses WHERE id = ANY (@ids::uuid[]);

-- name: LoadFrames :many
-- The others that a course's page is made of.
SELECT id, product_id, primary_id FROM courses WHERE id = ANY (@ids::uuid[]);

-- name: LockCourse :one
SELECT * FROM courses WHERE id = @id FOR NO KEY UPDATE;

-- name: UpdateCourse :exec
UPDATE courses
SET number          = @number,
    title           = @title,
    title_key       = @title_key,
    text            = @text,
    product_id      = sqlc.narg(product_id)::uuid,
    syllabus_titles = @syllabus_titles,
    syllabus_texts  = @syllabus_texts
WHERE id = @id;

-- name: DeleteCourse :one
DELETE FROM courses WHERE id = @id RETURNING id;

-- name: DeleteAssistantsOfCourse :exec
DELETE FROM course_assistants WHERE course_id = @course_id;
