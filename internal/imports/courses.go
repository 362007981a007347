package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/progress"
	throng "github.com/throng-social/throng/sdk/go"
)

// CoursesConfig says what to import.
type CoursesConfig struct {
	Client *throng.Client
	// Path is a folder with instructors.csv and courses.csv, one of these by itself
	// (course_set.go), or JSON Lines by the ending .jsonl or .ndjson (course_json.go).
	// Files may be gzipped, with .gz after the ending of the last.
	Path string
	// Prefix is put before the ids of instructors.
	Prefix string
	// MaxErrors is how many bad lines are passed over; the next ends the import.
	MaxErrors int
	// Streams is how many streams carry the rows side by side, 1 to 4; 0 means 2.
	Streams int
	// Out is where progress and bad lines are written.
	Out io.Writer
}

// CoursesSummary is what an import of courses did.
type CoursesSummary struct {
	// What was read.
	Instructors, Courses int64
	// Bad is how many lines could not be read.
	Bad int64
	// What the server made of the others.
	InstructorsCreated, CoursesCreated, AssistantsCreated, Refused int64
	Took                                                           time.Duration
}

// String is for people.
func (s CoursesSummary) String() string {
	return fmt.Sprintf("%d instructors and %d courses: %d instructors, %d courses and %d assistants created, %d refused, %d bad lines, in %.1f s",
		s.Instructors, s.Courses, s.InstructorsCreated, s.CoursesCreated, s.AssistantsCreated, s.Refused, s.Bad, s.Took.Seconds())
}

// courseSource reads instructors, then courses. It passes over bad lines itself.
type courseSource interface {
	// next answers one of both; io.EOF after the last.
	next() (*coursev1.ImportedInstructor, *coursev1.ImportedCourse, error)
	// place names the line that was read last.
	place() string
	// size is how many bytes there are, and offset how many of them were read.
	size() int64
	offset() int64
	close() error
}

// Courses imports instructors, and when all of those are stored, courses. The summary
// is true also beside an error. If ctx ends, what was sent is stored before Courses
// returns. It is an error when a line was bad or refused.
func Courses(ctx context.Context, c CoursesConfig) (CoursesSummary, error) {
	im := &coursesImport{tolerance: &tolerance{most: c.MaxErrors}}
	if err := checkText("the prefix", c.Prefix, mostKey/2); err != nil || strings.ContainsAny(c.Prefix, blanks) {
		return im.summary, errors.Join(fmt.Errorf("%q is no beginning of an instructor's id", c.Prefix), err)
	}
	err := im.open(c)
	if err != nil {
		return im.summary, err
	}
	defer func() { _ = im.source.close() }()
	began := time.Now()
	im.progress = progress.New(c.Out, "importing", "rows", im.source.size())
	im.tolerance.progress = im.progress
	for _, next := range []func() (message[coursev1.ImportCoursesRequest], error){im.nextInstructors, im.nextCourses} {
		carrying := &carrier[coursev1.ImportCoursesRequest, coursev1.ImportCoursesResponse]{
			open: c.Client.Courses.ImportCourses, next: next, place: im.source.place, count: im.count, progress: im.progress, streams: c.Streams,
		}
		if err = carrying.run(ctx); err != nil {
			break
		}
	}
	im.progress.Finish()
	im.summary.Bad, im.summary.Took = im.tolerance.bad, time.Since(began)
	return im.summary, im.verdict(err)
}

// coursesImport is one run. The reader counts rows, the senders what the server did.
type coursesImport struct {
	source    courseSource
	tolerance *tolerance
	progress  *progress.Progress
	summary   CoursesSummary
	// first is the first course, which ended the instructors.
	first *coursev1.ImportedCourse
}

// open finds out what is at a path.
func (im *coursesImport) open(c CoursesConfig) error {
	info, err := os.Stat(c.Path)
	if err != nil {
		return err
	}
	switch ending := filepath.Ext(strings.TrimSuffix(c.Path, ".gz")); {
	case info.IsDir():
		im.source, err = openCourseSet(c.Prefix, im.tolerance, filepath.Join(c.Path, "instructors.csv"), filepath.Join(c.Path, "courses.csv"))
	case ending == ".jsonl" || ending == ".ndjson":
		im.source, err = openCourseJSON(c.Path, c.Prefix, im.tolerance)
	case ending == ".csv":
		im.source, err = openCourseSet(c.Prefix, im.tolerance, c.Path)
	default:
		err = fmt.Errorf("%s is no folder, and ends neither with .csv nor with .jsonl or .ndjson", c.Path)
	}
	return err
}

// courseBytes is about what the largest message has; the server takes 1 MB, and the
// largest course is less than the rest.
const courseBytes = 512 << 10

// nextInstructors reads the next rows; also those before an error. It ends with the
// first course.
func (im *coursesImport) nextInstructors() (message[coursev1.ImportCoursesRequest], error) {
	m := message[coursev1.ImportCoursesRequest]{body: &coursev1.ImportCoursesRequest{}}
	for bytes := 0; m.rows < messageRows && bytes < courseBytes; m.rows++ {
		if im.first != nil {
			return m, io.EOF
		}
		who, c, err := im.source.next()
		m.offset = im.source.offset()
		if err == nil && c != nil {
			im.first, err = c, io.EOF
		}
		if err != nil {
			return m, err
		}
		im.summary.Instructors++
		m.body.Instructors = append(m.body.Instructors, who)
		bytes += proto.Size(who) + rowBytes
	}
	return m, nil
}

// nextCourses does so for courses.
func (im *coursesImport) nextCourses() (message[coursev1.ImportCoursesRequest], error) {
	m := message[coursev1.ImportCoursesRequest]{body: &coursev1.ImportCoursesRequest{}}
	for bytes := 0; m.rows < messageRows && bytes < courseBytes; m.rows++ {
		c, err := im.nextCourse()
		m.offset = im.source.offset()
		if err != nil {
			return m, err
		}
		im.summary.Courses++
		m.body.Courses = append(m.body.Courses, c)
		bytes += proto.Size(c) + rowBytes
	}
	return m, nil
}

var errLateInstructor = errors.New("instructors must come before all courses")

// nextCourse passes over instructors who come too late.
func (im *coursesImport) nextCourse() (*coursev1.ImportedCourse, error) {
	if c := im.first; c != nil {
		im.first = nil
		return c, nil
	}
	for {
		_, c, err := im.source.next()
		if c != nil || err != nil {
			return c, err
		}
		if err := im.tolerance.pass(im.source.place(), errLateInstructor); err != nil {
			return nil, err
		}
	}
}

// count adds what the server made of a stream.
func (im *coursesImport) count(a *coursev1.ImportCoursesResponse) {
	im.summary.InstructorsCreated += a.GetInstructorsCreated()
	im.summary.CoursesCreated += a.GetCoursesCreated()
	im.summary.AssistantsCreated += a.GetAssistantsCreated()
	im.summary.Refused += a.GetRefused()
	for _, r := range a.GetRefusals() {
		im.progress.Sayf("line %d: refused, %s", r.GetLine(), r.GetReason())
	}
}

// verdict makes an error of bad and refused lines where there is no other.
func (im *coursesImport) verdict(err error) error {
	if left := im.summary.Bad + im.summary.Refused; err == nil && left > 0 {
		return fmt.Errorf("%d lines were not imported", left)
	}
	return err
}
