package app

import (
	"context"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/rpc"
)

// These stand before a noun that runs in the same process as its caller. Each
// method is the network client's, minus the network; see rpc.Within.

type mediaWithin struct {
	noun mediav1connect.MediaInternalServiceHandler
}

func (w mediaWithin) Claim(ctx context.Context, req *mediav1.ClaimRequest) (*mediav1.ClaimResponse, error) {
	return rpc.Within(ctx, w.noun.Claim, req)
}

func (w mediaWithin) Resolve(ctx context.Context, req *mediav1.ResolveRequest) (*mediav1.ResolveResponse, error) {
	return rpc.Within(ctx, w.noun.Resolve, req)
}

type userWithin struct {
	noun userv1connect.UserInternalServiceHandler
}

func (w userWithin) HydrateUsers(ctx context.Context, req *userv1.HydrateUsersRequest) (*userv1.HydrateUsersResponse, error) {
	return rpc.Within(ctx, w.noun.HydrateUsers, req)
}

func (w userWithin) ResolveHandles(ctx context.Context, req *userv1.ResolveHandlesRequest) (*userv1.ResolveHandlesResponse, error) {
	return rpc.Within(ctx, w.noun.ResolveHandles, req)
}

func (w userWithin) GetKeySet(ctx context.Context, req *userv1.GetKeySetRequest) (*userv1.GetKeySetResponse, error) {
	return rpc.Within(ctx, w.noun.GetKeySet, req)
}

type graphWithin struct {
	noun graphv1connect.GraphInternalServiceHandler
}

func (w graphWithin) ListFollowingIds(ctx context.Context, req *graphv1.ListFollowingIdsRequest) (*graphv1.ListFollowingIdsResponse, error) {
	return rpc.Within(ctx, w.noun.ListFollowingIds, req)
}

func (w graphWithin) CheckEdges(ctx context.Context, req *graphv1.CheckEdgesRequest) (*graphv1.CheckEdgesResponse, error) {
	return rpc.Within(ctx, w.noun.CheckEdges, req)
}

type postWithin struct {
	noun postv1connect.PostInternalServiceHandler
}

func (w postWithin) ListLog(ctx context.Context, req *postv1.ListLogRequest) (*postv1.ListLogResponse, error) {
	return rpc.Within(ctx, w.noun.ListLog, req)
}

func (w postWithin) HydratePosts(ctx context.Context, req *postv1.HydratePostsRequest) (*postv1.HydratePostsResponse, error) {
	return rpc.Within(ctx, w.noun.HydratePosts, req)
}

func (w postWithin) PublishPost(ctx context.Context, req *postv1.PublishPostRequest) (*postv1.PublishPostResponse, error) {
	return rpc.Within(ctx, w.noun.PublishPost, req)
}

func (w postWithin) WithdrawPost(ctx context.Context, req *postv1.WithdrawPostRequest) (*postv1.WithdrawPostResponse, error) {
	return rpc.Within(ctx, w.noun.WithdrawPost, req)
}

type reviewWithin struct {
	noun reviewv1connect.ReviewInternalServiceHandler
}

func (w reviewWithin) SumReviews(ctx context.Context, req *reviewv1.SumReviewsRequest) (*reviewv1.SumReviewsResponse, error) {
	return rpc.Within(ctx, w.noun.SumReviews, req)
}

func (w reviewWithin) ListFirstReviews(ctx context.Context, req *reviewv1.ListFirstReviewsRequest) (*reviewv1.ListFirstReviewsResponse, error) {
	return rpc.Within(ctx, w.noun.ListFirstReviews, req)
}
