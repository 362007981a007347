package instructors

import (
	"slices"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/lab/generate"
	"github.com/throng-social/throng/internal/lab/load"
)

const (
	// pageSize is how many instructors a list has whose reader says nothing of it.
	pageSize = 20
	// guestOrganization tells guests, also those of an earlier run, from those of the set.
	guestOrganization = "Guests of throng lab instructors"
)

// checkTeachers says what is wrong with the first page of those who teach a course: they
// are not the ones whom the set has there.
func checkTeachers(known *generate.Teaching, course int64, res *coursev1.ListCourseInstructorsResponse) error {
	number, keys := known.Course(course)
	if err := checkPage(number, res); err != nil {
		return err
	}
	list := res.GetInstructors()
	if primary := known.Instructor(keys[0]); !is(list[0].GetInstructor(), primary) {
		return load.Wrong("the primary instructor of %s is %v, not %+v", number, list[0].GetInstructor(), primary)
	}
	missing := make([]generate.Instructor, 0, len(keys)-1)
	for _, key := range keys[1:] {
		missing = append(missing, known.Instructor(key))
	}
	for _, shown := range list[1:] {
		who := shown.GetInstructor()
		if who.GetOrganization() == guestOrganization {
			continue
		}
		i := slices.IndexFunc(missing, func(of generate.Instructor) bool { return is(who, of) })
		if i < 0 {
			return load.Wrong("at %s assists %v, who does not by the set", number, who)
		}
		missing = slices.Delete(missing, i, i+1)
	}
	if len(missing) > 0 && res.GetNextPageToken() == "" {
		return load.Wrong("%d assistants of %s are missing, such as %+v", len(missing), number, missing[0])
	}
	return nil
}

// checkPage says what is wrong with a page by itself.
func checkPage(number string, res *coursev1.ListCourseInstructorsResponse) error {
	list := res.GetInstructors()
	if len(list) == 0 || len(list) > pageSize || len(list) < pageSize && res.GetNextPageToken() != "" {
		return load.Wrong("a page of %s has %d instructors", number, len(list))
	}
	for i, shown := range list {
		role := coursev1.Role_ROLE_ASSISTANT
		if i == 0 {
			role = coursev1.Role_ROLE_PRIMARY
		}
		if shown.GetRole() != role {
			return load.Wrong("instructor %d of %s is %v, not %v", i, number, shown.GetRole(), role)
		}
		if i > 1 && shown.GetInstructor().GetId() <= list[i-1].GetInstructor().GetId() {
			return load.Wrong("assistants of %s are out of order", number)
		}
	}
	return nil
}

// is says whether somebody is the one of the set. His learners may have become more.
func is(shown *coursev1.Instructor, who generate.Instructor) bool {
	return shown.GetFirstName() == who.FirstName && shown.GetMiddleInitial() == who.MiddleInitial && shown.GetLastName() == who.LastName &&
		shown.GetAcademicTitle() == who.AcademicTitle && shown.GetTitle() == who.Title && shown.GetOrganization() == who.Organization &&
		shown.GetRatings() == who.Ratings && shown.GetAverageRatingHundredths() == who.AverageHundredths && shown.GetLearners() >= who.Learners
}

// stale says that an answer is older than what its reader has seen.
func stale(format string, args ...any) error { return load.Wrong("stale: "+format, args...) }

// check says what an answer lacks that its reader has seen, or has that nobody wrote.
func (l *ledger) check(course int64, res *coursev1.ListCourseInstructorsResponse, r reading) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers++
	held := false
	for _, shown := range res.GetInstructors() {
		demanded, err := l.checkLearners(shown.GetInstructor(), r)
		if err != nil {
			return err
		}
		held = held || demanded
	}
	demanded, err := l.checkGuests(course, res, r)
	if held || demanded {
		l.held++
	}
	return err
}

// checkLearners is called with the lock held.
func (l *ledger) checkLearners(who *coursev1.Instructor, r reading) (held bool, err error) {
	g := l.grown[who.GetId()]
	if g == nil {
		return false, nil
	}
	if who.GetLearners() > g.most {
		return false, load.Wrong("instructor %s has %d learners, and nobody wrote more than %d", who.GetId(), who.GetLearners(), g.most)
	}
	for _, m := range slices.Backward(g.marks) {
		if !m.in(r) {
			continue
		}
		if who.GetLearners() < m.learners {
			return true, stale("instructor %s has %d learners, and his reader has seen %d", who.GetId(), who.GetLearners(), m.learners)
		}
		return true, nil
	}
	return false, nil
}

// checkGuests is called with the lock held.
func (l *ledger) checkGuests(course int64, res *coursev1.ListCourseInstructorsResponse, r reading) (held bool, err error) {
	for _, guest := range l.guests {
		shown := slices.ContainsFunc(res.GetInstructors(), func(i *coursev1.CourseInstructor) bool { return i.GetInstructor().GetId() == guest })
		s := l.visits[visit{course, guest}]
		switch {
		case s == nil && shown:
			return held, load.Wrong("guest %s is at a course to which he never came", guest)
		case s == nil || s.changing || !s.last.in(r):
			continue
		case shown && !s.there:
			return true, stale("guest %s is shown, and the reader has seen that he went", guest)
		case !shown && s.there && res.GetNextPageToken() == "":
			return true, stale("guest %s is missing, and the reader has seen that he came", guest)
		}
		held = true
	}
	return held, nil
}
