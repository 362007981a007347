package campaign

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/campaigndb"
	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign/score"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

var errNoSuchTeam = fault.New(fault.NotFound, "team_not_found", "this team does not exist")

// GetTeamScore implements CampaignService. A team that has closed is answered too,
// as it is on boards of the past.
func (s *Service) GetTeamScore(ctx context.Context, req *campaignv1.GetTeamScoreRequest) (*campaignv1.GetTeamScoreResponse, error) {
	caller := identity.From(ctx)
	teamID, err := id.Parse("team_id", req.GetTeamId())
	if err != nil {
		return nil, err
	}
	now := s.now()
	var asOf *time.Time
	if req.GetAsOf() != nil {
		at := req.GetAsOf().AsTime()
		if at.After(now) {
			return nil, fault.InField("as_of", "as_of_future", "as_of must have passed")
		}
		asOf = &at
	}
	p, err := s.teamPlaceOf(ctx, teamID, caller, asOf, now)
	if err != nil {
		return nil, err
	}
	e, err := s.explain(ctx, p)
	if err != nil {
		return nil, err
	}
	shares, err := s.toShares(ctx, e.Shares[:min(len(e.Shares), mostShares)])
	if err != nil {
		return nil, err
	}
	res := toTeamScore(p, e)
	res.Shares = shares
	return res, nil
}

// teamPlace is where a team stands at the position that the caller may see.
type teamPlace struct {
	team     campaigndb.CampaignTeam
	campaign campaigndb.Campaign
	position int64
	rank     int64
	frozen   bool
}

// teamPlaceOf reads it in one snapshot: position and rank are of the same board.
func (s *Service) teamPlaceOf(ctx context.Context, teamID uuid.UUID, caller identity.Caller, asOf *time.Time, now time.Time) (p teamPlace, err error) {
	err = s.db.InSnapshot(ctx, func(tx postgres.Tx) error {
		row, err := s.q.GetTeamWithRules(ctx, tx, teamID)
		if fault.Is(err, fault.NotFound) {
			return errNoSuchTeam
		}
		if err != nil {
			return err
		}
		p = teamPlace{team: row.CampaignTeam, campaign: row.Campaign}
		at := asOf
		if since := frozenSince(&p.campaign, now); since != nil && !seesLiveScores(caller, p.campaign.OrganizerID) {
			if p.frozen = at == nil || at.After(*since); p.frozen {
				at = since
			}
		}
		return s.rank(ctx, tx, &p, at)
	})
	return p, err
}

// seesLiveScores tells whether frozen boards are live for the caller.
func seesLiveScores(caller identity.Caller, organizer uuid.UUID) bool {
	return caller.SignedIn() && caller.UserID == organizer || caller.Holds(accessv1.Role_ROLE_ADMIN)
}

// rank finds the position, that of now or of a moment, and the team's rank there.
func (s *Service) rank(ctx context.Context, tx postgres.Tx, p *teamPlace, at *time.Time) error {
	c, err := s.q.GetCounted(ctx, tx, p.campaign.ID)
	if err != nil {
		return err
	}
	if at == nil {
		p.position = c.Position
		p.rank, err = s.q.RankTeam(ctx, tx, campaigndb.RankTeamParams{CampaignID: p.campaign.ID, TeamID: p.team.ID})
		return err
	}
	p.position, err = s.q.FindCountedAt(ctx, tx, campaigndb.FindCountedAtParams{CampaignID: p.campaign.ID, Moment: *at})
	if fault.Is(err, fault.NotFound) {
		p.position, err = 0, nil
	}
	if err != nil {
		return err
	}
	p.rank, err = s.q.RankTeamAt(ctx, tx, campaigndb.RankTeamAtParams{CampaignID: p.campaign.ID, TeamID: p.team.ID, Upto: p.position})
	return err
}

func toTeamScore(p teamPlace, e *score.Explanation) *campaignv1.GetTeamScoreResponse {
	res := &campaignv1.GetTeamScoreResponse{
		Team: &campaignv1.Team{
			Id: p.team.ID.String(), CampaignId: p.campaign.ID.String(), Name: p.team.Name, CaptainId: p.team.CaptainID.String(),
			MemberCount: p.team.Members, CreatedAt: timestamppb.New(id.Time(p.team.ID)),
		},
		ScoreMicros: e.Score, Rank: p.rank, Position: p.position, Frozen: p.frozen,
		Members: int32(e.Members), NewMembers: int32(e.New), ActiveMembers: int32(e.Active), //nolint:gosec // the rules bound a team's size
	}
	if e.Active > 0 {
		res.EarliestCheckIn, res.LatestCheckIn = toMoment(e.Earliest), toMoment(e.Latest)
	}
	if score.Scoring(p.campaign.Scoring) == score.Points {
		res.Terms = &campaignv1.GetTeamScoreResponse_Points{Points: &campaignv1.PointsTerms{
			CheckIns: e.CheckIns, CountedCheckIns: e.Counted, CappedPoints: e.Capped,
		}}
		return res
	}
	res.Terms = &campaignv1.GetTeamScoreResponse_Togetherness{Togetherness: &campaignv1.TogethernessTerms{
		WeightsMicros: e.Weights, NewWeightsMicros: e.Fresh, SpreadHoursMicros: e.Spread, TogetherMicros: e.Together, NewMicros: e.Bonus,
	}}
	return res
}

func toMoment(micros int64) *timestamppb.Timestamp { return timestamppb.New(time.UnixMicro(micros)) }
