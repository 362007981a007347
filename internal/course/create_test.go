package course_test

import (
	"fmt"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/course"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func byID(courseID string) *coursev1.GetCourseRequest {
	return &coursev1.GetCourseRequest{Name: &coursev1.GetCourseRequest_CourseId{CourseId: courseID}}
}

func byNumber(number string) *coursev1.GetCourseRequest {
	return &coursev1.GetCourseRequest{Name: &coursev1.GetCourseRequest_Number{Number: number}}
}

func TestACourseIsMadeOnceForItsNumberAndFoundByItAndByItsID(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		p := w.product()
		req := &coursev1.CreateCourseRequest{Number: "CS-101", Title: "Programs", Text: "How to", ProductId: p.GetId(), Syllabus: sections("One", "Two")}
		made, err := w.CreateCourse(staff(t), req)
		must(t, err)
		again, err := w.CreateCourse(staff(t), req)
		must(t, err)
		one, err := w.GetCourse(t.Context(), byID(made.GetCourse().GetId()))
		must(t, err)
		two, err := w.GetCourse(t.Context(), byNumber("CS-101"))
		must(t, err)
		want := &coursev1.Course{Id: made.GetCourse().GetId(), Number: "CS-101", Title: "Programs", Text: "How to", ProductId: p.GetId()}
		for what, c := range map[string]*coursev1.Course{"made": made.GetCourse(), "again": again.GetCourse(), "by id": one.GetCourse(), "by number": two.GetCourse()} {
			if !proto.Equal(c, want) {
				t.Errorf("%s: %v\nwant %v", what, c, want)
			}
		}
		if !proto.Equal(one.GetSyllabus(), req.GetSyllabus()) || !proto.Equal(two.GetSyllabus(), req.GetSyllabus()) {
			t.Errorf("the syllabus is %v and %v", one.GetSyllabus(), two.GetSyllabus())
		}
	})
}

func TestANumberIsOfOneCourse(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		plain := func() *coursev1.CreateCourseRequest {
			return &coursev1.CreateCourseRequest{Number: "CS-101", Title: "Programs", Syllabus: sections("One")}
		}
		_, err := w.CreateCourse(staff(t), plain())
		must(t, err)
		product := w.product().GetId()
		for _, change := range []func(*coursev1.CreateCourseRequest){
			func(req *coursev1.CreateCourseRequest) { req.Title = "Other" },
			func(req *coursev1.CreateCourseRequest) { req.Text = "Other" },
			func(req *coursev1.CreateCourseRequest) { req.ProductId = product },
			func(req *coursev1.CreateCourseRequest) { req.Syllabus = nil },
			func(req *coursev1.CreateCourseRequest) { req.Syllabus.Sections[0].Text = "Other" },
		} {
			req := plain()
			change(req)
			_, err := w.CreateCourse(staff(t), req)
			wantFault(t, err, fault.Exists, "course_differs")
		}
		ends := allAtOnce(8, func(i int) error {
			_, err := w.CreateCourse(staff(t), &coursev1.CreateCourseRequest{Number: "NEW", Title: fmt.Sprint(i / 4)})
			return err
		})
		equal(t, "made, or found made", ends[""], 4)
		equal(t, "with another title", ends["course_differs"], 4)
		other := w.course("CS-102")
		_, err = w.UpdateCourse(staff(t), &coursev1.UpdateCourseRequest{CourseId: other.GetId(), Number: new("CS-101")})
		wantFault(t, err, fault.Exists, "number_taken")
	})
}

func TestAChangeOfACourseIsOfWhatItNamesAlone(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		p := w.product()
		c := w.course("CS-101")
		_, err := w.GetCourse(t.Context(), byID(c.GetId())) // it is cached now
		must(t, err)
		for _, change := range []struct {
			req  *coursev1.UpdateCourseRequest
			want string
		}{
			{&coursev1.UpdateCourseRequest{}, "CS-101|Introduction to CS-101|What it is about||One Two"},
			{&coursev1.UpdateCourseRequest{Title: new("New")}, "CS-101|New|What it is about||One Two"},
			{&coursev1.UpdateCourseRequest{Text: new("")}, "CS-101|New|||One Two"},
			{&coursev1.UpdateCourseRequest{Number: new("CS-102")}, "CS-102|New|||One Two"},
			{&coursev1.UpdateCourseRequest{ProductId: new(p.GetId())}, "CS-102|New||" + p.GetId() + "|One Two"},
			{&coursev1.UpdateCourseRequest{Syllabus: sections("Three")}, "CS-102|New||" + p.GetId() + "|Three"},
			{&coursev1.UpdateCourseRequest{ProductId: new(""), Syllabus: sections()}, "CS-102|New|||"},
		} {
			change.req.CourseId = c.GetId()
			for range 2 { // again changes nothing
				res, err := w.UpdateCourse(staff(t), change.req)
				must(t, err)
				equal(t, "answered", described(res.GetCourse(), res.GetSyllabus()), change.want)
				got, err := w.GetCourse(t.Context(), byID(c.GetId()))
				must(t, err)
				equal(t, "shown", described(got.GetCourse(), got.GetSyllabus()), change.want)
			}
		}
	})
}

