package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	"github.com/throng-social/throng/internal/progress"
)

// readCourses reads all that is at a path, as lines; and what was told of bad ones.
func readCourses(t *testing.T, c CoursesConfig) (all []string, told string, err error) {
	t.Helper()
	var out bytes.Buffer
	tolerance := &tolerance{most: c.MaxErrors, progress: progress.New(&out, "reading", "rows", 1)}
	im := &coursesImport{tolerance: tolerance}
	must(t, im.open(c))
	defer func() { must(t, im.source.close()) }()
	for {
		who, course, err := im.source.next()
		if errors.Is(err, io.EOF) {
			if im.source.offset() != im.source.size() {
				t.Errorf("%d of %d bytes were read", im.source.offset(), im.source.size())
			}
			return all, out.String(), nil
		}
		if err != nil {
			return all, out.String(), err
		}
		line := fmt.Sprintf("%s is %s,%s,%s,%s,%s,%s, %d of %d, %d", who.GetKey(), who.GetFirstName(), who.GetMiddleInitial(), who.GetLastName(), who.GetAcademicTitle(),
			who.GetTitle(), who.GetOrganization(), who.GetAverageRatingHundredths(), who.GetRatings(), who.GetLearners())
		if course != nil {
			line = fmt.Sprintf("%d %s %s,%s,%s by %s and %v:", course.GetLine(), course.GetNumber(), course.GetTitle(), course.GetText(), course.GetProductId(), course.GetPrimaryInstructorKey(), course.GetAssistantKeys())
			for _, s := range course.GetSyllabus() {
				line += fmt.Sprintf(" %s(%s)", s.GetTitle(), s.GetText())
			}
		}
		all = append(all, line)
	}
}

func TestInstructorsAndCoursesAreReadByTheNamesOfColumns(t *testing.T) {
	t.Parallel()
	dir := set{
		"instructors": "last_name,id,other,first_name,learners,ratings,Average_Rating,middle_initial,academic_title,title,organization\n" +
			"Lovelace,1,x,Ada,12,7,4.73,K.,Ph.D.,\"Director, Engines\",Society\nPlato,2,,,0,0,0,,,,\n",
		"courses": "title,number,text,product_id,primary_instructor_id,assistant_ids,syllabus\n" +
			"Engines,cs-1,\"A \"\"text\"\"\",0190a000-0000-7000-8000-000000000001,1,2 3,\"One\tAll of it\n\nTwo\"\nBare,CS-2,,,,,\n",
	}.write(t)
	got, told, err := readCourses(t, CoursesConfig{Path: dir, Prefix: "p"})
	must(t, err)
	want := []string{
		"p1 is Ada,K,Lovelace,Ph.D.,Director, Engines,Society, 473 of 7, 12", "p2 is ,,Plato,,,, 0 of 0, 0",
		"2 CS-1 Engines,A \"text\",0190a000-0000-7000-8000-000000000001 by p1 and [p2 p3]: One(All of it) Two()", "5 CS-2 Bare,, by  and []:",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || told != "" {
		t.Errorf("got\n%s\nwant\n%s\ntold %s", strings.Join(got, "\n"), strings.Join(want, "\n"), told)
	}
}

func TestAFileByItselfHasInstructorsOrCourses(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"instructors": "1 is ,,A,,,, 0 of 0, 0", "courses": "2 A A,, by  and []:"} {
		dir := set{"instructors": "id,first_name,last_name,average_rating,ratings,learners\n1,,A,0,0,0\n", "courses": "number,title\nA,A\n"}.write(t)
		got, _, err := readCourses(t, CoursesConfig{Path: filepath.Join(dir, name+".csv")})
		must(t, err)
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %v", name, got)
		}
	}
	for what, files := range map[string]set{"nothing": {}, "no name": {"instructors": "id\n"}, "no title": {"courses": "number\n"}} {
		im := &coursesImport{tolerance: &tolerance{}}
		if err := im.open(CoursesConfig{Path: files.write(t)}); err == nil {
			t.Errorf("%s was opened", what)
		}
	}
}

func TestBadRowsOfCoursesAreNamedAndPassedOver(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 201)
	dir := set{
		"instructors": "id,first_name,last_name,average_rating,ratings,learners,middle_initial\n1,A,,1,1,1,\n2,A,B,5.01,1,1,\n3,A,B,1.234,1,1,\n4,A,B,1,0,1,\n5,A,B,1,1,-1,\n" +
			",A,B,1,1,1,\n7,A,B,1,1,1,KL\n8,A,B\n9,A,B,1,1,1,\n",
		"courses": "number,title,product_id,primary_instructor_id,assistant_ids\n,T,,,\nA B,T,,,\nA,,,,\nA," + long + ",,,\nA,T,x,,\nA,T,,1,2 1\nA,T,,1,2 2\nB,T,,,\n",
	}.write(t)
	got, told, err := readCourses(t, CoursesConfig{Path: dir, MaxErrors: 100})
	must(t, err)
	if len(got) != 2 {
		t.Errorf("got %v", got)
	}
	for _, line := range []string{
		"instructors.csv line 2: the last name is empty", "instructors.csv line 3: the average rating is 0 to 5.00, not 501",
		"instructors.csv line 4: the average rating, \"1.234\"", "instructors.csv line 5: there is an average rating, and no ratings",
		"instructors.csv line 6: the learners, \"-1\"", "instructors.csv line 7: the id of the instructor is empty", "instructors.csv line 8: the middle initial, \"KL\"",
		"instructors.csv line 9: this is no record", "courses.csv line 2: the number, \"\"", "courses.csv line 3: the number, \"A B\"", "courses.csv line 4: the title is empty",
		"courses.csv line 5: the title has more than 200", "courses.csv line 6: the product, \"x\", is no UUID", "courses.csv line 7: the primary instructor is among",
		"courses.csv line 8: the assistant 2 is named twice",
	} {
		if !strings.Contains(told, line) {
			t.Errorf("%q is not in\n%s", line, told)
		}
	}
}

