package course

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/coursedb"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

var errNoCourse = fault.New(fault.NotFound, "course_not_found", "this course does not exist")

// GetCourse implements CourseService.
func (s *Service) GetCourse(ctx context.Context, req *coursev1.GetCourseRequest) (*coursev1.GetCourseResponse, error) {
	if req.GetNumber() != "" {
		row, err := s.q.FindCourseByNumber(ctx, s.db.Reader(ctx), req.GetNumber())
		if err != nil {
			return nil, ofCourse(err)
		}
		return &coursev1.GetCourseResponse{Course: toCourse(&row), Syllabus: toSyllabus(row.SyllabusTitles, row.SyllabusTexts)}, nil
	}
	courseID, err := id.Parse("course_id", req.GetCourseId())
	if err != nil {
		return nil, err
	}
	c, err := s.course(ctx, courseID)
	if err != nil {
		return nil, err
	}
	syllabus, err := s.syllabus(ctx, courseID)
	return &coursev1.GetCourseResponse{Course: c, Syllabus: syllabus}, err
}

func (s *Service) course(ctx context.Context, courseID uuid.UUID) (*coursev1.Course, error) {
	c, exists, err := s.courses.Get(ctx, courseID, s.loadCourses)
	return c, there(exists, err)
}

func (s *Service) syllabus(ctx context.Context, courseID uuid.UUID) (*coursev1.Syllabus, error) {
	syllabus, exists, err := s.syllabi.Get(ctx, courseID, s.loadSyllabi)
	return syllabus, there(exists, err)
}

func (s *Service) frame(ctx context.Context, courseID uuid.UUID) (frame, error) {
	f, exists, err := s.frames.Get(ctx, courseID, s.loadFrames)
	return f, there(exists, err)
}

// there says of a part of a course that the course is not there, where it is not.
func there(exists bool, err error) error {
	if err == nil && !exists {
		return errNoCourse
	}
	return err
}

func (s *Service) loadCourses(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*coursev1.Course, error) {
	rows, err := s.q.LoadCourses(ctx, s.db.Reader(ctx), ids)
	found := make(map[uuid.UUID]*coursev1.Course, len(rows))
	for i := range rows {
		r := &rows[i]
		found[r.ID] = &coursev1.Course{Id: r.ID.String(), Number: r.Number, Title: r.Title, Text: r.Text, ProductId: optional(r.ProductID)}
	}
	return found, err
}

func (s *Service) loadSyllabi(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*coursev1.Syllabus, error) {
	rows, err := s.q.LoadSyllabi(ctx, s.db.Reader(ctx), ids)
	found := make(map[uuid.UUID]*coursev1.Syllabus, len(rows))
	for _, r := range rows {
		found[r.ID] = toSyllabus(r.SyllabusTitles, r.SyllabusTexts)
	}
	return found, err
}

func (s *Service) loadFrames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]frame, error) {
	rows, err := s.q.LoadFrames(ctx, s.db.Reader(ctx), ids)
	found := make(map[uuid.UUID]frame, len(rows))
	for _, r := range rows {
		var f frame
		if r.ProductID != nil {
			f.product = *r.ProductID
		}
		if r.PrimaryID != nil {
			f.primary = *r.PrimaryID
		}
		found[r.ID] = f
	}
	return found, err
}

func toCourse(row *coursedb.Course) *coursev1.Course {
	return &coursev1.Course{Id: row.ID.String(), Number: row.Number, Title: row.Title, Text: row.Text, ProductId: optional(row.ProductID)}
}

func toSyllabus(titles, texts []string) *coursev1.Syllabus {
	syllabus := &coursev1.Syllabus{}
	for i, title := range titles {
		syllabus.Sections = append(syllabus.Sections, &coursev1.SyllabusSection{Title: title, Text: texts[i]})
	}
	return syllabus
}

// ofCourse says that a course is not there.
func ofCourse(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNoCourse.Because(err)
	}
	return err
}
