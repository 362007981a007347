package campaign

import (
	"context"
	"time"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
)

// nameLife is how long names on a board are shown that nothing was heard of.
const nameLife = 5 * time.Second

// glance is one look at a campaign: how its boards are to be shown at the moment, and
// what was read of them, once for all views.
type glance struct {
	audience *audience
	// position is where the live boards are, frozenAt where the public's stand while
	// they are frozen.
	position, frozenAt int64
	frozen, final      bool
	found              map[glanceKey]reading
}

type glanceKey struct {
	scope  campaignv1.Scope
	frozen bool
}

// reading is a top with names.
type reading struct {
	top       boardTop
	standings []*campaignv1.Standing
	// named is false where some names could not be had.
	named bool
}

func (a *audience) renew(ctx context.Context, views []*boardView) error {
	g, err := a.glance(ctx)
	if err != nil {
		return err
	}
	for _, v := range views {
		if err := g.renew(ctx, v); err != nil {
			return err
		}
	}
	return a.tellMoved(ctx, g.position)
}

func (a *audience) glance(ctx context.Context) (*glance, error) {
	s := a.hub.service
	row, err := s.watched(ctx, a.campaign)
	if err != nil {
		return nil, err
	}
	now := s.now()
	a.change = nextChange(&row.Campaign, now)
	g := &glance{audience: a, position: row.Position, final: !now.Before(row.Campaign.EndsAt), found: map[glanceKey]reading{}}
	since := frozenSince(&row.Campaign, now)
	if since == nil {
		return g, nil
	}
	g.frozen = true
	// Which position was the last one is asked where nothing that was counted by then
	// can be missing.
	at, err := s.q.GetWatchedPositionAt(ctx, s.db.Primary(ctx), campaigndb.GetWatchedPositionAtParams{CampaignID: a.campaign, Moment: *since})
	if fault.Is(err, fault.NotFound) {
		return g, nil
	}
	g.frozenAt = at.Position
	return g, err
}

// nextChange is when the clock next changes how boards are shown; zero for never.
func nextChange(c *campaigndb.Campaign, now time.Time) time.Time {
	if c.FreezesAt != nil && now.Before(*c.FreezesAt) {
		return *c.FreezesAt
	}
	if now.Before(c.EndsAt) {
		return c.EndsAt
	}
	return time.Time{}
}

// renew shows what a view does not show yet.
func (g *glance) renew(ctx context.Context, v *boardView) error {
	frozen, at := g.frozen && !v.live, g.position
	if frozen {
		at = g.frozenAt
	}
	before := v.now.Load()
	arrived := before.ready() && before.frozen == frozen && before.top.position >= at
	if arrived && before.final == g.final && time.Since(v.named) < nameLife {
		return nil
	}
	key := glanceKey{v.scope, frozen}
	r, found := g.found[key]
	if !found {
		if arrived {
			r.top = before.top
		}
		if err := g.read(ctx, &r, key, arrived, before); err != nil {
			return err
		}
		g.found[key] = r
	}
	v.named = time.Time{}
	if r.named {
		v.named = time.Now()
	}
	v.publish(newShown(r, frozen, g.final))
	return nil
}

// read reads a top, unless it is known already, and the names on it.
func (g *glance) read(ctx context.Context, r *reading, key glanceKey, known bool, before *shown) (err error) {
	h, campaign := g.audience.hub, g.audience.campaign
	switch {
	case known:
	case key.frozen:
		r.top, err = h.source.past(ctx, campaign, key.scope, g.frozenAt)
	default:
		r.top, err = h.source.live(ctx, campaign, key.scope)
	}
	if err == nil {
		r.standings, r.named, err = h.service.nameTop(ctx, campaign, key.scope, r.top, before)
	}
	return err
}

// tellMoved nudges the streams of those who joined or left a team since the last
// look.
func (a *audience) tellMoved(ctx context.Context, position int64) error {
	before := a.counted
	a.mu.Lock()
	viewers := len(a.viewers)
	a.mu.Unlock()
	if viewers == 0 || before == noVersion || position <= before {
		a.counted = max(position, before)
		return nil
	}
	s := a.hub.service
	moved, err := s.q.ListWatchersMoved(ctx, s.db.Primary(ctx), campaigndb.ListWatchersMovedParams{CampaignID: a.campaign, After: before, Until: position})
	if err != nil {
		return err
	}
	a.counted = position
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, user := range moved {
		for _, w := range a.viewers[user] {
			select {
			case w.nudge <- struct{}{}:
			default:
			}
		}
	}
	return nil
}
