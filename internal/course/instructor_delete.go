package course

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/coursedb"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// namedCourses is how many courses are named of those that keep an instructor.
	namedCourses = 10
	// leavePage is how many courses an assistant leaves in one go.
	leavePage = 2000
)

// DeleteInstructor implements CourseService.
func (s *Service) DeleteInstructor(ctx context.Context, req *coursev1.DeleteInstructorRequest) (*coursev1.DeleteInstructorResponse, error) {
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	instructorID, err := id.Parse("instructor_id", req.GetInstructorId())
	if err != nil {
		return nil, err
	}
	for {
		gone, err := s.leave(ctx, instructorID)
		if err != nil {
			return nil, err
		}
		if gone {
			return &coursev1.DeleteInstructorResponse{}, nil
		}
	}
}

// leave takes an instructor away with the courses that he assists at; where they are
// too many, a page of those alone. Nothing changes where he is the primary instructor
// of a course.
func (s *Service) leave(ctx context.Context, instructorID uuid.UUID) (gone bool, err error) {
	var left []uuid.UUID
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		// Imports do not hold whom they assign, one by one; they are waited for.
		if err := s.q.HoldCourseImports(ctx, tx); err != nil {
			return err
		}
		row, err := s.q.LockInstructorToGo(ctx, tx, instructorID)
		if err != nil {
			return ofInstructor(err)
		}
		if err := s.mayGo(ctx, tx, instructorID); err != nil {
			return err
		}
		left, err = s.q.DeleteAssistantsOfInstructor(ctx, tx, coursedb.DeleteAssistantsOfInstructorParams{InstructorID: instructorID, PageLimit: leavePage})
		if gone = len(left) < leavePage; err != nil || !gone {
			return err
		}
		if err := s.announcePicture(ctx, tx, &row, &coursedb.CourseInstructor{}); err != nil {
			return err
		}
		return s.q.DeleteInstructor(ctx, tx, instructorID)
	})
	if err != nil {
		return false, err
	}
	s.instructors.Invalidate(instructorID)
	s.assistants.Invalidate(left...)
	return gone, nil
}

// mayGo says which courses keep an instructor.
func (s *Service) mayGo(ctx context.Context, tx postgres.Tx, instructorID uuid.UUID) error {
	numbers, err := s.q.ListNumbersOfPrimary(ctx, tx, coursedb.ListNumbersOfPrimaryParams{InstructorID: instructorID, PageLimit: namedCourses + 1})
	if err != nil || len(numbers) == 0 {
		return err
	}
	more := ""
	if len(numbers) > namedCourses {
		numbers, more = numbers[:namedCourses], " and more"
	}
	return fault.New(fault.Precondition, "primary_instructor", "this is the primary instructor of %s%s", strings.Join(numbers, ", "), more)
}
