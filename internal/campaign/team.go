package campaign

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

var (
	errNoTeam        = fault.New(fault.NotFound, "team_not_found", "this team does not exist")
	errNameTaken     = fault.New(fault.Exists, "team_name_taken", "another team of this campaign has this name")
	errTeamKeyReused = fault.New(fault.Precondition, "idempotency_key_reused", "this idempotency key was used for another team")
	errNotCaptain    = fault.New(fault.Denied, "not_captain", "only its captain may do this to a team")
	errNotMember     = fault.New(fault.Precondition, "not_member", "only a member can become captain")
)

// newTeam is a team that is to be made.
type newTeam struct {
	campaign, creator uuid.UUID
	name, key         string
}

// CreateTeam implements CampaignService.
func (s *Service) CreateTeam(ctx context.Context, req *campaignv1.CreateTeamRequest) (*campaignv1.CreateTeamResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	n := newTeam{creator: caller.UserID, key: req.GetIdempotencyKey()}
	if n.campaign, err = id.Parse("campaign_id", req.GetCampaignId()); err != nil {
		return nil, err
	}
	if n.name, err = teamName(req.GetName()); err != nil {
		return nil, err
	}
	var team campaigndb.CampaignTeam
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		team, err = s.createTeam(ctx, tx, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.known.Invalidate(n.campaign)
	return &campaignv1.CreateTeamResponse{Team: toTeam(&team)}, nil
}

// createTeam makes the team, or finds it made. The lock on the creator's
// registration lets one of his requests with a key through at a time.
func (s *Service) createTeam(ctx context.Context, tx postgres.Tx, n newTeam) (campaigndb.CampaignTeam, error) {
	var none campaigndb.CampaignTeam
	locked, err := s.lockCreator(ctx, tx, n)
	if err != nil {
		return none, err
	}
	look, err := s.q.LookForTeamMade(ctx, tx, campaigndb.LookForTeamMadeParams{CampaignID: n.campaign, UserID: n.creator, IdempotencyKey: n.key})
	if err != nil {
		return none, err
	}
	if look.Made {
		team, err := s.q.FindTeamByKey(ctx, tx, campaigndb.FindTeamByKeyParams{CampaignID: n.campaign, CreatorID: n.creator, IdempotencyKey: n.key})
		return asMade(team, n, err)
	}
	if err := s.mayEnter(&locked.Campaign, look.Teams); err != nil {
		return none, err
	}
	made, err := s.q.MakeTeam(ctx, tx, campaigndb.MakeTeamParams{
		CampaignID: n.campaign, Name: n.name, NameKey: nameKey(n.name), CreatorID: n.creator, IdempotencyKey: n.key,
		Now: s.now(), ReturningCustomer: locked.CampaignParticipant.ReturningCustomer,
	})
	if fault.Is(err, fault.NotFound) {
		err = errNameTaken.Because(err)
	}
	return campaigndb.CampaignTeam(made), err
}

// lockCreator locks the creator's registration.
func (s *Service) lockCreator(ctx context.Context, tx postgres.Tx, n newTeam) (campaigndb.LockCreatorRow, error) {
	row, err := s.q.LockCreator(ctx, tx, campaigndb.LockCreatorParams{CampaignID: n.campaign, UserID: n.creator})
	if !fault.Is(err, fault.NotFound) {
		return row, err
	}
	if _, err := s.q.FindCampaign(ctx, tx, n.campaign); err != nil {
		return row, ofCampaign(err)
	}
	return row, errNotJoined
}

// asMade is the team that an earlier request with the key has made.
func asMade(team campaigndb.CampaignTeam, n newTeam, err error) (campaigndb.CampaignTeam, error) {
	switch {
	case err != nil:
		return team, err
	case team.Name != n.name:
		return team, errTeamKeyReused
	case team.ClosedAt != nil:
		return team, errNoTeam
	}
	return team, nil
}

// MakeCaptain implements CampaignService.
func (s *Service) MakeCaptain(ctx context.Context, req *campaignv1.MakeCaptainRequest) (*campaignv1.MakeCaptainResponse, error) {
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
	next, err := id.Parse("user_id", req.GetUserId())
	if err != nil {
		return nil, err
	}
	var team campaigndb.CampaignTeam
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		team, err = s.handOver(ctx, tx, teamID, caller.UserID, next)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &campaignv1.MakeCaptainResponse{Team: toTeam(&team)}, nil
}

// handOver makes a member the captain. That he is captain already is the answer to
// a call that is repeated, too.
func (s *Service) handOver(ctx context.Context, tx postgres.Tx, teamID, captain, next uuid.UUID) (campaigndb.CampaignTeam, error) {
	team, err := s.lockTeam(ctx, tx, teamID)
	if err != nil || team.CaptainID == next {
		return team, err
	}
	if team.CaptainID != captain {
		return team, errNotCaptain
	}
	member, err := s.q.IsMember(ctx, tx, campaigndb.IsMemberParams{CampaignID: team.CampaignID, UserID: next, TeamID: teamID})
	switch {
	case err != nil:
		return team, err
	case !member:
		return team, errNotMember
	}
	return s.q.SetCaptain(ctx, tx, campaigndb.SetCaptainParams{ID: teamID, CaptainID: next})
}

// GetTeam implements CampaignService.
func (s *Service) GetTeam(ctx context.Context, req *campaignv1.GetTeamRequest) (*campaignv1.GetTeamResponse, error) {
	teamID, err := id.Parse("team_id", req.GetTeamId())
	if err != nil {
		return nil, err
	}
	team, err := openTeam(s.q.FindTeam(ctx, s.db.Reader(ctx), teamID))
	if err != nil {
		return nil, err
	}
	return &campaignv1.GetTeamResponse{Team: toTeam(&team)}, nil
}

// openTeam says that a team is not there, or not any more.
func openTeam(team campaigndb.CampaignTeam, err error) (campaigndb.CampaignTeam, error) {
	if fault.Is(err, fault.NotFound) {
		return team, errNoTeam.Because(err)
	}
	if err == nil && team.ClosedAt != nil {
		err = errNoTeam
	}
	return team, err
}

func toTeam(t *campaigndb.CampaignTeam) *campaignv1.Team {
	return &campaignv1.Team{
		Id: t.ID.String(), CampaignId: t.CampaignID.String(), Name: t.Name, CaptainId: t.CaptainID.String(),
		MemberCount: t.Members, CreatedAt: timestamppb.New(id.Time(t.ID)),
	}
}
