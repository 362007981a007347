package campaign

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

// How the table names facts about teams.
const (
	factJoined int16 = 3
	factLeft   int16 = 4
)

var (
	errNotJoined    = fault.New(fault.Precondition, "not_joined", "join the campaign first")
	errTooManyTeams = fault.New(fault.Precondition, "too_many_teams", "you are in as many teams of this campaign as one may be")
	errTeamFull     = fault.New(fault.Precondition, "team_full", "this team has as many members as one may have")
	errHandOver     = fault.New(fault.Precondition, "captain_must_hand_over", "make another member captain first")
)

// Whoever changes who is in which team locks the person's registration first, then
// the team, then, where one opens or closes, the campaign's counts. So how many
// teams somebody is in and how many are in a team are each decided by one
// transaction at a time, and facts about them are numbered in the order in which
// they came to be true.

// JoinTeam implements CampaignService.
func (s *Service) JoinTeam(ctx context.Context, req *campaignv1.JoinTeamRequest) (*campaignv1.JoinTeamResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	teamID, err := id.Parse("team_id", req.GetTeamId())
	if err != nil {
		return nil, err
	}
	var team campaigndb.CampaignTeam
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		team, err = s.joinTeam(ctx, tx, teamID, caller.UserID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &campaignv1.JoinTeamResponse{Team: toTeam(&team)}, nil
}

func (s *Service) joinTeam(ctx context.Context, tx postgres.Tx, teamID, user uuid.UUID) (campaigndb.CampaignTeam, error) {
	team, err := openTeam(s.q.FindTeam(ctx, tx, teamID))
	if err != nil {
		return team, err
	}
	c, err := s.q.FindCampaign(ctx, tx, team.CampaignID)
	if err != nil {
		return team, err
	}
	p, err := s.lockParticipant(ctx, tx, c.ID, user)
	if err != nil {
		return team, err
	}
	if team, err = s.lockTeam(ctx, tx, teamID); err != nil {
		return team, err
	}
	member, err := s.q.IsMember(ctx, tx, campaigndb.IsMemberParams{CampaignID: c.ID, UserID: user, TeamID: teamID})
	if err != nil || member {
		return team, err
	}
	if err := s.mayEnter(ctx, tx, &c, p); err != nil {
		return team, err
	}
	if team.Members >= c.TeamSize {
		return team, errTeamFull
	}
	if err := s.enter(ctx, tx, teamID, p); err != nil {
		return team, err
	}
	return s.q.AddMember(ctx, tx, teamID)
}

// lockParticipant locks somebody's registration.
func (s *Service) lockParticipant(ctx context.Context, tx postgres.Tx, campaignID, user uuid.UUID) (campaigndb.CampaignParticipant, error) {
	p, err := s.q.LockParticipant(ctx, tx, campaigndb.LockParticipantParams{CampaignID: campaignID, UserID: user})
	if fault.Is(err, fault.NotFound) {
		err = errNotJoined.Because(err)
	}
	return p, err
}

// lockTeam locks a team that has not closed.
func (s *Service) lockTeam(ctx context.Context, tx postgres.Tx, teamID uuid.UUID) (campaigndb.CampaignTeam, error) {
	return openTeam(s.q.LockTeam(ctx, tx, teamID))
}

// mayEnter refuses another team to somebody whose registration is locked.
func (s *Service) mayEnter(ctx context.Context, tx postgres.Tx, c *campaigndb.Campaign, p campaigndb.CampaignParticipant) error {
	if !s.now().Before(c.EndsAt) {
		return errCampaignEnded
	}
	n, err := s.q.CountMemberships(ctx, tx, campaigndb.CountMembershipsParams{CampaignID: c.ID, UserID: p.UserID})
	if err == nil && n >= c.TeamsPerPerson {
		err = errTooManyTeams
	}
	return err
}

// enter writes a membership and the fact that it began.
func (s *Service) enter(ctx context.Context, tx postgres.Tx, teamID uuid.UUID, p campaigndb.CampaignParticipant) error {
	now := s.now()
	err := s.q.InsertMembership(ctx, tx, campaigndb.InsertMembershipParams{CampaignID: p.CampaignID, UserID: p.UserID, TeamID: teamID, JoinedAt: now})
	if err != nil {
		return err
	}
	return s.q.AddTeamFact(ctx, tx, campaigndb.AddTeamFactParams{
		CampaignID: p.CampaignID, Kind: factJoined, UserID: p.UserID, TeamID: teamID, Moment: now, ReturningCustomer: p.ReturningCustomer,
	})
}

// LeaveTeam implements CampaignService. Whoever is in no such team has left it,
// also where it has closed since.
func (s *Service) LeaveTeam(ctx context.Context, req *campaignv1.LeaveTeamRequest) (*campaignv1.LeaveTeamResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	teamID, err := id.Parse("team_id", req.GetTeamId())
	if err != nil {
		return nil, err
	}
	if err := s.leave(ctx, teamID, caller.UserID, false); err != nil {
		return nil, err
	}
	return &campaignv1.LeaveTeamResponse{}, nil
}

// leave ends a membership. One that must go leaves the captaincy to the eldest of
// the others, where there are any.
func (s *Service) leave(ctx context.Context, teamID, user uuid.UUID, must bool) error {
	var team campaigndb.CampaignTeam
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		team, err = s.leaveTeam(ctx, tx, teamID, user, must)
		return err
	})
	if err == nil && team.ClosedAt != nil {
		s.known.Invalidate(team.CampaignID)
	}
	return err
}

