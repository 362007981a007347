package user

import (
	"context"
	"testing"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/rpc"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// reach makes clients of the noun over a seam.
func reach(t testing.TB, seam rpctest.Seam, noun *Service) (userv1connect.UserServiceClient, userv1connect.UserInternalServiceClient) {
	t.Helper()
	if seam == rpctest.InProcess {
		return within{noun}, within{noun}
	}
	edge, internal := rpctest.Public(t), rpctest.Internal(t)
	edge.Mount(userv1connect.NewUserServiceHandler(noun, edge.Options()))
	internal.Mount(userv1connect.NewUserInternalServiceHandler(noun, internal.Options()))
	return userv1connect.NewUserServiceClient(edge.Client, edge.URL, edge.ClientOptions),
		userv1connect.NewUserInternalServiceClient(internal.Client, internal.URL, internal.ClientOptions)
}

// within stands before the noun in this process.
type within struct{ noun *Service }

func (w within) Register(ctx context.Context, req *userv1.RegisterRequest) (*userv1.RegisterResponse, error) {
	return rpctest.Within(ctx, w.noun.Register, req)
}

func (w within) Login(ctx context.Context, req *userv1.LoginRequest) (*userv1.LoginResponse, error) {
	return rpctest.Within(ctx, w.noun.Login, req)
}

func (w within) Refresh(ctx context.Context, req *userv1.RefreshRequest) (*userv1.RefreshResponse, error) {
	return rpctest.Within(ctx, w.noun.Refresh, req)
}

func (w within) Logout(ctx context.Context, req *userv1.LogoutRequest) (*userv1.LogoutResponse, error) {
	return rpctest.Within(ctx, w.noun.Logout, req)
}

func (w within) ListSessions(ctx context.Context, req *userv1.ListSessionsRequest) (*userv1.ListSessionsResponse, error) {
	return rpctest.Within(ctx, w.noun.ListSessions, req)
}

func (w within) RevokeSession(ctx context.Context, req *userv1.RevokeSessionRequest) (*userv1.RevokeSessionResponse, error) {
	return rpctest.Within(ctx, w.noun.RevokeSession, req)
}

func (w within) ChangePassword(ctx context.Context, req *userv1.ChangePasswordRequest) (*userv1.ChangePasswordResponse, error) {
	return rpctest.Within(ctx, w.noun.ChangePassword, req)
}

func (w within) GetMe(ctx context.Context, req *userv1.GetMeRequest) (*userv1.GetMeResponse, error) {
	return rpctest.Within(ctx, w.noun.GetMe, req)
}

func (w within) GetUser(ctx context.Context, req *userv1.GetUserRequest) (*userv1.GetUserResponse, error) {
	return rpctest.Within(ctx, w.noun.GetUser, req)
}

func (w within) BatchGetUsers(ctx context.Context, req *userv1.BatchGetUsersRequest) (*userv1.BatchGetUsersResponse, error) {
	return rpctest.Within(ctx, w.noun.BatchGetUsers, req)
}

func (w within) UpdateProfile(ctx context.Context, req *userv1.UpdateProfileRequest) (*userv1.UpdateProfileResponse, error) {
	return rpctest.Within(ctx, w.noun.UpdateProfile, req)
}

func (w within) SearchUsers(ctx context.Context, req *userv1.SearchUsersRequest) (*userv1.SearchUsersResponse, error) {
	return rpctest.Within(ctx, w.noun.SearchUsers, req)
}

func (w within) DeleteAccount(ctx context.Context, req *userv1.DeleteAccountRequest) (*userv1.DeleteAccountResponse, error) {
	return rpctest.Within(ctx, w.noun.DeleteAccount, req)
}

func (w within) HydrateUsers(ctx context.Context, req *userv1.HydrateUsersRequest) (*userv1.HydrateUsersResponse, error) {
	return rpc.Within(ctx, w.noun.HydrateUsers, req)
}

func (w within) ResolveHandles(ctx context.Context, req *userv1.ResolveHandlesRequest) (*userv1.ResolveHandlesResponse, error) {
	return rpc.Within(ctx, w.noun.ResolveHandles, req)
}

func (w within) GetKeySet(ctx context.Context, req *userv1.GetKeySetRequest) (*userv1.GetKeySetResponse, error) {
	return rpc.Within(ctx, w.noun.GetKeySet, req)
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
