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
	c, err := s.rulesOf(ctx, tx, teamID)
	if err != nil {
		return campaigndb.CampaignTeam{}, err
	}
	locked, err := s.q.LockEntry(ctx, tx, campaigndb.LockEntryParams{CampaignID: c.ID, UserID: user, TeamID: teamID})
	switch {
	case fault.Is(err, fault.NotFound):
		return campaigndb.CampaignTeam{}, errNotJoined.Because(err)
	case err != nil:
		return campaigndb.CampaignTeam{}, err
	}
	team, err := openTeam(locked.CampaignTeam, nil)
	if err != nil {
		return team, err
	}
	in, err := s.q.LookForMembership(ctx, tx, campaigndb.LookForMembershipParams{CampaignID: c.ID, UserID: user, TeamID: teamID})
	if err != nil || in.Member {
		return team, err
	}
	if err := s.mayEnter(c, in.Teams); err != nil {
		return team, err
	}
	if team.Members >= c.TeamSize {
		return team, errTeamFull
	}
	return s.q.EnterTeam(ctx, tx, campaigndb.EnterTeamParams{
		CampaignID: c.ID, UserID: user, TeamID: teamID, Now: s.now(), ReturningCustomer: locked.ReturningCustomer,
	})
}

// rulesOf is the campaign of a team, which may have closed.
func (s *Service) rulesOf(ctx context.Context, tx postgres.Tx, teamID uuid.UUID) (*campaigndb.Campaign, error) {
	row, err := s.q.GetTeamWithRules(ctx, tx, teamID)
	if fault.Is(err, fault.NotFound) {
		err = errNoTeam.Because(err)
	}
	return &row.Campaign, err
}

// lockTeam locks a team that has not closed.
func (s *Service) lockTeam(ctx context.Context, tx postgres.Tx, teamID uuid.UUID) (campaigndb.CampaignTeam, error) {
	return openTeam(s.q.LockTeam(ctx, tx, teamID))
}

// mayEnter refuses another team to somebody who is in so many.
func (s *Service) mayEnter(c *campaigndb.Campaign, teams int32) error {
	switch {
	case !s.now().Before(c.EndsAt):
		return errCampaignEnded
	case teams >= c.TeamsPerPerson:
		return errTooManyTeams
	}
	return nil
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
	var team campaigndb.CampaignTeam
	c, err := s.rulesOf(ctx, tx, teamID)
	if err != nil {
		return team, err
	}
	locked, err := s.q.LockEntry(ctx, tx, campaigndb.LockEntryParams{CampaignID: c.ID, UserID: user, TeamID: teamID})
	switch {
	case fault.Is(err, fault.NotFound):
		return team, nil
	case err != nil:
		return team, err
	}
	team = locked.CampaignTeam
	n, err := s.q.DeleteMembership(ctx, tx, campaigndb.DeleteMembershipParams{CampaignID: c.ID, UserID: user, TeamID: teamID})
	switch {
	case err != nil || n == 0:
		return team, err
	case !s.now().Before(c.EndsAt):
		return team, errCampaignEnded
	case team.CaptainID == user && team.Members > 1 && !must:
		return team, errHandOver
	}
	return s.goes(ctx, tx, team, user, locked.ReturningCustomer)
}

// goes writes what follows the end of a membership.
func (s *Service) goes(ctx context.Context, tx postgres.Tx, team campaigndb.CampaignTeam, user uuid.UUID, returning bool) (campaigndb.CampaignTeam, error) {
	now := s.now()
	err := s.q.AddLeave(ctx, tx, campaigndb.AddLeaveParams{
		CampaignID: team.CampaignID, UserID: user, TeamID: team.ID, Now: now, ReturningCustomer: returning,
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
	case team.CaptainID == user:
		eldest, err := s.q.FindEldestMember(ctx, tx, team.ID)
		if err != nil {
			return team, err
		}
		return s.q.SetCaptain(ctx, tx, campaigndb.SetCaptainParams{ID: team.ID, CaptainID: eldest})
	}
	return team, nil
}
