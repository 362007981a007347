package review_test

import (
	"context"
	"testing"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/review"
	"github.com/throng-social/throng/internal/rpc"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/user"
)

// reach makes a client of the noun over a seam.
func reach(t testing.TB, seam rpctest.Seam, noun *review.Service) reviewv1connect.ReviewServiceClient {
	t.Helper()
	if seam == rpctest.InProcess {
		return within{noun: noun}
	}
	edge := rpctest.Public(t)
	edge.Mount(reviewv1connect.NewReviewServiceHandler(noun, edge.Options()))
	return reviewv1connect.NewReviewServiceClient(edge.Client, edge.URL, edge.ClientOptions)
}

// within stands before the noun in this process. Streams have no way but the socket:
// they are the client's that is nil here.
type within struct {
	reviewv1connect.ReviewServiceClient

	noun *review.Service
}

func (w within) CreateProduct(ctx context.Context, req *reviewv1.CreateProductRequest) (*reviewv1.CreateProductResponse, error) {
	return rpctest.Within(ctx, w.noun.CreateProduct, req)
}

func (w within) GetProduct(ctx context.Context, req *reviewv1.GetProductRequest) (*reviewv1.GetProductResponse, error) {
	return rpctest.Within(ctx, w.noun.GetProduct, req)
}

func (w within) ListProducts(ctx context.Context, req *reviewv1.ListProductsRequest) (*reviewv1.ListProductsResponse, error) {
	return rpctest.Within(ctx, w.noun.ListProducts, req)
}

func (w within) ListReviews(ctx context.Context, req *reviewv1.ListReviewsRequest) (*reviewv1.ListReviewsResponse, error) {
	return rpctest.Within(ctx, w.noun.ListReviews, req)
}

func (w within) GetReviewMeta(ctx context.Context, req *reviewv1.GetReviewMetaRequest) (*reviewv1.GetReviewMetaResponse, error) {
	return rpctest.Within(ctx, w.noun.GetReviewMeta, req)
}

func (w within) BatchGetReviewMeta(ctx context.Context, req *reviewv1.BatchGetReviewMetaRequest) (*reviewv1.BatchGetReviewMetaResponse, error) {
	return rpctest.Within(ctx, w.noun.BatchGetReviewMeta, req)
}

func (w within) CreateReview(ctx context.Context, req *reviewv1.CreateReviewRequest) (*reviewv1.CreateReviewResponse, error) {
	return rpctest.Within(ctx, w.noun.CreateReview, req)
}

func (w within) DeleteReview(ctx context.Context, req *reviewv1.DeleteReviewRequest) (*reviewv1.DeleteReviewResponse, error) {
	return rpctest.Within(ctx, w.noun.DeleteReview, req)
}

func (w within) MarkHelpful(ctx context.Context, req *reviewv1.MarkHelpfulRequest) (*reviewv1.MarkHelpfulResponse, error) {
	return rpctest.Within(ctx, w.noun.MarkHelpful, req)
}

func (w within) ReportReview(ctx context.Context, req *reviewv1.ReportReviewRequest) (*reviewv1.ReportReviewResponse, error) {
	return rpctest.Within(ctx, w.noun.ReportReview, req)
}

func (w within) ListReported(ctx context.Context, req *reviewv1.ListReportedRequest) (*reviewv1.ListReportedResponse, error) {
	return rpctest.Within(ctx, w.noun.ListReported, req)
}

func (w within) ResolveReport(ctx context.Context, req *reviewv1.ResolveReportRequest) (*reviewv1.ResolveReportResponse, error) {
	return rpctest.Within(ctx, w.noun.ResolveReport, req)
}

func (w within) ListModeration(ctx context.Context, req *reviewv1.ListModerationRequest) (*reviewv1.ListModerationResponse, error) {
	return rpctest.Within(ctx, w.noun.ListModeration, req)
}

func (w within) RespondToReview(ctx context.Context, req *reviewv1.RespondToReviewRequest) (*reviewv1.RespondToReviewResponse, error) {
	return rpctest.Within(ctx, w.noun.RespondToReview, req)
}

func (w within) GetReview(ctx context.Context, req *reviewv1.GetReviewRequest) (*reviewv1.GetReviewResponse, error) {
	return rpctest.Within(ctx, w.noun.GetReview, req)
}

func (w within) GetMyActivity(ctx context.Context, req *reviewv1.GetMyActivityRequest) (*reviewv1.GetMyActivityResponse, error) {
	return rpctest.Within(ctx, w.noun.GetMyActivity, req)
}

// reachInternal makes a client of what the noun offers to others.
func reachInternal(t testing.TB, seam rpctest.Seam, noun *review.Service) reviewv1connect.ReviewInternalServiceClient {
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

// usersOver is the user noun as this one reaches it.
func usersOver(t testing.TB, seam rpctest.Seam, noun *user.Service) userv1connect.UserInternalServiceClient {
	t.Helper()
	if seam == rpctest.InProcess {
		return usersWithin{noun}
	}
	internal := rpctest.Internal(t)
	internal.Mount(userv1connect.NewUserInternalServiceHandler(noun, internal.Options()))
	return userv1connect.NewUserInternalServiceClient(internal.Client, internal.URL, internal.ClientOptions)
}

type usersWithin struct{ noun *user.Service }

func (w usersWithin) HydrateUsers(ctx context.Context, req *userv1.HydrateUsersRequest) (*userv1.HydrateUsersResponse, error) {
	return rpc.Within(ctx, w.noun.HydrateUsers, req)
}

func (w usersWithin) ResolveHandles(ctx context.Context, req *userv1.ResolveHandlesRequest) (*userv1.ResolveHandlesResponse, error) {
	return rpc.Within(ctx, w.noun.ResolveHandles, req)
}

func (w usersWithin) GetKeySet(ctx context.Context, req *userv1.GetKeySetRequest) (*userv1.GetKeySetResponse, error) {
	return rpc.Within(ctx, w.noun.GetKeySet, req)
}
