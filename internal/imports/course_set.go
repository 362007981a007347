package imports

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
)

// The columns that are imported, in the order in which rows are parsed.
var (
	instructorColumns = []string{"id", "first_name", "last_name", "average_rating", "ratings", "learners"}
	courseColumns     = []string{"number", "title"}
)

// courseSet reads CSV files one after the other, of which each has instructors or
// courses: whichever has a column "number" has courses.
type courseSet struct {
	prefix    string
	tolerance *tolerance
	files     []*courseFile
	// at is the file that is read.
	at int
}

// courseFile is one of them, with the places of its columns.
type courseFile struct {
	*records
	courses bool
	needed  []int
	// Those that need not be there are -1 where they are not.
	middleInitial, academicTitle, title, organization int
	text, product, primary, assistants, syllabus      int
}

// openCourseSet opens files. Of several, the others need not be there.
func openCourseSet(prefix string, t *tolerance, paths ...string) (*courseSet, error) {
	s := &courseSet{prefix: prefix, tolerance: t}
	for _, path := range paths {
		file, err := openCourseFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.files = append(s.files, file)
	}
	if len(s.files) == 0 {
		return nil, fmt.Errorf("there is none of %s", strings.Join(paths, ", "))
	}
	return s, nil
}

func openCourseFile(path string) (*courseFile, error) {
	r, err := openRecords(path)
	if err != nil {
		return nil, err
	}
	f := &courseFile{
		records: r, courses: r.column("number") >= 0,
		middleInitial: r.column("middle_initial"), academicTitle: r.column("academic_title"), title: r.column("title"), organization: r.column("organization"),
		text: r.column("text"), product: r.column("product_id"), primary: r.column("primary_instructor_id"), assistants: r.column("assistant_ids"),
		syllabus: r.column("syllabus"),
	}
	names := instructorColumns
	if f.courses {
		names = courseColumns
	}
	if f.needed, err = r.columns(names...); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return f, nil
}

func (s *courseSet) close() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

func (s *courseSet) size() (n int64) {
	for _, f := range s.files {
		n += f.size
	}
	return n
}

func (s *courseSet) offset() (n int64) {
	for _, f := range s.files {
		n += f.offset()
	}
	return n
}

func (s *courseSet) place() string { return s.files[min(s.at, len(s.files)-1)].place() }

// next implements courseSource.
func (s *courseSet) next() (*coursev1.ImportedInstructor, *coursev1.ImportedCourse, error) {
	for s.at < len(s.files) {
		f := s.files[s.at]
		row, err := f.next()
		if errors.Is(err, io.EOF) {
			s.at++
			continue
		}
		if err != nil && !errors.Is(err, errRecord) {
			return nil, nil, err
		}
		var who *coursev1.ImportedInstructor
		var c *coursev1.ImportedCourse
		switch {
		case err != nil:
		case f.courses:
			c, err = f.parseCourse(row, s.prefix)
		default:
			who, err = f.parseInstructor(row, s.prefix)
		}
		if err == nil {
			return who, c, nil
		}
		if err := s.tolerance.pass(f.place(), err); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, io.EOF
}

// field is that of a column that need not be there.
func field(row []string, column int) string {
	if column < 0 {
		return ""
	}
	return row[column]
}

func (f *courseFile) parseInstructor(row []string, prefix string) (*coursev1.ImportedInstructor, error) {
	needed := func(i int) string { return row[f.needed[i]] }
	who := &coursev1.ImportedInstructor{
		Key: prefix + needed(0), FirstName: needed(1), LastName: needed(2), MiddleInitial: strings.TrimSuffix(field(row, f.middleInitial), "."),
		AcademicTitle: field(row, f.academicTitle), Title: field(row, f.title), Organization: field(row, f.organization),
	}
	var err error
	if who.AverageRatingHundredths, err = parseHundredths("the average rating", needed(3)); err != nil {
		return nil, err
	}
	if who.Ratings, err = parseNumber("the ratings", needed(4), mostPeople); err != nil {
		return nil, err
	}
	if who.Learners, err = parseNumber("the learners", needed(5), mostPeople); err != nil {
		return nil, err
	}
	if needed(0) == "" {
		return nil, errNoKey
	}
	return who, checkInstructor(who)
}

func (f *courseFile) parseCourse(row []string, prefix string) (*coursev1.ImportedCourse, error) {
	c := &coursev1.ImportedCourse{
		Line: f.number, Number: strings.ToUpper(row[f.needed[0]]), Title: row[f.needed[1]], Text: field(row, f.text), ProductId: field(row, f.product),
		AssistantKeys: prefixed(prefix, strings.Fields(field(row, f.assistants))), Syllabus: parseSyllabus(field(row, f.syllabus)),
	}
	if primary := field(row, f.primary); primary != "" {
		c.PrimaryInstructorKey = prefix + primary
	}
	return c, checkCourse(c)
}

func prefixed(prefix string, keys []string) []string {
	keys = slices.Clone(keys)
	for i, key := range keys {
		keys[i] = prefix + key
	}
	return keys
}

// parseSyllabus reads a section a line: its title and, after a tab, its text.
func parseSyllabus(text string) (sections []*coursev1.SyllabusSection) {
	for line := range strings.Lines(text) {
		title, said, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		if strings.TrimSpace(line) != "" {
			sections = append(sections, &coursev1.SyllabusSection{Title: title, Text: said})
		}
	}
	return sections
}
