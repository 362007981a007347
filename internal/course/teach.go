package course

import (
	"context"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/gen/db/coursedb"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/page"
)

// firstAssistants is how many assistants of a course are kept in memory: a page, and
// one more, which tells that there are others.
const firstAssistants = page.DefaultSize + 1

var errNoPrimary = fault.New(fault.NotFound, "primary_not_found", "this course has no primary instructor")

// The cursors of both lists have a rank: 0 while those of the first role are listed,
// 1 for the second.
const (
	rankPrimary = iota
	rankAssistant
)

// ListCourseInstructors implements CourseService.
func (s *Service) ListCourseInstructors(ctx context.Context, req *coursev1.ListCourseInstructorsRequest) (*coursev1.ListCourseInstructorsResponse, error) {
	courseID, err := id.Parse("course_id", req.GetCourseId())
	if err != nil {
		return nil, err
	}
	after, err := s.pages.Open(teachersOf(courseID), req.GetPageToken(), page.Cursor{})
	if err != nil {
		return nil, err
	}
	size := int(page.Size(req.GetPageSize()))
	f, ids, err := s.teachersAfter(ctx, courseID, after, size+1)
	if err != nil {
		return nil, err
	}
	res := &coursev1.ListCourseInstructorsResponse{}
	if len(ids) > size {
		ids = ids[:size]
		res.NextPageToken = s.teachersToken(courseID, f, ids[size-1])
	}
	people, err := s.people(ctx, ids)
	for _, who := range people {
		res.Instructors = append(res.Instructors, &coursev1.CourseInstructor{Instructor: who, Role: roleOf(who, f)})
	}
	return res, err
}

// teachersAfter answers a course's frame and up to n who teach it, the primary instructor
// first. Both parts are looked for at the same time.
func (s *Service) teachersAfter(ctx context.Context, course uuid.UUID, after page.Cursor, n int) (f frame, ids []uuid.UUID, err error) {
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() (err error) { f, err = s.frame(ctx, course); return err })
	both.Go(func() (err error) { ids, err = s.assistantsAfter(ctx, course, after.ID, n); return err })
	if err := both.Wait(); err != nil {
		return frame{}, nil, err
	}
	if after.Rank == rankPrimary && f.primary != uuid.Nil {
		ids = append([]uuid.UUID{f.primary}, ids...)
	}
	return f, ids[:min(n, len(ids))], nil
}

// teachersOf names the list.
func teachersOf(course uuid.UUID) string { return "course_instructors/" + course.String() }

// teachersToken is for the list after one of its instructors.
func (s *Service) teachersToken(course uuid.UUID, f frame, last uuid.UUID) string {
	c := page.Cursor{Rank: rankAssistant, ID: last}
	if last == f.primary {
		c.ID = uuid.Nil
	}
	return s.pages.Seal(teachersOf(course), c)
}

func roleOf(who *coursev1.Instructor, f frame) coursev1.Role {
	if who.GetId() == f.primary.String() {
		return coursev1.Role_ROLE_PRIMARY
	}
	return coursev1.Role_ROLE_ASSISTANT
}

// assistantsAfter answers ids of assistants, the first ones from the cache.
func (s *Service) assistantsAfter(ctx context.Context, course, after uuid.UUID, n int) ([]uuid.UUID, error) {
	if after != uuid.Nil || n > firstAssistants {
		return s.q.ListAssistants(ctx, s.db.Reader(ctx), coursedb.ListAssistantsParams{CourseID: course, AfterID: after, PageLimit: int32(n)}) //nolint:gosec // a page size
	}
	ids, exists, err := s.assistants.Get(ctx, course, s.loadAssistants)
	return ids[:min(n, len(ids))], there(exists, err)
}

func (s *Service) loadAssistants(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	rows, err := s.q.LoadAssistants(ctx, s.db.Reader(ctx), coursedb.LoadAssistantsParams{Ids: ids, PageLimit: firstAssistants})
	found := make(map[uuid.UUID][]uuid.UUID, len(rows))
	for _, row := range rows {
		found[row.ID] = row.Assistants
	}
	return found, err
}