func (s *Service) leaveTeam(ctx context.Context, tx postgres.Tx, teamID, user uuid.UUID, must bool) (campaigndb.CampaignTeam, error) {
	team, err := s.q.FindTeam(ctx, tx, teamID)
	if err != nil {
		_, err = openTeam(team, err)
		return team, err
	}
	c, err := s.q.FindCampaign(ctx, tx, team.CampaignID)
	if err != nil {
		return team, err
	}
	p, err := s.q.LockParticipant(ctx, tx, campaigndb.LockParticipantParams{CampaignID: c.ID, UserID: user})
	if fault.Is(err, fault.NotFound) {
		return team, nil
	}
	if err != nil {
		return team, err
	}
	if team, err = s.q.LockTeam(ctx, tx, teamID); err != nil {
		return team, err
	}
	n, err := s.q.DeleteMembership(ctx, tx, campaigndb.DeleteMembershipParams{CampaignID: c.ID, UserID: user, TeamID: teamID})
	switch {
	case err != nil || n == 0:
		return team, err
	case !s.now().Before(c.EndsAt):
		return team, errCampaignEnded
	case team.CaptainID == user && team.Members > 1 && !must:
		return team, errHandOver
	}
	return s.goes(ctx, tx, team, p)
}

// goes writes what follows the end of a membership.
func (s *Service) goes(ctx context.Context, tx postgres.Tx, team campaigndb.CampaignTeam, p campaigndb.CampaignParticipant) (campaigndb.CampaignTeam, error) {
	now := s.now()
	err := s.q.AddTeamFact(ctx, tx, campaigndb.AddTeamFactParams{
		CampaignID: p.CampaignID, Kind: factLeft, UserID: p.UserID, TeamID: team.ID, Moment: now, ReturningCustomer: p.ReturningCustomer,
	})
	if err != nil {
		return team, err
	}
	if team, err = s.q.RemoveMember(ctx, tx, campaigndb.RemoveMemberParams{ID: team.ID, Now: now}); err != nil {
		return team, err
	}
	switch {
	case team.ClosedAt != nil:
		return team, s.q.UncountTeam(ctx, tx, team.CampaignID)
	case team.CaptainID == p.UserID:
		eldest, err := s.q.FindEldestMember(ctx, tx, team.ID)
		if err != nil {
			return team, err
		}
		return s.q.SetCaptain(ctx, tx, campaigndb.SetCaptainParams{ID: team.ID, CaptainID: eldest})
	}
	return team, nil
}
