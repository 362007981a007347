package campaign

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
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

var errCampaignKeyReused = fault.New(fault.Precondition, "idempotency_key_reused", "this idempotency key was used for another campaign")

// CreateCampaign implements CampaignService.
func (s *Service) CreateCampaign(ctx context.Context, req *campaignv1.CreateCampaignRequest) (*campaignv1.CreateCampaignResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	d, err := draftOf(caller.UserID, req)
	if err != nil {
		return nil, err
	}
	campaignID, err := s.create(ctx, &d)
	if err != nil {
		return nil, err
	}
	c, err := s.asItIs(ctx, campaignID)
	return &campaignv1.CreateCampaignResponse{Campaign: c}, err
}

// draftOf is the campaign that a request describes, without an id.
func draftOf(organizer uuid.UUID, req *campaignv1.CreateCampaignRequest) (campaigndb.Campaign, error) {
	c := campaigndb.Campaign{
		OrganizerID: organizer, Title: strings.TrimSpace(req.GetTitle()), Text: req.GetText(), LocationID: req.GetLocationId(), TimeZone: req.GetTimeZone(),
		Tag: req.GetTag(), StartsAt: moment(req.GetStartsAt()), EndsAt: moment(req.GetEndsAt()), IdempotencyKey: req.GetIdempotencyKey(),
	}
	if req.GetFreezesAt() != nil {
		c.FreezesAt = new(moment(req.GetFreezesAt()))
	}
	if c.TimeZone == "" {
		c.TimeZone = "UTC"
	}
	if c.Tag == "" {
		c.Tag = tagOf(c.Title)
	}
	setRules(&c, req.GetRules())
	var err error
	if c.CoverMediaID, err = optionalID("cover_media_id", req.GetCoverMediaId()); err != nil {
		return c, err
	}
	if err = checkZone(c.TimeZone); err != nil {
		return c, err
	}
	c.RequestHash = hash(&c)
	return c, checkWindow(&c)
}

// moment is a time as the database keeps it.
func moment(t *timestamppb.Timestamp) time.Time { return t.AsTime().Truncate(time.Microsecond) }

// optionalID reads an id that may be empty.
func optionalID(field, text string) (*uuid.UUID, error) {
	u, err := id.Parse(field, text)
	if err != nil || u == uuid.Nil {
		return nil, err
	}
	return &u, nil
}

// hash is of all that a request says.
func hash(c *campaigndb.Campaign) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %q", c.Title, c.Text, c.LocationID, c.TimeZone, c.Tag)
	fmt.Fprintf(h, " %v %d %d %v", c.CoverMediaID, c.StartsAt.UnixMicro(), c.EndsAt.UnixMicro(), micros(c.FreezesAt))
	fmt.Fprintf(h, " %d %d %d %t %d %d %d", c.TeamSize, c.TeamsPerPerson, c.CheckInsPerDay, c.TeamNeeded, c.Scoring, c.Points, c.DailyCap)
	return h.Sum(nil)
}

// micros is a time to compare and to hash; 0, which no freeze is, for none.
func micros(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return t.UnixMicro()
}

// create makes the campaign, or finds it made.
func (s *Service) create(ctx context.Context, c *campaigndb.Campaign) (campaignID uuid.UUID, err error) {
	if c.CoverMediaID != nil {
		if campaignID, err = s.made(ctx, c); !fault.Is(err, fault.NotFound) {
			return campaignID, err
		}
		if err = s.claimPicture(ctx, c.OrganizerID, *c.CoverMediaID, coverSubject(c)); err != nil {
			return uuid.Nil, err
		}
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		campaignID, err = s.insert(ctx, tx, c)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return s.made(ctx, c)
	}
	return campaignID, err
}

// insert stores a campaign with its boards, which are empty; a fault of NotFound
// says that its key was used before.
func (s *Service) insert(ctx context.Context, tx postgres.Tx, c *campaigndb.Campaign) (uuid.UUID, error) {
	campaignID, err := s.q.InsertCampaign(ctx, tx, campaigndb.InsertCampaignParams{
		OrganizerID: c.OrganizerID, Title: c.Title, Text: c.Text, CoverMediaID: c.CoverMediaID, LocationID: c.LocationID, TimeZone: c.TimeZone,
		Tag: c.Tag, StartsAt: c.StartsAt, EndsAt: c.EndsAt, FreezesAt: c.FreezesAt, TeamSize: c.TeamSize, TeamsPerPerson: c.TeamsPerPerson,
		CheckInsPerDay: c.CheckInsPerDay, TeamNeeded: c.TeamNeeded, Scoring: c.Scoring, Points: c.Points, DailyCap: c.DailyCap,
		IdempotencyKey: c.IdempotencyKey, RequestHash: c.RequestHash,
	})
	if err != nil {
		return uuid.Nil, err
	}
	if err := s.q.BeginBoards(ctx, tx, campaignID); err != nil {
		return uuid.Nil, err
	}
	return campaignID, s.announceCover(ctx, tx, &campaigndb.Campaign{}, c)
}

// made finds the campaign that an earlier request with the key has made; without
// one it is a fault of NotFound.
func (s *Service) made(ctx context.Context, c *campaigndb.Campaign) (uuid.UUID, error) {
	row, err := s.q.FindCampaignByKey(ctx, s.db.Writer(ctx), campaigndb.FindCampaignByKeyParams{
		OrganizerID: c.OrganizerID, IdempotencyKey: c.IdempotencyKey,
	})
	if err == nil && !bytes.Equal(row.RequestHash, c.RequestHash) {
		err = errCampaignKeyReused
	}
	return row.ID, err
}