func TestJSONLinesAreInstructorsAndThenCourses(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "courses.jsonl")
	must(t, os.WriteFile(name, []byte(`{"instructor": {"key": "1", "lastName": "Plato", "averageRatingHundredths": 473, "ratings": "7"}}`+"\n\n"+
		`{"instructor": {"lastName": "Nobody"}}`+"\n{\n{}\n"+`{"course": {"number": "cs-1", "title": "Ideas", "primaryInstructorKey": "1", "assistantKeys": ["2"], "syllabus": [{"title": "One"}]}}`+"\n"+
		`{"instructor": {"key": "3", "lastName": "Late"}}`+"\n"), 0o600))
	got, told, err := readCourses(t, CoursesConfig{Path: name, Prefix: "p_", MaxErrors: 3})
	must(t, err)
	want := []string{"p_1 is ,,Plato,,,, 473 of 7, 0", "6 CS-1 Ideas,, by p_1 and [p_2]: One()", "p_3 is ,,Late,,,, 0 of 0, 0"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, line := range []string{"courses.jsonl line 3: the id of the instructor is empty", "courses.jsonl line 4: ", "courses.jsonl line 5: it must have an instructor or a course"} {
		if !strings.Contains(told, line) {
			t.Errorf("%q is not in %q", line, told)
		}
	}
	var out bytes.Buffer
	im := &coursesImport{tolerance: &tolerance{most: 100, progress: progress.New(&out, "reading", "rows", 1)}}
	must(t, im.open(CoursesConfig{Path: name}))
	first, err := im.nextInstructors()
	if len(first.body.GetInstructors()) != 1 || !errors.Is(err, io.EOF) {
		t.Errorf("instructors: %v, %v", first.body, err)
	}
	second, err := im.nextCourses()
	if len(second.body.GetCourses()) != 1 || !errors.Is(err, io.EOF) || !strings.Contains(out.String(), "line 7: instructors must come before all courses") {
		t.Errorf("courses: %v, %v, told %s", second.body, err, out.String())
	}
	must(t, im.source.close())
}

func TestHundredthsAreReadExactly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int32{"0": 0, "5": 500, "4.7": 470, "4.70": 470, "4.73": 473, "4.7300": 473, "0.01": 1, "3.": 300, "0.29": 29} {
		if got, err := parseHundredths("it", text); err != nil || got != want {
			t.Errorf("%s: got %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", ".", ".5", "4,7", "-1", "+1", "1e2", "4.731", "4.7x", "NaN", "99999999999", "1_0", "４"} {
		if got, err := parseHundredths("it", text); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
}

// agreedOn holds that what a parser took the contract takes, too.
func agreedOn(t *testing.T, m proto.Message, err error) {
	t.Helper()
	if err != nil {
		if err.Error() == "" {
			t.Error("refused without a word")
		}
		return
	}
	if err := protovalidate.Validate(m); err != nil {
		t.Errorf("took %v: %v", m, err)
	}
}

func FuzzParseInstructor(f *testing.F) {
	file := &courseFile{needed: []int{0, 1, 2, 3, 4, 5}, middleInitial: 6, academicTitle: 7, title: 8, organization: 9}
	f.Add("1", "Ada", "Lovelace", "4.73", "7", "12", "K.", "Ph.D.", "Director", "Society", "p_")
	f.Add("", "\xff", " ", "-0.1", "x", "10000000001", "KL", "\x00", strings.Repeat("é", 201), "", "")
	f.Fuzz(func(t *testing.T, id, first, last, average, ratings, learners, initial, academic, title, organization, prefix string) {
		who, err := file.parseInstructor([]string{id, first, last, average, ratings, learners, initial, academic, title, organization}, prefix)
		agreedOn(t, who, err)
	})
}

func FuzzParseCourse(f *testing.F) {
	file := &courseFile{records: &records{}, courses: true, needed: []int{0, 1}, text: 2, product: 3, primary: 4, assistants: 5, syllabus: 6}
	f.Add("CS-1", "Engines", "text", "0190a000-0000-7000-8000-000000000001", "1", "2 3", "One\ttext\nTwo", "p_")
	f.Add("ß", "\x00", "", "urn:uuid:0190a000-0000-7000-8000-000000000001", " ", "1\u00a01", "\t\n\r\n \tx", "")
	f.Fuzz(func(t *testing.T, number, title, text, product, primary, assistants, syllabus, prefix string) {
		c, err := file.parseCourse([]string{number, title, text, product, primary, assistants, syllabus}, prefix)
		agreedOn(t, c, err)
	})
}

func FuzzParseCourseLine(f *testing.F) {
	f.Add([]byte(`{"instructor": {"key": "1", "lastName": "Plato"}}`))
	f.Add([]byte(`{"course": {"number": "cs-1", "title": "Ideas", "assistantKeys": ["2"], "syllabus": [{"title": "One"}]}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		who, c, err := parseCourseLine(line, "p_")
		switch {
		case err != nil:
		case c != nil:
			agreedOn(t, c, nil)
		default:
			agreedOn(t, who, nil)
		}
	})
}
