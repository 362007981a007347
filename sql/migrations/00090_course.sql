-- Courses, those who teach them, and who teaches which. See internal/course.

-- +goose Up
CREATE TABLE courses
(
    id              uuid PRIMARY KEY          DEFAULT uuid_v7(),
    -- What the school calls it, in capitals.
    number          text COLLATE "C" NOT NULL,
    title           text             NOT NULL,
    -- The title in lower case, to find by.
    title_key       text COLLATE "C" NOT NULL,
    text            text             NOT NULL,
    -- The product whose reviews are its reviews.
    product_id      uuid,
    -- Its primary instructor: that there is one at most needs no rule this way.
    primary_id      uuid,
    -- Its sections, in order.
    syllabus_titles text[]           NOT NULL DEFAULT '{}',
    syllabus_texts  text[]           NOT NULL DEFAULT '{}',
    CHECK (cardinality(syllabus_titles) = cardinality(syllabus_texts))
);
CREATE UNIQUE INDEX courses_by_number ON courses (number);
CREATE INDEX courses_by_title ON courses (title_key, id);
CREATE INDEX courses_by_primary ON courses (primary_id, id) WHERE primary_id IS NOT NULL;
-- What resembles a query is found by pieces of three letters. The index is on an
-- expression, as on a mere column it would be taken for `=`, too.
CREATE INDEX courses_by_resemblance ON courses USING gin ((title_key || '') gin_trgm_ops);

CREATE TABLE course_instructors
(
    id               uuid PRIMARY KEY          DEFAULT uuid_v7(),
    -- The file's for imported ones; for the others `~` and a hash of who made them and
    -- the client's idempotency key.
    key              text COLLATE "C" NOT NULL,
    -- A hash of the request; empty for imported ones.
    request_hash     bytea            NOT NULL DEFAULT '',
    first_name       text             NOT NULL,
    middle_initial   text             NOT NULL,
    last_name        text             NOT NULL,
    -- First and last name, and the last name alone, in lower case, to find by.
    name_key         text COLLATE "C" NOT NULL,
    last_key         text COLLATE "C" NOT NULL,
    academic_title   text             NOT NULL,
    title            text             NOT NULL,
    organization     text             NOT NULL,
    learners         bigint           NOT NULL CHECK (learners >= 0),
    -- The mean rating in hundredths.
    average_rating   smallint         NOT NULL CHECK (average_rating BETWEEN 0 AND 500),
    ratings          bigint           NOT NULL CHECK (ratings >= 0),
    picture_media_id uuid,
    -- How many pictures were claimed for him since he was made.
    picture_claims   integer          NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX course_instructors_by_key ON course_instructors (key);
CREATE INDEX course_instructors_by_name ON course_instructors (name_key, id);
CREATE INDEX course_instructors_by_last_name ON course_instructors (last_key, id);
CREATE INDEX course_instructors_by_resemblance ON course_instructors USING gin ((name_key || '') gin_trgm_ops);

CREATE TABLE course_assistants
(
    course_id     uuid NOT NULL,
    instructor_id uuid NOT NULL,
    PRIMARY KEY (course_id, instructor_id)
);
CREATE INDEX course_assistants_by_instructor ON course_assistants (instructor_id, course_id);

-- +goose Down
DROP TABLE course_assistants;
DROP TABLE course_instructors;
DROP TABLE courses;
