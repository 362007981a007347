package campaign_test

import (
	"context"
	"testing"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/rpc"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/user"
)

// reach makes a client of the noun over a seam. It has no internal service: nobody
// but clients asks of campaigns.
func reach(t testing.TB, seam rpctest.Seam, noun *campaign.Service) campaignv1connect.CampaignServiceClient {
	t.Helper()
	if seam == rpctest.InProcess {
		return within{noun: noun}
	}
	edge := rpctest.Public(t)
	edge.Mount(campaignv1connect.NewCampaignServiceHandler(noun, edge.Options()))
	return campaignv1connect.NewCampaignServiceClient(edge.Client, edge.URL, edge.ClientOptions)
}

// within stands before the noun in this process. Streams have no way but the
// socket: they are the client's that is nil here.
type within struct {
	campaignv1connect.CampaignServiceClient

	noun *campaign.Service
}

func (w within) CreateCampaign(ctx context.Context, req *campaignv1.CreateCampaignRequest) (*campaignv1.CreateCampaignResponse, error) {
	return rpctest.Within(ctx, w.noun.CreateCampaign, req)
}

func (w within) GetCampaign(ctx context.Context, req *campaignv1.GetCampaignRequest) (*campaignv1.GetCampaignResponse, error) {
	return rpctest.Within(ctx, w.noun.GetCampaign, req)
}

func (w within) ListCampaigns(ctx context.Context, req *campaignv1.ListCampaignsRequest) (*campaignv1.ListCampaignsResponse, error) {
	return rpctest.Within(ctx, w.noun.ListCampaigns, req)
}

func (w within) UpdateCampaign(ctx context.Context, req *campaignv1.UpdateCampaignRequest) (*campaignv1.UpdateCampaignResponse, error) {
	return rpctest.Within(ctx, w.noun.UpdateCampaign, req)
}

func (w within) JoinCampaign(ctx context.Context, req *campaignv1.JoinCampaignRequest) (*campaignv1.JoinCampaignResponse, error) {
	return rpctest.Within(ctx, w.noun.JoinCampaign, req)
}

func (w within) GetParticipation(ctx context.Context, req *campaignv1.GetParticipationRequest) (*campaignv1.GetParticipationResponse, error) {
	return rpctest.Within(ctx, w.noun.GetParticipation, req)
}

func (w within) CreateTeam(ctx context.Context, req *campaignv1.CreateTeamRequest) (*campaignv1.CreateTeamResponse, error) {
	return rpctest.Within(ctx, w.noun.CreateTeam, req)
}

func (w within) JoinTeam(ctx context.Context, req *campaignv1.JoinTeamRequest) (*campaignv1.JoinTeamResponse, error) {
	return rpctest.Within(ctx, w.noun.JoinTeam, req)
}

func (w within) LeaveTeam(ctx context.Context, req *campaignv1.LeaveTeamRequest) (*campaignv1.LeaveTeamResponse, error) {
	return rpctest.Within(ctx, w.noun.LeaveTeam, req)
}

func (w within) MakeCaptain(ctx context.Context, req *campaignv1.MakeCaptainRequest) (*campaignv1.MakeCaptainResponse, error) {
	return rpctest.Within(ctx, w.noun.MakeCaptain, req)
}

func (w within) GetTeam(ctx context.Context, req *campaignv1.GetTeamRequest) (*campaignv1.GetTeamResponse, error) {
	return rpctest.Within(ctx, w.noun.GetTeam, req)
}

func (w within) ListTeams(ctx context.Context, req *campaignv1.ListTeamsRequest) (*campaignv1.ListTeamsResponse, error) {
	return rpctest.Within(ctx, w.noun.ListTeams, req)
}

func (w within) ListTeamMembers(ctx context.Context, req *campaignv1.ListTeamMembersRequest) (*campaignv1.ListTeamMembersResponse, error) {
	return rpctest.Within(ctx, w.noun.ListTeamMembers, req)
}

func (w within) CheckIn(ctx context.Context, req *campaignv1.CheckInRequest) (*campaignv1.CheckInResponse, error) {
	return rpctest.Within(ctx, w.noun.CheckIn, req)
}

func (w within) ListCheckIns(ctx context.Context, req *campaignv1.ListCheckInsRequest) (*campaignv1.ListCheckInsResponse, error) {
	return rpctest.Within(ctx, w.noun.ListCheckIns, req)
}

func (w within) VoidCheckIn(ctx context.Context, req *campaignv1.VoidCheckInRequest) (*campaignv1.VoidCheckInResponse, error) {
	return rpctest.Within(ctx, w.noun.VoidCheckIn, req)
}

func (w within) GetLeaderboard(ctx context.Context, req *campaignv1.GetLeaderboardRequest) (*campaignv1.GetLeaderboardResponse, error) {
	return rpctest.Within(ctx, w.noun.GetLeaderboard, req)
}

func (w within) GetTeamScore(ctx context.Context, req *campaignv1.GetTeamScoreRequest) (*campaignv1.GetTeamScoreResponse, error) {
	return rpctest.Within(ctx, w.noun.GetTeamScore, req)
}

func (w within) FreezeLeaderboard(ctx context.Context, req *campaignv1.FreezeLeaderboardRequest) (*campaignv1.FreezeLeaderboardResponse, error) {
	return rpctest.Within(ctx, w.noun.FreezeLeaderboard, req)
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