func described(c *coursev1.Course, s *coursev1.Syllabus) string {
	var titles []string
	for _, section := range s.GetSections() {
		titles = append(titles, section.GetTitle())
	}
	return strings.Join([]string{c.GetNumber(), c.GetTitle(), c.GetText(), c.GetProductId(), strings.Join(titles, " ")}, "|")
}

func TestADeletedCourseIsGoneWithWhoTaughtIt(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		c, other := w.course("CS-101"), w.course("CS-102")
		ada, bob := w.instructor("Ada", "Lovelace"), w.instructor("Bob", "Ross")
		w.assign(c, ada, primary)
		w.assign(c, bob, assistant)
		w.assign(other, bob, assistant)
		w.page(c.GetId()) // it is cached now
		_, err := w.DeleteCourse(staff(t), &coursev1.DeleteCourseRequest{CourseId: c.GetId()})
		must(t, err)
		w.wantNoCourse(c.GetId())
		equal(t, "of the other", fmt.Sprint(w.teachers(other.GetId(), 0)), "[Ross]")
		equal(t, "assistants", len(w.rows(`SELECT course_id::text FROM course_assistants`)), 1)
		_, err = w.DeleteInstructor(staff(t), &coursev1.DeleteInstructorRequest{InstructorId: ada.GetId()})
		must(t, err)
		w.exact()
		w.course("CS-101") // the number is free again
	})
}

// wantNoCourse asks everything there is to ask of a course.
func (w world) wantNoCourse(courseID string) {
	w.t.Helper()
	ctx, who := w.t.Context(), w.instructor("Some", "Body")
	for what, ask := range map[string]func() error{
		"get": func() error { _, err := w.GetCourse(ctx, byID(courseID)); return err },
		"page": func() error {
			_, err := w.GetCoursePage(ctx, &coursev1.GetCoursePageRequest{CourseId: courseID})
			return err
		},
		"teachers": func() error {
			_, err := w.ListCourseInstructors(ctx, &coursev1.ListCourseInstructorsRequest{CourseId: courseID})
			return err
		},
		"many": func() error {
			_, err := w.ListCourseInstructors(ctx, &coursev1.ListCourseInstructorsRequest{CourseId: courseID, PageSize: 100})
			return err
		},
		"primary": func() error {
			_, err := w.GetPrimaryInstructor(ctx, &coursev1.GetPrimaryInstructorRequest{CourseId: courseID})
			return err
		},
		"update": func() error {
			_, err := w.UpdateCourse(staff(w.t), &coursev1.UpdateCourseRequest{CourseId: courseID})
			return err
		},
		"delete": func() error {
			_, err := w.DeleteCourse(staff(w.t), &coursev1.DeleteCourseRequest{CourseId: courseID})
			return err
		},
		"assign": func() error {
			_, err := w.AssignInstructor(staff(w.t), &coursev1.AssignInstructorRequest{CourseId: courseID, InstructorId: who.GetId(), Role: primary})
			return err
		},
		"unassign": func() error {
			_, err := w.UnassignInstructor(staff(w.t), &coursev1.UnassignInstructorRequest{CourseId: courseID, InstructorId: who.GetId()})
			return err
		},
	} {
		w.t.Log(what)
		wantFault(w.t, ask(), fault.NotFound, "course_not_found")
	}
}

func TestACourseThatIsNoneIsNotFound(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		w.wantNoCourse(uuid.NewString())
		_, err := w.GetCourse(t.Context(), byNumber("NONE"))
		wantFault(t, err, fault.NotFound, "course_not_found")
	})
}

func TestAProductOfACourseMustBeThere(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		_, err := w.CreateCourse(staff(t), &coursev1.CreateCourseRequest{Number: "CS-101", Title: "Programs", ProductId: uuid.NewString()})
		wantFault(t, err, fault.Invalid, "product_unknown")
		_, err = w.UpdateCourse(staff(t), &coursev1.UpdateCourseRequest{CourseId: w.course("CS-101").GetId(), ProductId: new(uuid.NewString())})
		wantFault(t, err, fault.Invalid, "product_unknown")
	})
}

