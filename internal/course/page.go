package course

import (
	"context"

	"github.com/google/uuid"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/page"
)

// firstReviews is how many reviews a page shows.
const firstReviews = 5

// GetCoursePage implements CourseService.
//
// What the course stands between comes first, in little time, and says whether there
// is such a course; then all sections side by side. Where it does not come, those
// which need it fail and the others are shown all the same.
func (s *Service) GetCoursePage(ctx context.Context, req *coursev1.GetCoursePageRequest) (*coursev1.GetCoursePageResponse, error) {
	courseID, err := id.Parse("course_id", req.GetCourseId())
	if err != nil {
		return nil, err
	}
	framing, cancel := context.WithTimeout(ctx, s.sectionTime)
	defer cancel()
	framed := begin(framing, s, nameFrame, func(ctx context.Context) (frame, error) { return s.frame(ctx, courseID) })
	f := framed.end()
	if fault.Is(framed.err, fault.NotFound) {
		return nil, framed.err
	}
	looking, cancel := context.WithTimeout(ctx, s.sectionTime)
	defer cancel()
	return s.look(looking, courseID, f, framed.err)
}

// look answers the page. All sections have begun before the first is waited for.
func (s *Service) look(ctx context.Context, courseID uuid.UUID, f frame, unframed error) (*coursev1.GetCoursePageResponse, error) {
	c := begin(ctx, s, nameCourse, func(ctx context.Context) (*coursev1.Course, error) { return s.course(ctx, courseID) })
	syllabus := begin(ctx, s, nameSyllabus, func(ctx context.Context) (*coursev1.Syllabus, error) { return s.syllabus(ctx, courseID) })
	assistants := begin(ctx, s, nameAssistants, func(ctx context.Context) (*coursev1.Assistants, error) { return s.assistantsOf(ctx, courseID) })
	primary := begin(ctx, s, namePrimary, within(f, unframed, s.primaryOf))
	meta := begin(ctx, s, nameReviewMeta, within(f, unframed, s.reviewMetaOf))
	reviews := begin(ctx, s, nameReviews, within(f, unframed, s.reviewsOf))
	res := &coursev1.GetCoursePageResponse{
		Course:            shown(ctx, s, c, courseSection, courseFailure),
		Syllabus:          shown(ctx, s, syllabus, syllabusSection, syllabusFailure),
		Assistants:        shown(ctx, s, assistants, assistantsSection, assistantsFailure),
		PrimaryInstructor: shown(ctx, s, primary, primarySection, primaryFailure),
		ReviewMeta:        shown(ctx, s, meta, metaSection, metaFailure),
		Reviews:           shown(ctx, s, reviews, reviewsSection, reviewsFailure),
	}
	if fault.Is(c.err, fault.NotFound) {
		return nil, c.err // it was deleted a moment ago
	}
	return res, nil
}

// within makes a section of what stands in the frame, which fails where that did.
func within[T any](f frame, unframed error, look func(context.Context, frame) (T, error)) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) {
		if unframed != nil {
			var none T
			return none, unframed
		}
		return look(ctx, f)
	}
}

func (s *Service) primaryOf(ctx context.Context, f frame) (*coursev1.PrimaryInstructor, error) {
	if f.primary == uuid.Nil {
		return &coursev1.PrimaryInstructor{}, nil
	}
	who, err := s.instructor(ctx, f.primary)
	return &coursev1.PrimaryInstructor{Instructor: who}, err
}

func (s *Service) assistantsOf(ctx context.Context, courseID uuid.UUID) (*coursev1.Assistants, error) {
	ids, err := s.assistantsAfter(ctx, courseID, uuid.Nil, firstAssistants)
	if err != nil {
		return nil, err
	}
	first := &coursev1.Assistants{}
	if len(ids) > page.DefaultSize {
		ids = ids[:page.DefaultSize]
		first.NextPageToken = s.teachersToken(courseID, frame{}, ids[len(ids)-1])
	}
	first.Instructors, err = s.people(ctx, ids)
	return first, err
}

func (s *Service) reviewMetaOf(ctx context.Context, f frame) (*coursev1.CourseReviewMeta, error) {
	if f.product == uuid.Nil {
		return &coursev1.CourseReviewMeta{}, nil
	}
	res, err := s.reviews.SumReviews(ctx, &reviewv1.SumReviewsRequest{ProductId: f.product.String()})
	return &coursev1.CourseReviewMeta{Meta: res.GetMeta()}, err
}

func (s *Service) reviewsOf(ctx context.Context, f frame) (*coursev1.CourseReviews, error) {
	if f.product == uuid.Nil {
		return &coursev1.CourseReviews{}, nil
	}
	res, err := s.reviews.ListFirstReviews(ctx, &reviewv1.ListFirstReviewsRequest{ProductId: f.product.String(), Limit: firstReviews})
	return &coursev1.CourseReviews{Reviews: res.GetReviews()}, err
}
