-- Imports work side by side, until two of them add the same thing at the same time, or
-- an instructor goes.
-- name: ShareCourseImports :exec
SELECT pg_advisory_xact_lock_shared(hashtext('course_import'));

-- HoldCourseImports lets those under way end, and others wait.
-- name: HoldCourseImports :exec
SELECT pg_advisory_xact_lock(hashtext('course_import'));

-- name: FindInstructorsByKeys :many
SELECT id, key FROM course_instructors WHERE key = ANY (@keys::text[]);

-- name: FindNumbers :many
SELECT number FROM courses WHERE number = ANY (@numbers::text[]);

-- CopyInstructors is for those of whom none exists yet.
-- name: CopyInstructors :copyfrom
INSERT INTO course_instructors (id, key, first_name, middle_initial, last_name, name_key, last_key, academic_title, title, organization, learners,
                                average_rating, ratings)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- CopyCourses is for those of which none exists yet.
-- name: CopyCourses :copyfrom
INSERT INTO courses (id, number, title, title_key, text, product_id, primary_id, syllabus_titles, syllabus_texts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: CopyAssistants :copyfrom
INSERT INTO course_assistants (course_id, instructor_id)
VALUES ($1, $2);
