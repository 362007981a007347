package course

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"github.com/throng-social/throng/gen/db/coursedb"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

var (
	errCourseDiffers  = fault.New(fault.Exists, "course_differs", "there is another course with this number")
	errProductUnknown = fault.InField("product_id", "product_unknown", "there is no such product")
)

// CreateCourse implements CourseService.
func (s *Service) CreateCourse(ctx context.Context, req *coursev1.CreateCourseRequest) (*coursev1.CreateCourseResponse, error) {
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	d, err := draftOf(req)
	if err != nil {
		return nil, err
	}
	if err := s.checkProduct(ctx, d.ProductID); err != nil {
		return nil, err
	}
	made, err := s.q.InsertCourse(ctx, s.db.Writer(ctx), d)
	switch {
	case fault.Is(err, fault.NotFound):
		return s.courseAsMade(ctx, &d)
	case err != nil:
		return nil, err
	}
	return &coursev1.CreateCourseResponse{Course: &coursev1.Course{
		Id: made.String(), Number: d.Number, Title: d.Title, Text: d.Text, ProductId: optional(d.ProductID),
	}}, nil
}

// admit lets the caller write once more.
func (s *Service) admit(ctx context.Context) error {
	caller, err := identity.Account(ctx)
	if err != nil {
		return err
	}
	return s.pace.Admit(ctx, caller.UserID)
}

func draftOf(req *coursev1.CreateCourseRequest) (coursedb.InsertCourseParams, error) {
	d := coursedb.InsertCourseParams{Number: req.GetNumber(), Title: req.GetTitle(), TitleKey: textKey(req.GetTitle()), Text: req.GetText()}
	d.SyllabusTitles, d.SyllabusTexts = columnsOf(req.GetSyllabus().GetSections())
	var err error
	d.ProductID, err = optionalID("product_id", req.GetProductId())
	return d, err
}

// textKey is what texts are listed and found by, whatever their case: composed (NFC),
// so that one word has one spelling, with single blanks between words.
func textKey(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFC.String(text)), " "))
}

// columnsOf is a syllabus as a course's row has it.
func columnsOf(sections []*coursev1.SyllabusSection) (titles, texts []string) {
	titles, texts = make([]string, len(sections)), make([]string, len(sections))
	for i, section := range sections {
		titles[i], texts[i] = section.GetTitle(), section.GetText()
	}
	return titles, texts
}

// checkProduct asks the review noun whether there is such a product, if any is named.
func (s *Service) checkProduct(ctx context.Context, product *uuid.UUID) error {
	if product == nil {
		return nil
	}
	_, err := s.reviews.SumReviews(ctx, &reviewv1.SumReviewsRequest{ProductId: product.String()})
	if fault.Is(err, fault.NotFound) {
		return errProductUnknown.Because(err)
	}
	return err
}

// courseAsMade is the course whose number a new one has, if they say the same.
func (s *Service) courseAsMade(ctx context.Context, d *coursedb.InsertCourseParams) (*coursev1.CreateCourseResponse, error) {
	row, err := s.q.FindCourseByNumber(ctx, s.db.Writer(ctx), d.Number)
	if err != nil {
		return nil, ofCourse(err)
	}
	same := row.Title == d.Title && row.Text == d.Text && optional(row.ProductID) == optional(d.ProductID) &&
		slices.Equal(row.SyllabusTitles, d.SyllabusTitles) && slices.Equal(row.SyllabusTexts, d.SyllabusTexts)
	if !same {
		return nil, errCourseDiffers
	}
	return &coursev1.CreateCourseResponse{Course: toCourse(&row)}, nil
}

// optional is an id as messages carry it; empty where there is none.
func optional(u *uuid.UUID) string {
	if u == nil {
		return ""
	}
	return u.String()
}

// optionalID reads an id that may be none.
func optionalID(field, text string) (*uuid.UUID, error) {
	u, err := id.Parse(field, text)
	if err != nil || u == uuid.Nil {
		return nil, err
	}
	return &u, nil
}
