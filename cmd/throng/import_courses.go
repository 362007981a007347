package main

import (
	"context"
	"fmt"
	"os"

	"github.com/throng-social/throng/internal/imports"
)

type importCoursesCommand struct {
	importTarget `embed:""`
	Path         string `arg:"" type:"path" help:"A folder, a .csv, or a .jsonl; see above."`
	Prefix       string `help:"Put before each instructor's id, to keep those of several files apart."`
	Streams      int    `default:"2" help:"How many streams carry the rows side by side, 1 to 4."`
}

// Help tells what is read.
func (*importCoursesCommand) Help() string {
	return `A folder has instructors.csv, courses.csv, or both. A .csv by itself is one of these: with a column "number" it has
courses. Columns are found by their names, and others are left out.

instructors.csv has id, first_name, last_name, average_rating (0 to 5, with two decimal places at most), ratings,
learners and, where there are, middle_initial, academic_title, title, organization.

courses.csv has number (1 to 32 of A-Z 0-9 . _ / -; small letters are made large), title and, where there are, text,
product_id (the id of a product whose reviews are shown), primary_instructor_id, assistant_ids (with blanks between
them) and syllabus: a section a line, its title and, after a tab, its text. Ids are those of instructors.csv, or of an
earlier import.

A .jsonl or .ndjson has an object a line, {"instructor": {...}} or {"course": {...}}, all instructors before the first
course, with the fields of throng.course.v1.ImportedInstructor and ImportedCourse as their JSON forms have them: key,
firstName, middleInitial, lastName, academicTitle, title, organization, learners, averageRatingHundredths, ratings; and
number, title, text, productId, syllabus [{title, text}], primaryInstructorKey, assistantKeys.

A file by itself may be gzipped. A bad line is named and passed over. Instructors and courses that are there already,
by id and by number, stay as they are, so an import that was interrupted goes on when it is run again.`
}

// Run imports; running it again adds what is missing.
func (c *importCoursesCommand) Run(ctx context.Context) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	if err := c.checkDisk(func() (int64, error) { return imports.CoursesDisk(c.Path) }); err != nil {
		return err
	}
	summary, err := imports.Courses(ctx, imports.CoursesConfig{
		Client: client, Path: c.Path, Prefix: c.Prefix, MaxErrors: c.MaxErrors, Streams: c.Streams, Out: os.Stderr,
	})
	fmt.Println(summary)
	return err
}