// Over the socket, where input rules are asked.
func TestBadInputOfCoursesIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	long, many := strings.Repeat("é", 201), make([]string, 41)
	for what, change := range map[string]func(*coursev1.CreateCourseRequest){
		"no number":              func(r *coursev1.CreateCourseRequest) { r.Number = "" },
		"small letters":          func(r *coursev1.CreateCourseRequest) { r.Number = "cs-101" },
		"a blank in the number":  func(r *coursev1.CreateCourseRequest) { r.Number = "CS 101" },
		"a long number":          func(r *coursev1.CreateCourseRequest) { r.Number = strings.Repeat("A", 33) },
		"no title":               func(r *coursev1.CreateCourseRequest) { r.Title = "" },
		"a title of blanks":      func(r *coursev1.CreateCourseRequest) { r.Title = " \t" },
		"a long title":           func(r *coursev1.CreateCourseRequest) { r.Title = long },
		"NUL in the text":        func(r *coursev1.CreateCourseRequest) { r.Text = "a\x00b" },
		"a long text":            func(r *coursev1.CreateCourseRequest) { r.Text = strings.Repeat("a", 10_001) },
		"a product that is none": func(r *coursev1.CreateCourseRequest) { r.ProductId = "x" },
		"a section of no title":  func(r *coursev1.CreateCourseRequest) { r.Syllabus = sections("") },
		"too many sections":      func(r *coursev1.CreateCourseRequest) { r.Syllabus = sections(many...) },
		"a long section": func(r *coursev1.CreateCourseRequest) {
			r.Syllabus = sections("a")
			r.Syllabus.Sections[0].Text = strings.Repeat("a", 2001)
		},
	} {
		req := &coursev1.CreateCourseRequest{Number: "CS-101", Title: "Programs"}
		change(req)
		_, err := w.CreateCourse(staff(t), req)
		wantInvalid(t, what, err)
	}
	for _, courseID := range []string{"", "x", "../../etc", "00000000-0000-0000-0000-00000000000g"} {
		_, err := w.GetCoursePage(t.Context(), &coursev1.GetCoursePageRequest{CourseId: courseID})
		wantInvalid(t, "the id "+courseID, err)
	}
	equal(t, "courses", len(w.rows(`SELECT number FROM courses`)), 0)
}

// Over the socket, where access rules are asked.
func TestOnlyStaffWrites(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	c, who := w.course("CS-101"), w.instructor("Ada", "Lovelace")
	ctx := in(t, uuid.New(), accessv1.Role_ROLE_MEMBER)
	for what, write := range map[string]func() error{
		"create": func() error {
			_, err := w.CreateCourse(ctx, &coursev1.CreateCourseRequest{Number: "X", Title: "X"})
			return err
		},
		"update": func() error {
			_, err := w.UpdateCourse(ctx, &coursev1.UpdateCourseRequest{CourseId: c.GetId()})
			return err
		},
		"delete": func() error {
			_, err := w.DeleteCourse(ctx, &coursev1.DeleteCourseRequest{CourseId: c.GetId()})
			return err
		},
		"assign": func() error {
			_, err := w.AssignInstructor(ctx, &coursev1.AssignInstructorRequest{CourseId: c.GetId(), InstructorId: who.GetId(), Role: primary})
			return err
		},
		"rename": func() error {
			_, err := w.UpdateInstructor(ctx, &coursev1.UpdateInstructorRequest{InstructorId: who.GetId(), LastName: new("X")})
			return err
		},
	} {
		if err := write(); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	stream, err := w.ImportCourses(staff(t))
	if err == nil {
		_, err = stream.CloseAndReceive()
	}
	if connect.CodeOf(err) != connect.CodePermissionDenied {
		t.Errorf("an import by staff: got %v", err)
	}
}

func TestWhoWritesTooFastIsHeldUp(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam, func(d *course.Deps) { d.Rate = pace.Rate{PerMinute: 1, Burst: 2} })
		ctx := staff(t)
		for i := range 3 {
			_, err := w.CreateCourse(ctx, &coursev1.CreateCourseRequest{Number: fmt.Sprint(i), Title: "Title"})
			if i < 2 {
				must(t, err)
			} else {
				wantFault(t, err, fault.Exhausted, "rate_limited")
			}
		}
	})
}
