package post_test

import (
	"context"
	"testing"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/rpc"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// reach makes clients of the noun over a seam.
func reach(t testing.TB, seam rpctest.Seam, noun *post.Service) (postv1connect.PostServiceClient, postv1connect.PostInternalServiceClient) {
	t.Helper()
	if seam == rpctest.InProcess {
		return within{noun}, within{noun}
	}
	edge, internal := rpctest.Public(t), rpctest.Internal(t)
	edge.Mount(postv1connect.NewPostServiceHandler(noun, edge.Options()))
	internal.Mount(postv1connect.NewPostInternalServiceHandler(noun, internal.Options()))
	return postv1connect.NewPostServiceClient(edge.Client, edge.URL, edge.ClientOptions),
		postv1connect.NewPostInternalServiceClient(internal.Client, internal.URL, internal.ClientOptions)
}

// within stands before the noun in this process.
type within struct{ noun *post.Service }

func (w within) CreatePost(ctx context.Context, req *postv1.CreatePostRequest) (*postv1.CreatePostResponse, error) {
	return rpctest.Within(ctx, w.noun.CreatePost, req)
}

func (w within) GetPost(ctx context.Context, req *postv1.GetPostRequest) (*postv1.GetPostResponse, error) {
	return rpctest.Within(ctx, w.noun.GetPost, req)
}

func (w within) BatchGetPosts(ctx context.Context, req *postv1.BatchGetPostsRequest) (*postv1.BatchGetPostsResponse, error) {
	return rpctest.Within(ctx, w.noun.BatchGetPosts, req)
}

func (w within) ListPostsByAuthor(ctx context.Context, req *postv1.ListPostsByAuthorRequest) (*postv1.ListPostsByAuthorResponse, error) {
	return rpctest.Within(ctx, w.noun.ListPostsByAuthor, req)
}

func (w within) ListReplies(ctx context.Context, req *postv1.ListRepliesRequest) (*postv1.ListRepliesResponse, error) {
	return rpctest.Within(ctx, w.noun.ListReplies, req)
}

func (w within) DeletePost(ctx context.Context, req *postv1.DeletePostRequest) (*postv1.DeletePostResponse, error) {
	return rpctest.Within(ctx, w.noun.DeletePost, req)
}

func (w within) LikePost(ctx context.Context, req *postv1.LikePostRequest) (*postv1.LikePostResponse, error) {
	return rpctest.Within(ctx, w.noun.LikePost, req)
}

func (w within) UnlikePost(ctx context.Context, req *postv1.UnlikePostRequest) (*postv1.UnlikePostResponse, error) {
	return rpctest.Within(ctx, w.noun.UnlikePost, req)
}

func (w within) ListLog(ctx context.Context, req *postv1.ListLogRequest) (*postv1.ListLogResponse, error) {
	return rpc.Within(ctx, w.noun.ListLog, req)
}

func (w within) HydratePosts(ctx context.Context, req *postv1.HydratePostsRequest) (*postv1.HydratePostsResponse, error) {
	return rpc.Within(ctx, w.noun.HydratePosts, req)
}

func (w within) PublishPost(ctx context.Context, req *postv1.PublishPostRequest) (*postv1.PublishPostResponse, error) {
	return rpc.Within(ctx, w.noun.PublishPost, req)
}

func (w within) WithdrawPost(ctx context.Context, req *postv1.WithdrawPostRequest) (*postv1.WithdrawPostResponse, error) {
	return rpc.Within(ctx, w.noun.WithdrawPost, req)
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
