package course_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// load sends messages over one stream.
func (w world) load(messages ...*coursev1.ImportCoursesRequest) (*coursev1.ImportCoursesResponse, error) {
	w.t.Helper()
	stream, err := w.ImportCourses(in(w.t, uuid.New(), accessv1.Role_ROLE_ADMIN))
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		if err := stream.Send(m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
	}
	return stream.CloseAndReceive()
}

func someone(key string) *coursev1.ImportedInstructor {
	return &coursev1.ImportedInstructor{Key: key, FirstName: "Ada", LastName: "Of " + key}
}

func something(number, primary string, assistants ...string) *coursev1.ImportedCourse {
	return &coursev1.ImportedCourse{Number: number, Title: "Title of " + number, PrimaryInstructorKey: primary, AssistantKeys: assistants}
}

func TestAnImportAddsInstructorsAndCoursesOnce(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	who := &coursev1.ImportedInstructor{
		Key: "a", FirstName: "Ada", MiddleInitial: "K", LastName: "Lovelace", AcademicTitle: "Ph.D.", Title: "Director", Organization: "Society",
		Learners: 12, AverageRatingHundredths: 473, Ratings: 7,
	}
	whole := something("CS-101", "a", "b", "c")
	whole.Text, whole.ProductId, whole.Syllabus = "What it is", uuid.NewString(), sections("One", "Two").GetSections()
	file := []*coursev1.ImportCoursesRequest{
		{Instructors: []*coursev1.ImportedInstructor{who, someone("b"), someone("a")}, Courses: []*coursev1.ImportedCourse{something("CS-102", "b")}},
		{Instructors: []*coursev1.ImportedInstructor{someone("c"), someone("a")}, Courses: []*coursev1.ImportedCourse{whole, something("CS-101", ""), something("CS-103", "")}},
	}
	for _, created := range []int64{3, 0} {
		res, err := w.load(file...)
		must(t, err)
		equal(t, "instructors", res.GetInstructors(), 5)
		equal(t, "instructors created", res.GetInstructorsCreated(), created)
		equal(t, "courses", res.GetCourses(), 4)
		equal(t, "courses created", res.GetCoursesCreated(), created)
		equal(t, "assistants created", res.GetAssistantsCreated(), created*2/3)
		equal(t, "refused", res.GetRefused(), 0)
		w.exact()
	}
	res, err := w.GetCourse(t.Context(), byNumber("CS-101"))
	must(t, err)
	equal(t, "the course", described(res.GetCourse(), res.GetSyllabus()), "CS-101|Title of CS-101|What it is|"+whole.GetProductId()+"|One Two")
	equal(t, "who teaches it", fmt.Sprint(w.teachers(res.GetCourse().GetId(), 0)), "[Lovelace* Of b Of c]")
	equal(t, "found", fmt.Sprint(w.namesOf("ada love", 0), w.numbersOf("title of cs-103", 0)), "[Ada Lovelace] [CS-103 CS-102 CS-101]")
	found, err := w.GetPrimaryInstructor(t.Context(), &coursev1.GetPrimaryInstructorRequest{CourseId: res.GetCourse().GetId()})
	must(t, err)
	want := &coursev1.Instructor{
		Id: found.GetInstructor().GetId(), FirstName: "Ada", MiddleInitial: "K", LastName: "Lovelace", AcademicTitle: "Ph.D.", Title: "Director",
		Organization: "Society", Learners: 12, AverageRatingHundredths: 473, Ratings: 7,
	}
	if !proto.Equal(found.GetInstructor(), want) {
		t.Errorf("he is %v, want %v", found.GetInstructor(), want)
	}
}

func TestCoursesAreRefusedOneByOne(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	one, two, fine := something("C-1", "nobody"), something("C-2", "a", "nobody"), something("C-3", "a")
	one.Line, two.Line = 7, 8
	res, err := w.load(&coursev1.ImportCoursesRequest{Instructors: []*coursev1.ImportedInstructor{someone("a")}, Courses: []*coursev1.ImportedCourse{one, two, fine}})
	must(t, err)
	equal(t, "created", res.GetCoursesCreated(), 1)
	first, second := res.GetRefusals()[0], res.GetRefusals()[1]
	equal(t, "refused", fmt.Sprintf("%d: %d %s, %d %s", res.GetRefused(), first.GetLine(), first.GetReason(), second.GetLine(), second.GetReason()),
		"2: 7 instructor_missing, 8 instructor_missing")
	var many []*coursev1.ImportedCourse
	for i := range 150 {
		many = append(many, something(fmt.Sprint("D-", i), "nobody"))
	}
	res, err = w.load(&coursev1.ImportCoursesRequest{Courses: many[:60]}, &coursev1.ImportCoursesRequest{Courses: many[60:]})
	must(t, err)
	equal(t, "refused and named", fmt.Sprint(res.GetRefused(), len(res.GetRefusals())), "150 100")
	w.exact()
}

