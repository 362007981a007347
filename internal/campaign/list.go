package campaign

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/page"
)

// longest is how long a campaign lasts at most: a year, a leap year too.
const longest = 366 * 24 * time.Hour

// Times of campaigns are after never and before ever.
var (
	never = time.Unix(-1, 0).UTC()
	ever  = time.Date(2300, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// GetCampaign implements CampaignService.
func (s *Service) GetCampaign(ctx context.Context, req *campaignv1.GetCampaignRequest) (*campaignv1.GetCampaignResponse, error) {
	campaignID, err := id.Parse("campaign_id", req.GetCampaignId())
	if err != nil {
		return nil, err
	}
	k, err := s.look(ctx, campaignID)
	if err != nil {
		return nil, err
	}
	return &campaignv1.GetCampaignResponse{Campaign: k.message(s.now())}, nil
}

// ListCampaigns implements CampaignService. A campaign whose state changes between
// two pages is on that one which asks for the state it has then.
func (s *Service) ListCampaigns(ctx context.Context, req *campaignv1.ListCampaignsRequest) (*campaignv1.ListCampaignsResponse, error) {
	organizer, err := id.Parse("organizer_id", req.GetOrganizerId())
	if err != nil {
		return nil, err
	}
	list := "campaigns/" + req.GetState().String() + "/" + id.String(organizer)
	after, err := s.pages.Open(list, req.GetPageToken(), page.Cursor{Time: ever, ID: id.Max})
	if err != nil {
		return nil, err
	}
	size := int(page.Size(req.GetPageSize()))
	now := s.now()
	p := during(req.GetState(), now)
	p.BeforeStart, p.BeforeID, p.PageLimit = after.Time, after.ID, int32(size)+1 //nolint:gosec // a page size
	rows, err := s.list(ctx, organizer, p)
	if err != nil {
		return nil, err
	}
	res := &campaignv1.ListCampaignsResponse{}
	if len(rows) > size {
		rows = rows[:size]
		res.NextPageToken = s.pages.Seal(list, page.Cursor{Time: rows[size-1].StartsAt, ID: rows[size-1].ID})
	}
	res.Campaigns, err = s.view(ctx, rows, now)
	return res, err
}

// during bounds starts and ends to those of campaigns in a state.
func during(state campaignv1.State, now time.Time) campaigndb.ListCampaignsParams {
	p := campaigndb.ListCampaignsParams{StartsAfter: never, StartsUntil: ever, EndsAfter: never, EndsUntil: ever}
	switch state {
	case campaignv1.State_STATE_UNSPECIFIED:
	case campaignv1.State_STATE_UPCOMING:
		p.StartsAfter = now
	case campaignv1.State_STATE_RUNNING:
		// What began before that has ended, so the index need not be read on.
		p.StartsAfter, p.StartsUntil, p.EndsAfter = now.Add(-longest-time.Second), now, now
	case campaignv1.State_STATE_ENDED:
		p.EndsUntil = now
	}
	return p
}

func (s *Service) list(ctx context.Context, organizer uuid.UUID, p campaigndb.ListCampaignsParams) ([]campaigndb.ListCampaignsRow, error) {
	if organizer == uuid.Nil {
		return s.q.ListCampaigns(ctx, s.db.Reader(ctx), p)
	}
	found, err := s.q.ListCampaignsOf(ctx, s.db.Reader(ctx), campaigndb.ListCampaignsOfParams{
		OrganizerID: organizer, BeforeStart: p.BeforeStart, BeforeID: p.BeforeID, StartsAfter: p.StartsAfter, StartsUntil: p.StartsUntil,
		EndsAfter: p.EndsAfter, EndsUntil: p.EndsUntil, PageLimit: p.PageLimit,
	})
	rows := make([]campaigndb.ListCampaignsRow, len(found))
	for i, row := range found {
		rows[i] = campaigndb.ListCampaignsRow(row)
	}
	return rows, err
}

func (s *Service) view(ctx context.Context, rows []campaigndb.ListCampaignsRow, now time.Time) ([]*campaignv1.Campaign, error) {
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	found, err := s.known.GetMany(ctx, ids, s.load)
	if err != nil {
		return nil, err
	}
	campaigns := make([]*campaignv1.Campaign, 0, len(ids))
	for _, campaignID := range ids {
		if k := found[campaignID]; k != nil {
			campaigns = append(campaigns, k.message(now))
		}
	}
	return campaigns, nil
}
