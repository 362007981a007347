package generate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/progress"
)

// A set of courses is skewed as schools are. Most courses are taught by people of
// their own school, who have ids near one another, and some by stars, of whom a few
// teach thousands; most courses have no assistant or one, and some have dozens. It is
// made in one pass, in the order of ids, in no memory to speak of.

// CourseSpec decides on a set of courses. The numbers are of rows.
type CourseSpec struct {
	Instructors, Courses, Assistants int64
	// Seed decides on everything that is left to chance.
	Seed uint64
}

// FullCourses is how many courses, and instructors, the reference's set has.
const FullCourses = 10_000_000

const (
	// LeastCourses make a set in which a course finds its assistants.
	LeastCourses = 200
	// MostCourses bound the time that it takes.
	MostCourses = 100_000_000
)

// OfCourses is a spec of so many courses, as many instructors, and half as many
// assistants again.
func OfCourses(courses int64, seed uint64) (CourseSpec, error) {
	if courses < LeastCourses || courses > MostCourses {
		return CourseSpec{}, fmt.Errorf("a set has %d to %d courses, not %d", LeastCourses, MostCourses, courses)
	}
	return CourseSpec{Instructors: courses, Courses: courses, Assistants: courses * 3 / 2, Seed: seed}, nil
}

// String is for people.
func (s CourseSpec) String() string {
	return fmt.Sprintf("%d instructors, %d courses, %d assistants", s.Instructors, s.Courses, s.Assistants)
}

// Disk is about how many bytes the files have, rather too many than too few.
func (s CourseSpec) Disk() int64 { return 130*s.Instructors + 330*s.Courses + 9*s.Assistants }

// CheckDisk refuses a set for which a folder has no room.
func (s CourseSpec) CheckDisk(dir string) error {
	free, err := imports.FreeDisk(dir)
	if err == nil && free < s.Disk() {
		return fmt.Errorf("the set needs about %d MB of disk, and %s has %d MB free", s.Disk()>>20, dir, free>>20)
	}
	return err
}

// courseWriter writes a set of courses.
type courseWriter struct {
	drawing
	instructors, courses *file
	dice                 *dice
	// assistants hands out their rows over the places that courses have.
	assistants share
	given      int64
	// keys have room for those who teach a course.
	keys []int64
}

// WriteCourses makes a set in a folder, which is made if it is not there, over files of
// the same names. It answers what was written; it is an error where that is not the
// spec.
func WriteCourses(ctx context.Context, s CourseSpec, dir string, out io.Writer) (CourseSpec, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return CourseSpec{}, err
	}
	w := &courseWriter{drawing: newDrawing(s), dice: newDice()}
	w.assistants.rows = s.Assistants
	for course := range s.Courses {
		w.assistants.places += assistantPlaces(w.dice.of(s.Seed, assistantDice, course))
	}
	err := w.open(dir)
	if err == nil {
		err = w.write(ctx, out)
	}
	written, closed := w.close()
	if err = errors.Join(err, closed); err == nil && written != s {
		err = fmt.Errorf("%v were written, not %v", written, s)
	}
	return written, err
}

// coprime is a step by which one comes by all of so many.
func coprime(n int64) int64 {
	step := n*618/1000 | 1
	for gcd(step, n) != 1 {
		step += 2
	}
	return step
}

func (w *courseWriter) open(dir string) (err error) {
	w.instructors, err = create(dir, "instructors.csv", "id,first_name,middle_initial,last_name,academic_title,title,organization,learners,average_rating,ratings")
	if err != nil {
		return err
	}
	w.courses, err = create(dir, "courses.csv", "number,title,text,primary_instructor_id,assistant_ids,syllabus")
	return err
}

// close answers how many rows there are.
func (w *courseWriter) close() (CourseSpec, error) {
	s := CourseSpec{Assistants: w.given, Seed: w.Seed}
	var errs []error
	if w.instructors != nil {
		errs, s.Instructors = append(errs, w.instructors.close()), w.instructors.rows
	}
	if w.courses != nil {
		errs, s.Courses = append(errs, w.courses.close()), w.courses.rows
	}
	return s, errors.Join(errs...)
}

// stride is how many rows are written before somebody may have interrupted.
const stride = 1000

func (w *courseWriter) write(ctx context.Context, out io.Writer) error {
	bar := progress.New(out, "writing", "rows", w.Instructors+w.Courses)
	defer bar.Finish()
	for _, part := range []struct {
		rows int64
		row  func(int64)
	}{{w.Instructors, w.instructor}, {w.Courses, w.course}} {
		for i := range part.rows {
			if i%stride == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
				bar.Step(int(min(stride, part.rows-i)))
			}
			part.row(i)
		}
	}
	return nil
}

// instructor writes one. Ids begin with 1.
func (w *courseWriter) instructor(i int64) {
	who := w.drawing.instructor(w.dice, i+1)
	f := w.instructors.number(i + 1).plain(who.FirstName).plain(who.MiddleInitial).plain(who.LastName).plain(who.AcademicTitle)
	f.text(who.Title).text(who.Organization)
	f.number(who.Learners).plain(fmt.Sprintf("%d.%02d", who.AverageHundredths/100, who.AverageHundredths%100)).number(who.Ratings).end()
}

// course writes one with those who teach it.
func (w *courseWriter) course(i int64) {
	n := w.assistants.take(assistantPlaces(w.dice.of(w.Seed, assistantDice, i)))
	r := w.dice.of(w.Seed, courseDice, i)
	c := w.drawing.course(r, i, n, w.keys)
	w.keys = c.teachers
	f := w.courses.plain(c.number).text(c.title).text("Learn " + c.topic + " with people who do it for a living" + c.promise).number(c.teachers[0])
	f.quoted(func(to []byte) []byte {
		for j, key := range c.teachers[1:] {
			if j > 0 {
				to = append(to, ' ')
			}
			to = strconv.AppendInt(to, key, 10)
		}
		return to
	})
	f.quoted(func(to []byte) []byte {
		for section := range 2 + (i+c.teachers[0])%4 {
			to = append(append(append(to, one(r, parts)...), c.topic...), '\t')
			to = append(strconv.AppendInt(append(to, "Week "...), section+1, 10), '\n')
		}
		return to
	}).end()
	w.given += n
}
