package course_test

import (
	"context"
	"testing"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/gen/go/throng/course/v1/coursev1connect"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	"github.com/throng-social/throng/internal/course"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/review"
	"github.com/throng-social/throng/internal/rpc"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// reach makes a client of the noun over a seam. It has no internal service.
func reach(t testing.TB, seam rpctest.Seam, noun *course.Service) coursev1connect.CourseServiceClient {
	t.Helper()
	if seam == rpctest.InProcess {
		return within{noun: noun}
	}
	edge := rpctest.Public(t)
	edge.Mount(coursev1connect.NewCourseServiceHandler(noun, edge.Options()))
	return coursev1connect.NewCourseServiceClient(edge.Client, edge.URL, edge.ClientOptions)
}

// within stands before the noun in this process. Streams have no way but the socket:
// they are the client's that is nil here.
type within struct {
	coursev1connect.CourseServiceClient

	noun *course.Service
}

func (w within) CreateCourse(ctx context.Context, req *coursev1.CreateCourseRequest) (*coursev1.CreateCourseResponse, error) {
	return rpctest.Within(ctx, w.noun.CreateCourse, req)
}

func (w within) GetCourse(ctx context.Context, req *coursev1.GetCourseRequest) (*coursev1.GetCourseResponse, error) {
	return rpctest.Within(ctx, w.noun.GetCourse, req)
}

func (w within) UpdateCourse(ctx context.Context, req *coursev1.UpdateCourseRequest) (*coursev1.UpdateCourseResponse, error) {
	return rpctest.Within(ctx, w.noun.UpdateCourse, req)
}

func (w within) DeleteCourse(ctx context.Context, req *coursev1.DeleteCourseRequest) (*coursev1.DeleteCourseResponse, error) {
	return rpctest.Within(ctx, w.noun.DeleteCourse, req)
}

func (w within) SearchCourses(ctx context.Context, req *coursev1.SearchCoursesRequest) (*coursev1.SearchCoursesResponse, error) {
	return rpctest.Within(ctx, w.noun.SearchCourses, req)
}

func (w within) CreateInstructor(ctx context.Context, req *coursev1.CreateInstructorRequest) (*coursev1.CreateInstructorResponse, error) {
	return rpctest.Within(ctx, w.noun.CreateInstructor, req)
}

func (w within) GetInstructor(ctx context.Context, req *coursev1.GetInstructorRequest) (*coursev1.GetInstructorResponse, error) {
	return rpctest.Within(ctx, w.noun.GetInstructor, req)
}

func (w within) UpdateInstructor(ctx context.Context, req *coursev1.UpdateInstructorRequest) (*coursev1.UpdateInstructorResponse, error) {
	return rpctest.Within(ctx, w.noun.UpdateInstructor, req)
}

func (w within) DeleteInstructor(ctx context.Context, req *coursev1.DeleteInstructorRequest) (*coursev1.DeleteInstructorResponse, error) {
	return rpctest.Within(ctx, w.noun.DeleteInstructor, req)
}

func (w within) SearchInstructors(ctx context.Context, req *coursev1.SearchInstructorsRequest) (*coursev1.SearchInstructorsResponse, error) {
	return rpctest.Within(ctx, w.noun.SearchInstructors, req)
}

func (w within) AssignInstructor(ctx context.Context, req *coursev1.AssignInstructorRequest) (*coursev1.AssignInstructorResponse, error) {
	return rpctest.Within(ctx, w.noun.AssignInstructor, req)
}

func (w within) UnassignInstructor(ctx context.Context, req *coursev1.UnassignInstructorRequest) (*coursev1.UnassignInstructorResponse, error) {
	return rpctest.Within(ctx, w.noun.UnassignInstructor, req)
}

func (w within) ListCourseInstructors(ctx context.Context, req *coursev1.ListCourseInstructorsRequest) (*coursev1.ListCourseInstructorsResponse, error) {
	return rpctest.Within(ctx, w.noun.ListCourseInstructors, req)
}

func (w within) ListInstructorCourses(ctx context.Context, req *coursev1.ListInstructorCoursesRequest) (*coursev1.ListInstructorCoursesResponse, error) {
	return rpctest.Within(ctx, w.noun.ListInstructorCourses, req)
}

func (w within) GetPrimaryInstructor(ctx context.Context, req *coursev1.GetPrimaryInstructorRequest) (*coursev1.GetPrimaryInstructorResponse, error) {
	return rpctest.Within(ctx, w.noun.GetPrimaryInstructor, req)
}

func (w within) GetCoursePage(ctx context.Context, req *coursev1.GetCoursePageRequest) (*coursev1.GetCoursePageResponse, error) {
	return rpctest.Within(ctx, w.noun.GetCoursePage, req)
}

// mediaOver is the media noun as this one reaches it.
func mediaOver(t testing.TB, seam rpctest.Seam, noun *media.Service) mediav1connect.MediaInternalServiceClient {
	t.Helper()
	if seam == rpctest.InProcess {
		return mediaWithin{noun}
	}
	internal := rpctest.Internal(t)
	internal.Mount(mediav1connect.NewMediaInternalServiceHandler(noun, internal.Options()))
	return mediav1connect.NewMediaInternalServiceClient(internal.Client, internal.URL, internal.ClientOptions)
}

type mediaWithin struct{ noun *media.Service }

func (w mediaWithin) Claim(ctx context.Context, req *mediav1.ClaimRequest) (*mediav1.ClaimResponse, error) {
	return rpc.Within(ctx, w.noun.Claim, req)
}

func (w mediaWithin) Resolve(ctx context.Context, req *mediav1.ResolveRequest) (*mediav1.ResolveResponse, error) {
	return rpc.Within(ctx, w.noun.Resolve, req)
}

// reviewsOver is the review noun as this one reaches it.
func reviewsOver(t testing.TB, seam rpctest.Seam, noun *review.Service) reviewv1connect.ReviewInternalServiceClient {
	t.Helper()
	if seam == rpctest.InProcess {
		return reviewsWithin{noun}
	}
	internal := rpctest.Internal(t)
	internal.Mount(reviewv1connect.NewReviewInternalServiceHandler(noun, internal.Options()))
	return reviewv1connect.NewReviewInternalServiceClient(internal.Client, internal.URL, internal.ClientOptions)
}

type reviewsWithin struct{ noun *review.Service }

func (w reviewsWithin) SumReviews(ctx context.Context, req *reviewv1.SumReviewsRequest) (*reviewv1.SumReviewsResponse, error) {
	return rpc.Within(ctx, w.noun.SumReviews, req)
}

func (w reviewsWithin) ListFirstReviews(ctx context.Context, req *reviewv1.ListFirstReviewsRequest) (*reviewv1.ListFirstReviewsResponse, error) {
	return rpc.Within(ctx, w.noun.ListFirstReviews, req)
}
