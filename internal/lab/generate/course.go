package generate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
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
	CourseSpec
	instructors, courses *file
	dice                 *dice
	// assistants hands out their rows over the places that courses have.
	assistants share
	given      int64
	// star spreads the ranks of stars among the ids.
	star int64
	// keys are of a course's assistants.
	keys []int64
}

// WriteCourses makes a set in a folder, which is made if it is not there, over files of
// the same names. It answers what was written; it is an error where that is not the
// spec.
func WriteCourses(ctx context.Context, s CourseSpec, dir string, out io.Writer) (CourseSpec, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return CourseSpec{}, err
	}
	w := &courseWriter{CourseSpec: s, dice: newDice(), star: coprime(s.Instructors)}
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
	r := w.dice.of(w.Seed, instructorDice, i)
	initial := ""
	if r.IntN(3) == 0 {
		initial = one(r, initials)
	}
	f := w.instructors.number(i + 1).plain(one(r, firstNames)).plain(initial).plain(one(r, lastNames)).plain(one(r, academicTitles))
	f.text(one(r, positions)).text(one(r, organizations))
	ratings := int64(math.Exp(4 + 1.8*r.NormFloat64()))
	learners, hundredths := ratings*int64(5+r.IntN(40))+int64(r.IntN(50)), int64(0)
	if ratings > 0 {
		hundredths = min(max(int64(440+35*r.NormFloat64()), 100), 500)
	}
	f.number(learners).plain(fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)).number(ratings).end()
}

// course writes one with those who teach it.
func (w *courseWriter) course(i int64) {
	n := w.assistants.take(assistantPlaces(w.dice.of(w.Seed, assistantDice, i)))
	r := w.dice.of(w.Seed, courseDice, i)
	subject := subjects[pick(r, subjectWeights)]
	topic := one(r, subject.topics)
	f := w.courses.plain(subject.prefix + "-" + strconv.FormatInt(i+1, 10)).text(one(r, approaches) + topic)
	f.text("Learn " + topic + " with people who do it for a living" + one(r, promises)).number(w.teacher(r, i))
	primary := w.keys[0]
	for range n {
		w.assistant(r, i)
	}
	f.quoted(func(to []byte) []byte {
		for j, key := range w.keys[1:] {
			if j > 0 {
				to = append(to, ' ')
			}
			to = strconv.AppendInt(to, key, 10)
		}
		return to
	})
	f.quoted(func(to []byte) []byte {
		for section := range 2 + (i+primary)%4 {
			to = append(append(append(to, one(r, parts)...), topic...), '\t')
			to = append(strconv.AppendInt(append(to, "Week "...), section+1, 10), '\n')
		}
		return to
	}).end()
	w.given += n
}

// teacher draws the primary instructor of a course.
func (w *courseWriter) teacher(r *rand.Rand, course int64) int64 {
	w.keys = append(w.keys[:0], w.draw(r, course))
	return w.keys[0]
}

// assistant draws somebody who does not teach the course yet.
func (w *courseWriter) assistant(r *rand.Rand, course int64) {
	key := w.draw(r, course)
	for slices.Contains(w.keys, key) {
		key = key%w.Instructors + 1
	}
	w.keys = append(w.keys, key)
}

const (
	// school is how many instructors a school has.
	school = 2000
	// stars are how many of a hundred draws are of anybody, by fame.
	stars = 10
)

// draw answers somebody's id: in most cases of the course's own school, else anybody's
// by his fame, which falls with rank as 1 / (rank + flatten).
func (w *courseWriter) draw(r *rand.Rand, course int64) int64 {
	if r.IntN(100) >= stars {
		near := int64(float64(course)/float64(w.Courses)*float64(w.Instructors)) / school * school
		return near + r.Int64N(min(school, w.Instructors-near)) + 1
	}
	u, n := r.Float64(), float64(w.Instructors)
	rank := int64(flatten*math.Pow((n+flatten)/flatten, u)) - flatten
	return min(max(rank, 0), w.Instructors-1)*w.star%w.Instructors + 1
}

// assistantPlaces is how many places for assistants a course has.
func assistantPlaces(r *rand.Rand) int64 {
	return min(int64(math.Exp(1.1*r.NormFloat64())), mostPlaces)
}

// mostPlaces is where a course is full: even where it gets more assistants than it has
// places, they are fewer than a hundred.
const mostPlaces = 60
