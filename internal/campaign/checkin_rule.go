package campaign

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
)

const (
	// zonesKept bounds the time zones of campaigns in memory.
	zonesKept = 10_000
	// zoneLifetime may be long: whoever uses one is told by the row if it is another.
	zoneLifetime = time.Minute
	// zoneTries is how often a day is asked for whose time zone is changed meanwhile.
	zoneTries = 3
)

var (
	errCheckInKeyReused = fault.New(fault.Precondition, "idempotency_key_reused", "this idempotency key was used for another check-in")
	errNotStarted       = fault.New(fault.Precondition, "campaign_not_started", "this campaign has not started")
	errNoParticipant    = fault.New(fault.Precondition, "not_joined", "join the campaign before you check in")
	errTeamNeeded       = fault.New(fault.Precondition, "team_needed", "join a team before you check in")
	errDayFull          = fault.New(fault.Exhausted, "daily_check_ins", "you have checked in as often as this campaign allows on one day")
)

// place is where a check-in stands in its campaign: the rules as they are, and which
// of the person's day it would be.
type place struct {
	campaigndb.LookForCheckInRow
	zone *time.Location
	// day is the check-in's, in the campaign's time zone.
	day string
}

// judge answers what was made with the key, or why nothing may be made. A key that was
// used is looked at first, so its check-in is answered also when no other may be made
// any more.
func (p place) judge(c *checkIn, now time.Time) (made *uuid.UUID, err error) {
	at := c.at()
	switch {
	case p.MadeID != nil && !bytes.Equal(p.MadeHash, c.hash):
		return nil, errCheckInKeyReused
	case p.MadeID != nil:
		return p.MadeID, nil
	case at.Before(p.StartsAt):
		return nil, errNotStarted
	case !at.Before(p.EndsAt):
		return nil, errCampaignEnded
	case !p.Joined:
		return nil, errNoParticipant
	case p.TeamNeeded && !p.InTeam:
		return nil, errTeamNeeded
	case p.Numbered >= p.CheckInsPerDay:
		return nil, errDayFull.After(max(nextDay(at, p.zone).Sub(now), time.Second))
	}
	return nil, nil
}

// placeOf looks at everything at once. It asks again where the campaign's time zone is
// not the one that was kept: before its start a campaign may change it.
func (s *Service) placeOf(ctx context.Context, on campaigndb.DBTX, c *checkIn) (place, error) {
	zone, err := s.zoneOf(ctx, c.campaign)
	if err != nil {
		return place{}, err
	}
	for range zoneTries {
		p := place{zone: zone, day: dayOf(c.at(), zone)}
		p.LookForCheckInRow, err = s.q.LookForCheckIn(ctx, on, campaigndb.LookForCheckInParams{
			CampaignID: c.campaign, UserID: c.user, Day: p.day, IdempotencyKey: c.key,
		})
		if err != nil || p.TimeZone == zone.String() {
			return p, err
		}
		if zone, err = time.LoadLocation(p.TimeZone); err != nil {
			return p, err
		}
	}
	return place{}, fmt.Errorf("the time zone of campaign %s does not stay", c.campaign)
}

// dayOf is the day of a moment, as YYYY-MM-DD.
func dayOf(at time.Time, zone *time.Location) string { return at.In(zone).Format(time.DateOnly) }

// nextDay is the first moment of the day after, of which clocks that are put forward
// may leave out the first hour, or all.
func nextDay(at time.Time, zone *time.Location) time.Time {
	year, month, day := at.In(zone).Date()
	next := time.Date(year, month, day+1, 0, 0, 0, 0, zone)
	for dayOf(next, zone) <= dayOf(at, zone) {
		next = next.Add(time.Hour)
	}
	return next
}

func newZones() *cache.Cache[uuid.UUID, *time.Location] {
	return cache.New[uuid.UUID, *time.Location](cache.Config{Size: zonesKept, Lifetime: zoneLifetime})
}

// zoneOf is a campaign's time zone, as it is or was a moment ago; campaigns are never
// deleted, so it tells as well that there is one. It is asked for without the
// caller's session: one that demands his own last write would find nothing kept.
func (s *Service) zoneOf(ctx context.Context, campaign uuid.UUID) (*time.Location, error) {
	zone, found, err := s.zones.Get(consistency.With(ctx, nil), campaign, s.loadZones)
	if err == nil && !found {
		return nil, errNoCampaign
	}
	return zone, err
}

func (s *Service) loadZones(ctx context.Context, campaigns []uuid.UUID) (map[uuid.UUID]*time.Location, error) {
	rows, err := s.q.ListZones(ctx, s.db.Primary(ctx), campaigns)
	if err != nil {
		return nil, err
	}
	zones := make(map[uuid.UUID]*time.Location, len(rows))
	for _, row := range rows {
		if zones[row.ID], err = time.LoadLocation(row.TimeZone); err != nil {
			return nil, err
		}
	}
	return zones, nil
}