func TestBadRowsRefuseTheirMessage(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	for what, m := range map[string]*coursev1.ImportCoursesRequest{
		"a key of blanks":                {Instructors: []*coursev1.ImportedInstructor{{Key: "a b", LastName: "X"}}},
		"no last name":                   {Instructors: []*coursev1.ImportedInstructor{{Key: "a"}}},
		"a mean of no ratings":           {Instructors: []*coursev1.ImportedInstructor{{Key: "a", LastName: "X", AverageRatingHundredths: 1}}},
		"a number in small letters":      {Courses: []*coursev1.ImportedCourse{something("a", "")}},
		"an assistant twice":             {Courses: []*coursev1.ImportedCourse{something("A", "", "b", "b")}},
		"a primary one who also assists": {Courses: []*coursev1.ImportedCourse{something("A", "b", "b")}},
		"a product that is none":         {Courses: []*coursev1.ImportedCourse{{Number: "A", Title: "T", ProductId: "x"}}},
	} {
		_, err := w.load(m)
		wantInvalid(t, what, err)
	}
	equal(t, "stored", len(w.rows(`SELECT key FROM course_instructors UNION ALL SELECT number FROM courses`)), 0)
}

func TestImportsOfTheSameAtOnceAddItOnce(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	message := func(from, to int) *coursev1.ImportCoursesRequest {
		m := &coursev1.ImportCoursesRequest{}
		for i := from; i < to; i++ {
			m.Instructors = append(m.Instructors, someone(fmt.Sprint(i)))
			m.Courses = append(m.Courses, something(fmt.Sprint("C-", i), fmt.Sprint(i), fmt.Sprint(from+(i-from+1)%(to-from))))
		}
		return m
	}
	ends := allAtOnce(4, func(i int) error {
		_, err := w.load(message(0, 200), message(100+i, 300+i))
		return err
	})
	equal(t, "ended well", ends[""], 4)
	equal(t, "instructors", w.rows(`SELECT count(*)::text FROM course_instructors`)[0], "303")
	equal(t, "courses", w.rows(`SELECT count(*)::text FROM courses`)[0], "303")
	w.exact()
}

func TestStreamsPastTheBoundAreRefused(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	ctx := in(t, uuid.New(), accessv1.Role_ROLE_ADMIN)
	for range 4 {
		stream, err := w.ImportCourses(ctx)
		must(t, err)
		must(t, stream.Send(&coursev1.ImportCoursesRequest{Instructors: []*coursev1.ImportedInstructor{someone("a")}}))
		t.Cleanup(func() { _, _ = stream.CloseAndReceive() })
	}
	for {
		if _, err := w.load(); connect.CodeOf(err) == connect.CodeResourceExhausted {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnImportAndADeletionLeaveNobodyLost(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	for round := range 8 {
		key := fmt.Sprint(round)
		_, err := w.load(&coursev1.ImportCoursesRequest{Instructors: []*coursev1.ImportedInstructor{someone(key)}})
		must(t, err)
		who := w.rows(`SELECT id::text FROM course_instructors WHERE key = $1`, key)[0]
		ends := allAtOnce(2, func(i int) error {
			if i == 0 {
				_, err := w.DeleteInstructor(staff(t), &coursev1.DeleteInstructorRequest{InstructorId: who})
				return err
			}
			_, err := w.load(&coursev1.ImportCoursesRequest{Courses: []*coursev1.ImportedCourse{something(fmt.Sprint("P-", key), key), something(fmt.Sprint("A-", key), "", key)}})
			return err
		})
		for reason := range ends {
			if reason != "" && reason != "primary_instructor" {
				t.Errorf("one ended with %q", reason)
			}
		}
		w.exact()
	}
}