// GetPrimaryInstructor implements CourseService.
func (s *Service) GetPrimaryInstructor(ctx context.Context, req *coursev1.GetPrimaryInstructorRequest) (*coursev1.GetPrimaryInstructorResponse, error) {
	courseID, err := id.Parse("course_id", req.GetCourseId())
	if err != nil {
		return nil, err
	}
	f, err := s.frame(ctx, courseID)
	switch {
	case err != nil:
		return nil, err
	case f.primary == uuid.Nil:
		return nil, errNoPrimary
	}
	who, err := s.instructor(ctx, f.primary)
	return &coursev1.GetPrimaryInstructorResponse{Instructor: who}, err
}

// ListInstructorCourses implements CourseService.
func (s *Service) ListInstructorCourses(ctx context.Context, req *coursev1.ListInstructorCoursesRequest) (*coursev1.ListInstructorCoursesResponse, error) {
	instructorID, err := id.Parse("instructor_id", req.GetInstructorId())
	if err != nil {
		return nil, err
	}
	list := "instructor_courses/" + instructorID.String()
	after, err := s.pages.Open(list, req.GetPageToken(), page.Cursor{})
	if err != nil {
		return nil, err
	}
	if _, err := s.instructor(ctx, instructorID); err != nil {
		return nil, err
	}
	size := int(page.Size(req.GetPageSize()))
	taught, err := s.taughtAfter(ctx, instructorID, after, size+1)
	if err != nil {
		return nil, err
	}
	res := &coursev1.ListInstructorCoursesResponse{}
	if len(taught) > size {
		taught = taught[:size]
		res.NextPageToken = s.pages.Seal(list, taught[size-1])
	}
	res.Courses, err = s.teaching(ctx, taught)
	return res, err
}

// taughtAfter answers places in the list of an instructor's courses.
func (s *Service) taughtAfter(ctx context.Context, instructor uuid.UUID, after page.Cursor, n int) ([]page.Cursor, error) {
	var taught []page.Cursor
	on := s.db.Reader(ctx)
	if after.Rank == rankPrimary {
		ids, err := s.q.ListCoursesOfPrimary(ctx, on, coursedb.ListCoursesOfPrimaryParams{InstructorID: instructor, AfterID: after.ID, PageLimit: int32(n)}) //nolint:gosec // a page size
		if err != nil {
			return nil, err
		}
		taught = placesOf(rankPrimary, ids)
		after.ID = uuid.Nil
	}
	if len(taught) == n {
		return taught, nil
	}
	ids, err := s.q.ListCoursesOfAssistant(ctx, on, coursedb.ListCoursesOfAssistantParams{InstructorID: instructor, AfterID: after.ID, PageLimit: int32(n - len(taught))}) //nolint:gosec // a page size
	return append(taught, placesOf(rankAssistant, ids)...), err
}

func placesOf(rank float64, ids []uuid.UUID) []page.Cursor {
	all := make([]page.Cursor, len(ids))
	for i, u := range ids {
		all[i] = page.Cursor{Rank: rank, ID: u}
	}
	return all
}

// teaching makes messages of places; courses that are not there any more are left out.
func (s *Service) teaching(ctx context.Context, taught []page.Cursor) ([]*coursev1.InstructorCourse, error) {
	ids := make([]uuid.UUID, len(taught))
	for i, place := range taught {
		ids[i] = place.ID
	}
	found, err := s.courses.GetMany(ctx, ids, s.loadCourses)
	if err != nil {
		return nil, err
	}
	var all []*coursev1.InstructorCourse
	for _, place := range taught {
		role := coursev1.Role_ROLE_PRIMARY
		if place.Rank == rankAssistant {
			role = coursev1.Role_ROLE_ASSISTANT
		}
		if c := found[place.ID]; c != nil {
			all = append(all, &coursev1.InstructorCourse{Course: c, Role: role})
		}
	}
	return all, nil
}
