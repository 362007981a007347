package campaign

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

// JoinCampaign implements CampaignService. Whoever has joined may say so again
// after the end: the answer to the first call may have been lost.
func (s *Service) JoinCampaign(ctx context.Context, req *campaignv1.JoinCampaignRequest) (*campaignv1.JoinCampaignResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	campaignID, err := id.Parse("campaign_id", req.GetCampaignId())
	if err != nil {
		return nil, err
	}
	c, err := s.q.FindCampaign(ctx, s.db.Writer(ctx), campaignID)
	if err != nil {
		return nil, ofCampaign(err)
	}
	now := s.now()
	open := now.Before(c.EndsAt)
	if open {
		joined, err := s.q.JoinCampaign(ctx, s.db.Writer(ctx), campaigndb.JoinCampaignParams{
			CampaignID: campaignID, UserID: caller.UserID, ReturningCustomer: req.GetReturningCustomer(), JoinedAt: now,
		})
		if err != nil {
			return nil, err
		}
		if joined {
			s.known.Invalidate(campaignID)
		}
	}
	p, err := s.participation(ctx, s.db.Primary(ctx), &c, caller)
	if err == nil && !open && !p.GetJoined() {
		err = errCampaignEnded
	}
	if err != nil {
		return nil, err
	}
	return &campaignv1.JoinCampaignResponse{Participation: p}, nil
}

// GetParticipation implements CampaignService.
func (s *Service) GetParticipation(ctx context.Context, req *campaignv1.GetParticipationRequest) (*campaignv1.GetParticipationResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	campaignID, err := id.Parse("campaign_id", req.GetCampaignId())
	if err != nil {
		return nil, err
	}
	k, err := s.look(ctx, campaignID)
	if err != nil {
		return nil, err
	}
	p, err := s.participation(ctx, s.db.Reader(ctx), &k.Campaign, caller)
	if err != nil {
		return nil, err
	}
	return &campaignv1.GetParticipationResponse{Participation: p}, nil
}

// participation is how somebody takes part, as a pool knows it.
func (s *Service) participation(ctx context.Context, pool postgres.Pool, c *campaigndb.Campaign, caller identity.Caller) (*campaignv1.Participation, error) {
	p := &campaignv1.Participation{CampaignId: c.ID.String(), Organizes: organizes(caller, c)}
	row, err := s.q.FindParticipant(ctx, pool, campaigndb.FindParticipantParams{CampaignID: c.ID, UserID: caller.UserID})
	switch {
	case fault.Is(err, fault.NotFound):
		return p, nil
	case err != nil:
		return nil, err
	}
	p.Joined, p.JoinedAt, p.ReturningCustomer = true, timestamppb.New(row.JoinedAt), row.ReturningCustomer
	teams, err := s.q.ListTeamsOfPerson(ctx, pool, campaigndb.ListTeamsOfPersonParams{CampaignID: c.ID, UserID: caller.UserID})
	if err != nil {
		return nil, err
	}
	for i := range teams {
		p.Teams = append(p.Teams, toTeam(&teams[i]))
	}
	p.CheckInsLeftToday, err = s.checkInsLeft(ctx, pool, c, row)
	return p, err
}

// checkInsLeft is how often somebody may still check in on the campaign's present
// day: not at all while it does not run.
func (s *Service) checkInsLeft(ctx context.Context, pool postgres.Pool, c *campaigndb.Campaign, p campaigndb.CampaignParticipant) (int32, error) {
	now := s.now()
	if stateOf(c, now) != campaignv1.State_STATE_RUNNING {
		return 0, nil
	}
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return 0, err
	}
	made, err := s.q.CountCheckInsOfDay(ctx, pool, campaigndb.CountCheckInsOfDayParams{
		CampaignID: c.ID, UserID: p.UserID, Day: now.In(zone).Format(time.DateOnly),
	})
	return max(c.CheckInsPerDay-made, 0), err
}
