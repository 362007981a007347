package bench

import (
	"context"
)

// reviewImportRows import a set of reviews.
func reviewImportRows(ctx context.Context, w *world, o options, r *report) error {
	set, err := w.reviews(ctx, r)
	if err != nil {
		return err
	}
	r.notef("Import of reviews: %v, from CSV files by a client of the API, with all indexes and exact sums, until the replica has them; the limit is COPY of the rows that this made, frozen, "+
		"sums among them, into tables without indexes, which are built afterwards, until the replica has it all.", set.Spec)
	return (&bulk{
		world: w, name: "import of reviews", unit: "reviews/s", goal: "≥ 0.5", rows: set.Reviews, noun: "review", load: set.load,
		steps: func(context.Context, string) ([]step, error) {
			return tables("review_products", "reviews", "review_meta"), nil
		},
	}).pair(ctx, o, r)
}

// courseImportRows import a set of courses and of those who teach them.
func courseImportRows(ctx context.Context, w *world, o options, r *report) error {
	set, err := w.courses(ctx, r)
	if err != nil {
		return err
	}
	r.notef("Import of courses: %v, likewise.", set.CourseSpec)
	return (&bulk{
		world: w, name: "import of courses", unit: "rows/s", goal: "≥ 0.5", rows: set.Instructors + set.Courses + set.Assistants, noun: "course", load: set.load,
		steps: func(context.Context, string) ([]step, error) {
			return tables("course_instructors", "courses", "course_assistants"), nil
		},
	}).pair(ctx, o, r)
}
