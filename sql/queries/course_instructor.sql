-- name: InsertInstructor :one
-- Answers no row where the key is taken.
INSERT INTO course_instructors (key, request_hash, first_name, middle_initial, last_name, name_key, last_key, academic_title, title, organization,
                                learners, average_rating, ratings, picture_media_id)
VALUES (@key, @request_hash, @first_name, @middle_initial, @last_name, @name_key, @last_key, @academic_title, @title, @organization,
        @learners, @average_rating, @ratings, sqlc.narg(picture_media_id)::uuid)
ON CONFLICT (key) DO NOTHING
RETURNING id;

-- name: FindInstructorByKey :one
SELECT * FROM course_instructors WHERE key = @key;

-- name: FindInstructor :one
SELECT * FROM course_instructors WHERE id = @id;

-- name: LoadInstructors :many
SELECT * FROM course_instructors WHERE id = ANY (@ids::uuid[]);

-- name: LockInstructor :one
SELECT * FROM course_instructors WHERE id = @id FOR NO KEY UPDATE;

-- name: HoldInstructor :one
-- While it lasts he may change, and not go.
SELECT id FROM course_instructors WHERE id = @id FOR KEY SHARE;

-- name: LockInstructorToGo :one
-- Waits for those who hold him.
SELECT * FROM course_instructors WHERE id = @id FOR UPDATE;

-- name: UpdateInstructor :exec
UPDATE course_instructors
SET first_name       = @first_name,
    middle_initial   = @middle_initial,
    last_name        = @last_name,
    name_key         = @name_key,
    last_key         = @last_key,
    academic_title   = @academic_title,
    title            = @title,
    organization     = @organization,
    learners         = @learners,
    average_rating   = @average_rating,
    ratings          = @ratings,
    picture_media_id = sqlc.narg(picture_media_id)::uuid,
    picture_claims   = @picture_claims
WHERE id = @id;

-- name: DeleteInstructor :exec
DELETE FROM course_instructors WHERE id = @id;

-- name: ListNumbersOfPrimary :many
SELECT number FROM courses WHERE primary_id = @instructor_id::uuid ORDER BY number LIMIT @page_limit;

-- name: DeleteAssistantsOfInstructor :many
-- A page of them; the courses that he is gone from.
DELETE FROM course_assistants AS a
    USING (SELECT b.course_id FROM course_assistants AS b WHERE b.instructor_id = @instructor_id ORDER BY b.course_id LIMIT @page_limit FOR UPDATE) AS p
WHERE a.course_id = p.course_id
  AND a.instructor_id = @instructor_id
RETURNING a.course_id;
