package course

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/coursedb"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
)

var (
	errHasPrimary = fault.New(fault.Precondition, "has_primary", "this course has another primary instructor; say replace to have this one in his place")
	errIsPrimary  = fault.New(fault.Precondition, "is_primary", "this is the primary instructor of the course")
)

// AssignInstructor implements CourseService.
func (s *Service) AssignInstructor(ctx context.Context, req *coursev1.AssignInstructorRequest) (*coursev1.AssignInstructorResponse, error) {
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	change := s.assist
	if req.GetRole() == coursev1.Role_ROLE_PRIMARY {
		change = func(ctx context.Context, tx postgres.Tx, a assignment) error {
			return s.lead(ctx, tx, a, req.GetReplace())
		}
	}
	if err := s.assign(ctx, req.GetCourseId(), req.GetInstructorId(), change); err != nil {
		return nil, err
	}
	return &coursev1.AssignInstructorResponse{}, nil
}

// UnassignInstructor implements CourseService.
func (s *Service) UnassignInstructor(ctx context.Context, req *coursev1.UnassignInstructorRequest) (*coursev1.UnassignInstructorResponse, error) {
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	if err := s.assign(ctx, req.GetCourseId(), req.GetInstructorId(), s.release); err != nil {
		return nil, err
	}
	return &coursev1.UnassignInstructorResponse{}, nil
}

// assignment is an instructor, a course, and the primary instructor that it has.
type assignment struct {
	course, instructor uuid.UUID
	primary            *uuid.UUID
}

// leads tells whether the instructor is the primary one.
func (a assignment) leads() bool { return a.primary != nil && *a.primary == a.instructor }

// assign changes what an instructor is to a course, while he is there and nobody else
// changes who teaches it.
func (s *Service) assign(ctx context.Context, course, instructor string, change func(context.Context, postgres.Tx, assignment) error) error {
	var a assignment
	var err error
	if a.course, err = id.Parse("course_id", course); err != nil {
		return err
	}
	if a.instructor, err = id.Parse("instructor_id", instructor); err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.q.HoldInstructor(ctx, tx, a.instructor); err != nil {
			return ofInstructor(err)
		}
		var err error
		if a.primary, err = s.q.LockPrimary(ctx, tx, a.course); err != nil {
			return ofCourse(err)
		}
		return change(ctx, tx, a)
	})
	if err == nil {
		s.changedTeachers(a.course)
	}
	return err
}

// lead makes an instructor the primary one.
func (s *Service) lead(ctx context.Context, tx postgres.Tx, a assignment, replace bool) error {
	if a.leads() {
		return nil
	}
	if a.primary != nil && !replace {
		return errHasPrimary
	}
	if err := s.q.DeleteAssistant(ctx, tx, coursedb.DeleteAssistantParams{CourseID: a.course, InstructorID: a.instructor}); err != nil {
		return err
	}
	return s.q.SetPrimary(ctx, tx, coursedb.SetPrimaryParams{ID: a.course, PrimaryID: &a.instructor})
}

// assist makes an instructor an assistant.
func (s *Service) assist(ctx context.Context, tx postgres.Tx, a assignment) error {
	if a.leads() {
		return errIsPrimary
	}
	return s.q.InsertAssistant(ctx, tx, coursedb.InsertAssistantParams{CourseID: a.course, InstructorID: a.instructor})
}

// release makes an instructor nothing to the course.
func (s *Service) release(ctx context.Context, tx postgres.Tx, a assignment) error {
	if a.leads() {
		return s.q.SetPrimary(ctx, tx, coursedb.SetPrimaryParams{ID: a.course})
	}
	return s.q.DeleteAssistant(ctx, tx, coursedb.DeleteAssistantParams{CourseID: a.course, InstructorID: a.instructor})
}
