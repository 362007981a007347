package course_test

import (
	"fmt"
	"slices"
	"testing"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func (w world) lead(c *coursev1.Course, who *coursev1.Instructor, replace bool) error {
	_, err := w.AssignInstructor(staff(w.t), &coursev1.AssignInstructorRequest{CourseId: c.GetId(), InstructorId: who.GetId(), Role: primary, Replace: replace})
	return err
}

func (w world) unassign(c *coursev1.Course, who *coursev1.Instructor) {
	w.t.Helper()
	_, err := w.UnassignInstructor(staff(w.t), &coursev1.UnassignInstructorRequest{CourseId: c.GetId(), InstructorId: who.GetId()})
	must(w.t, err)
}

func TestASecondPrimaryInstructorReplacesByExplicitCallOnly(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		c, ada, bob := w.course("CS-101"), w.instructor("Ada", "Lovelace"), w.instructor("Bob", "Ross")
		_, err := w.GetPrimaryInstructor(t.Context(), &coursev1.GetPrimaryInstructorRequest{CourseId: c.GetId()})
		wantFault(t, err, fault.NotFound, "primary_not_found")
		for range 2 { // being it already changes nothing
			must(t, w.lead(c, ada, false))
		}
		wantFault(t, w.lead(c, bob, false), fault.Precondition, "has_primary")
		w.wantPrimary(c, ada)
		must(t, w.lead(c, bob, true))
		w.wantPrimary(c, bob)
		equal(t, "who teaches", fmt.Sprint(w.teachers(c.GetId(), 0)), "[Ross*]")
		for range 2 {
			w.unassign(c, bob)
		}
		_, err = w.GetPrimaryInstructor(t.Context(), &coursev1.GetPrimaryInstructorRequest{CourseId: c.GetId()})
		wantFault(t, err, fault.NotFound, "primary_not_found")
		w.exact()
	})
}

func (w world) wantPrimary(c *coursev1.Course, who *coursev1.Instructor) {
	w.t.Helper()
	res, err := w.GetPrimaryInstructor(w.t.Context(), &coursev1.GetPrimaryInstructorRequest{CourseId: c.GetId()})
	must(w.t, err)
	equal(w.t, "the primary instructor", res.GetInstructor().GetLastName(), who.GetLastName())
}

func TestNobodyIsBothPrimaryInstructorAndAssistant(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		c, ada, bob := w.course("CS-101"), w.instructor("Ada", "Lovelace"), w.instructor("Bob", "Ross")
		for range 2 {
			w.assign(c, ada, assistant)
		}
		w.assign(c, bob, assistant)
		equal(t, "who teaches", fmt.Sprint(w.teachers(c.GetId(), 0)), "[Lovelace Ross]")
		must(t, w.lead(c, bob, false))
		equal(t, "who teaches", fmt.Sprint(w.teachers(c.GetId(), 0)), "[Ross* Lovelace]")
		_, err := w.AssignInstructor(staff(t), &coursev1.AssignInstructorRequest{CourseId: c.GetId(), InstructorId: bob.GetId(), Role: assistant, Replace: true})
		wantFault(t, err, fault.Precondition, "is_primary")
		w.unassign(c, ada)
		w.unassign(c, ada)
		equal(t, "who teaches", fmt.Sprint(w.teachers(c.GetId(), 0)), "[Ross*]")
		w.exact()
	})
}

func TestOfThoseWhoAreToBeTheFirstPrimaryOneAtOnceExactlyOneIs(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		people := make([]*coursev1.Instructor, 8)
		for i := range people {
			people[i] = w.instructor("No", fmt.Sprint(i))
		}
		for round := range 5 {
			c := w.course(fmt.Sprint("C-", round))
			w.page(c.GetId()) // it is cached now
			ends := allAtOnce(len(people), func(i int) error { return w.lead(c, people[i], false) })
			equal(t, "primary ones", ends[""], 1)
			equal(t, "refused", ends["has_primary"], len(people)-1)
			equal(t, "shown", len(w.teachers(c.GetId(), 0)), 1)
			ends = allAtOnce(len(people), func(i int) error { return w.lead(c, people[i], true) })
			equal(t, "replaced one another", ends[""], len(people))
			equal(t, "shown", len(w.teachers(c.GetId(), 0)), 1)
		}
		w.exact()
	})
}

func TestThePrimaryInstructorComesFirstOnPagesOfAnySize(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		c, without, alone := w.course("C-1"), w.course("C-2"), w.course("C-3")
		var want []string
		for i := range 25 {
			who := w.instructor("No", fmt.Sprintf("%02d", i))
			want = append(want, who.GetLastName())
			w.assign(c, who, assistant)
			w.assign(without, who, assistant)
		}
		last := w.instructor("Last", "Of All")
		w.assign(c, last, primary)
		w.assign(alone, last, primary)
		for _, size := range []int32{1, 2, 7, 0, 21, 25, 26, 100} {
			for course, names := range map[*coursev1.Course][]string{c: append([]string{"Of All*"}, want...), without: want, alone: {"Of All*"}} {
				if got := w.teachers(course.GetId(), size); !slices.Equal(got, names) {
					t.Errorf("pages of %d of %s: %v, want %v", size, course.GetNumber(), got, names)
				}
			}
		}
		res, err := w.ListCourseInstructors(t.Context(), &coursev1.ListCourseInstructorsRequest{CourseId: c.GetId(), PageSize: 2})
		must(t, err)
		_, err = w.ListCourseInstructors(t.Context(), &coursev1.ListCourseInstructorsRequest{CourseId: without.GetId(), PageToken: res.GetNextPageToken()})
		wantFault(t, err, fault.Invalid, "page_token_invalid")
	})
}

func TestAnInstructorsCoursesAreThoseThatHeLeadsAndThenThoseThatHeAssistsAt(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		ada := w.instructor("Ada", "Lovelace")
		var leads, assists []string
		for i := range 12 {
			c := w.course(fmt.Sprintf("C-%02d", i))
			switch i % 3 {
			case 0:
				w.assign(c, ada, primary)
				leads = append(leads, c.GetNumber()+"*")
			case 1:
				w.assign(c, ada, assistant)
				assists = append(assists, c.GetNumber())
			}
		}
		for _, size := range []int32{1, 3, 4, 5, 8, 0} {
			if got, want := w.courses(ada, size), append(slices.Clone(leads), assists...); !slices.Equal(got, want) {
				t.Errorf("pages of %d: %v, want %v", size, got, want)
			}
		}
		equal(t, "courses of somebody else", len(w.courses(w.instructor("Bob", "Ross"), 0)), 0)
	})
}

// courses are what an instructor teaches, page by page; those that he leads have a
// star.
func (w world) courses(who *coursev1.Instructor, size int32) (numbers []string) {
	w.t.Helper()
	req := &coursev1.ListInstructorCoursesRequest{InstructorId: who.GetId(), PageSize: size}
	for {
		res, err := w.ListInstructorCourses(w.t.Context(), req)
		must(w.t, err)
		for _, c := range res.GetCourses() {
			number := c.GetCourse().GetNumber()
			if c.GetRole() == primary {
				number += "*"
			}
			numbers = append(numbers, number)
		}
		if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
			return numbers
		}
	}
}
