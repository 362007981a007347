package campaign

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

// FreezeLeaderboard freezes the boards of a campaign for the public, or unfreezes
// them. To freeze boards that are frozen moves nothing: a freeze by the clock lasts
// from then on until it is lifted.
func (s *Service) FreezeLeaderboard(ctx context.Context, req *campaignv1.FreezeLeaderboardRequest) (*campaignv1.FreezeLeaderboardResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	campaign, err := id.Parse("campaign_id", req.GetCampaignId())
	if err != nil {
		return nil, err
	}
	var since *time.Time
	err = s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		since, err = s.freeze(ctx, tx, caller, campaign, req.GetFrozen())
		return err
	})
	if err != nil {
		return nil, err
	}
	s.boards.looks.Invalidate(campaign)
	s.known.Invalidate(campaign)
	res := &campaignv1.FreezeLeaderboardResponse{}
	if since != nil {
		res.FrozenSince = timestamppb.New(*since)
	}
	return res, nil
}

func (s *Service) freeze(ctx context.Context, tx postgres.Tx, caller identity.Caller, campaign uuid.UUID, frozen bool) (*time.Time, error) {
	row, err := s.q.LockBoardCampaign(ctx, tx, campaign)
	c := &campaigndb.Campaign{OrganizerID: row.OrganizerID, EndsAt: row.EndsAt, FreezesAt: row.FreezesAt, FrozenAt: row.FrozenAt, UnfrozenAt: row.UnfrozenAt}
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, errNoCampaign
	case err != nil:
		return nil, err
	case !organizes(caller, c):
		return nil, errNotOrganizer
	case !frozen:
		return nil, s.q.UnfreezeBoards(ctx, tx, campaign)
	}
	// What is being counted at this moment is counted before it, or after.
	if _, err := s.q.LockBoardPosition(ctx, tx, campaign); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	since := frozenSince(c, s.now())
	return s.q.FreezeBoards(ctx, tx, campaigndb.FreezeBoardsParams{CampaignID: campaign, Since: since})
}
