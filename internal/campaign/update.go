package campaign

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

var (
	errNotOrganizer    = fault.New(fault.Denied, "not_organizer", "only its organizer may do this to a campaign")
	errCampaignStarted = fault.New(fault.Precondition, "campaign_started", "the campaign has started: its rules, time zone and start stay")
	errCampaignEnded   = fault.New(fault.Precondition, "campaign_ended", "the campaign is over")
)

// UpdateCampaign implements CampaignService.
func (s *Service) UpdateCampaign(ctx context.Context, req *campaignv1.UpdateCampaignRequest) (*campaignv1.UpdateCampaignResponse, error) {
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
	cover, err := optionalID("cover_media_id", req.GetCoverMediaId())
	if err != nil {
		return nil, err
	}
	if err := s.update(ctx, caller, campaignID, req, cover); err != nil {
		return nil, err
	}
	s.known.Invalidate(campaignID)
	c, err := s.asItIs(ctx, campaignID)
	return &campaignv1.UpdateCampaignResponse{Campaign: c}, err
}

func (s *Service) update(ctx context.Context, caller identity.Caller, campaignID uuid.UUID, req *campaignv1.UpdateCampaignRequest, cover *uuid.UUID) error {
	present, err := s.q.FindCampaign(ctx, s.db.Writer(ctx), campaignID)
	if err != nil {
		return ofCampaign(err)
	}
	if !organizes(caller, &present) {
		return errNotOrganizer
	}
	claim, err := s.claimCover(ctx, caller.UserID, present, cover)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		before, err := s.q.LockCampaign(ctx, tx, campaignID)
		if err != nil {
			return ofCampaign(err)
		}
		after, err := changed(before, req, s.now())
		if err != nil {
			return err
		}
		if req.CoverMediaId != nil {
			if err := setCover(&after, cover, claim); err != nil {
				return err
			}
		}
		if err := s.announceCover(ctx, tx, &before, &after); err != nil {
			return err
		}
		return s.save(ctx, tx, &after)
	})
}

func (s *Service) save(ctx context.Context, tx postgres.Tx, c *campaigndb.Campaign) error {
	return s.q.UpdateCampaign(ctx, tx, campaigndb.UpdateCampaignParams{
		ID: c.ID, Title: c.Title, Text: c.Text, CoverMediaID: c.CoverMediaID, CoverClaims: c.CoverClaims, LocationID: c.LocationID,
		TimeZone: c.TimeZone, StartsAt: c.StartsAt, EndsAt: c.EndsAt, FreezesAt: c.FreezesAt, TeamSize: c.TeamSize,
		TeamsPerPerson: c.TeamsPerPerson, CheckInsPerDay: c.CheckInsPerDay, TeamNeeded: c.TeamNeeded, Scoring: c.Scoring,
		Points: c.Points, DailyCap: c.DailyCap,
	})
}

// changed is a campaign with what a request changes, all but its cover, or the
// fault that says why that may not be. What is set to what it is already does not
// count as changed.
func changed(before campaigndb.Campaign, req *campaignv1.UpdateCampaignRequest, now time.Time) (campaigndb.Campaign, error) {
	c := before
	describe(&c, req)
	schedule(&c, req)
	if req.GetRules() != nil {
		setRules(&c, req.GetRules())
	}
	switch stateOf(&before, now) {
	case campaignv1.State_STATE_UNSPECIFIED, campaignv1.State_STATE_UPCOMING:
	case campaignv1.State_STATE_ENDED:
		if termsOf(&c) != termsOf(&before) || closing(&c) != closing(&before) {
			return c, errCampaignEnded
		}
	case campaignv1.State_STATE_RUNNING:
		if termsOf(&c) != termsOf(&before) {
			return c, errCampaignStarted
		}
		if !c.EndsAt.Equal(before.EndsAt) && c.EndsAt.Before(now) {
			return c, fault.InField("ends_at", "window", "a campaign that runs cannot have ended already")
		}
	}
	if c.TimeZone != before.TimeZone {
		if err := checkZone(c.TimeZone); err != nil {
			return c, err
		}
	}
	return c, checkWindow(&c)
}

func describe(c *campaigndb.Campaign, req *campaignv1.UpdateCampaignRequest) {
	if req.Title != nil {
		c.Title = strings.TrimSpace(req.GetTitle())
	}
	if req.Text != nil {
		c.Text = req.GetText()
	}
	if req.LocationId != nil {
		c.LocationID = req.GetLocationId()
	}
}

func schedule(c *campaigndb.Campaign, req *campaignv1.UpdateCampaignRequest) {
	if req.TimeZone != nil {
		c.TimeZone = req.GetTimeZone()
	}
	if req.GetStartsAt() != nil {
		c.StartsAt = moment(req.GetStartsAt())
	}
	if req.GetEndsAt() != nil {
		c.EndsAt = moment(req.GetEndsAt())
	}
	if req.GetNeverFreezes() {
		c.FreezesAt = nil
	}
	if req.GetFreezesAt() != nil {
		c.FreezesAt = new(moment(req.GetFreezesAt()))
	}
}

// terms are what stays once a campaign has started.
type terms struct {
	start                                    int64
	zone                                     string
	teamSize, teamsPerPerson, checkInsPerDay int32
	teamNeeded                               bool
	scoring                                  int16
	points, dailyCap                         int32
}

func termsOf(c *campaigndb.Campaign) terms {
	return terms{
		start: c.StartsAt.UnixMicro(), zone: c.TimeZone, teamSize: c.TeamSize, teamsPerPerson: c.TeamsPerPerson, checkInsPerDay: c.CheckInsPerDay,
		teamNeeded: c.TeamNeeded, scoring: c.Scoring, points: c.Points, dailyCap: c.DailyCap,
	}
}

// closing is what stays once a campaign has ended: its end and its freeze.
func closing(c *campaigndb.Campaign) [2]int64 {
	return [2]int64{c.EndsAt.UnixMicro(), micros(c.FreezesAt)}
}
