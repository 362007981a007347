package graph_test

import (
	"context"
	"testing"

	"connectrpc.com/connect"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/rpc"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/user"
)

// reach makes clients of the noun over a seam.
func reach(t testing.TB, seam rpctest.Seam, noun *graph.Service) (graphv1connect.GraphServiceClient, graphv1connect.GraphInternalServiceClient) {
	t.Helper()
	edge, internal := rpctest.Public(t), rpctest.Internal(t)
	edge.Mount(graphv1connect.NewGraphServiceHandler(noun, edge.Options()))
	internal.Mount(graphv1connect.NewGraphInternalServiceHandler(noun, internal.Options()))
	public := graphv1connect.NewGraphServiceClient(edge.Client, edge.URL, edge.ClientOptions)
	if seam == rpctest.InProcess {
		return within{noun, public}, within{noun, public}
	}
	return public, graphv1connect.NewGraphInternalServiceClient(internal.Client, internal.URL, internal.ClientOptions)
}

// within stands before the noun in this process.
type within struct {
	noun *graph.Service
	edge graphv1connect.GraphServiceClient
}

// A stream has no way but the socket.
func (w within) ImportFollows(ctx context.Context) (*connect.ClientStreamForClientSimple[graphv1.ImportFollowsRequest, graphv1.ImportFollowsResponse], error) {
	return w.edge.ImportFollows(ctx)
}

func (w within) Follow(ctx context.Context, req *graphv1.FollowRequest) (*graphv1.FollowResponse, error) {
	return rpctest.Within(ctx, w.noun.Follow, req)
}

func (w within) Unfollow(ctx context.Context, req *graphv1.UnfollowRequest) (*graphv1.UnfollowResponse, error) {
	return rpctest.Within(ctx, w.noun.Unfollow, req)
}

func (w within) Block(ctx context.Context, req *graphv1.BlockRequest) (*graphv1.BlockResponse, error) {
	return rpctest.Within(ctx, w.noun.Block, req)
}

func (w within) Unblock(ctx context.Context, req *graphv1.UnblockRequest) (*graphv1.UnblockResponse, error) {
	return rpctest.Within(ctx, w.noun.Unblock, req)
}

func (w within) ListFollowers(ctx context.Context, req *graphv1.ListFollowersRequest) (*graphv1.ListFollowersResponse, error) {
	return rpctest.Within(ctx, w.noun.ListFollowers, req)
}

func (w within) ListFollowing(ctx context.Context, req *graphv1.ListFollowingRequest) (*graphv1.ListFollowingResponse, error) {
	return rpctest.Within(ctx, w.noun.ListFollowing, req)
}

func (w within) GetRelationships(ctx context.Context, req *graphv1.GetRelationshipsRequest) (*graphv1.GetRelationshipsResponse, error) {
	return rpctest.Within(ctx, w.noun.GetRelationships, req)
}

func (w within) GetCounts(ctx context.Context, req *graphv1.GetCountsRequest) (*graphv1.GetCountsResponse, error) {
	return rpctest.Within(ctx, w.noun.GetCounts, req)
}

func (w within) ListFollowingIds(ctx context.Context, req *graphv1.ListFollowingIdsRequest) (*graphv1.ListFollowingIdsResponse, error) {
	return rpc.Within(ctx, w.noun.ListFollowingIds, req)
}

func (w within) CheckEdges(ctx context.Context, req *graphv1.CheckEdgesRequest) (*graphv1.CheckEdgesResponse, error) {
	return rpc.Within(ctx, w.noun.CheckEdges, req)
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
