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

var errNumberTaken = fault.New(fault.Exists, "number_taken", "there is another course with this number")

// UpdateCourse implements CourseService.
func (s *Service) UpdateCourse(ctx context.Context, req *coursev1.UpdateCourseRequest) (*coursev1.UpdateCourseResponse, error) {
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	courseID, err := id.Parse("course_id", req.GetCourseId())
	if err != nil {
		return nil, err
	}
	product, err := optionalID("product_id", req.GetProductId())
	if err != nil {
		return nil, err
	}
	if err := s.checkProduct(ctx, product); err != nil {
		return nil, err
	}
	var c coursedb.Course
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		c, err = s.update(ctx, tx, courseID, product, req)
		return err
	})
	if fault.Is(err, fault.Exists) {
		return nil, errNumberTaken.Because(err)
	}
	if err != nil {
		return nil, err
	}
	s.changedCourse(courseID)
	return &coursev1.UpdateCourseResponse{Course: toCourse(&c), Syllabus: toSyllabus(c.SyllabusTitles, c.SyllabusTexts)}, nil
}

// update answers the course as it is stored.
func (s *Service) update(ctx context.Context, tx postgres.Tx, courseID uuid.UUID, product *uuid.UUID, req *coursev1.UpdateCourseRequest) (coursedb.Course, error) {
	c, err := s.q.LockCourse(ctx, tx, courseID)
	if err != nil {
		return c, ofCourse(err)
	}
	if req.Number != nil {
		c.Number = req.GetNumber()
	}
	if req.Title != nil {
		c.Title, c.TitleKey = req.GetTitle(), textKey(req.GetTitle())
	}
	if req.Text != nil {
		c.Text = req.GetText()
	}
	if req.ProductId != nil {
		c.ProductID = product
	}
	if req.GetSyllabus() != nil {
		c.SyllabusTitles, c.SyllabusTexts = columnsOf(req.GetSyllabus().GetSections())
	}
	return c, s.q.UpdateCourse(ctx, tx, coursedb.UpdateCourseParams{
		ID: c.ID, Number: c.Number, Title: c.Title, TitleKey: c.TitleKey, Text: c.Text, ProductID: c.ProductID,
		SyllabusTitles: c.SyllabusTitles, SyllabusTexts: c.SyllabusTexts,
	})
}

// DeleteCourse implements CourseService.
func (s *Service) DeleteCourse(ctx context.Context, req *coursev1.DeleteCourseRequest) (*coursev1.DeleteCourseResponse, error) {
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	courseID, err := id.Parse("course_id", req.GetCourseId())
	if err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		// The course comes first: whoever assigns somebody to it has it locked.
		if _, err := s.q.DeleteCourse(ctx, tx, courseID); err != nil {
			return ofCourse(err)
		}
		return s.q.DeleteAssistantsOfCourse(ctx, tx, courseID)
	})
	if err != nil {
		return nil, err
	}
	s.changedCourse(courseID)
	s.changedTeachers(courseID)
	return &coursev1.DeleteCourseResponse{}, nil
}
