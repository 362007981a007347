package campaign

import (
	"time"

	"github.com/throng-social/throng/gen/db/campaigndb"
)

// frozenSince is since when the public sees a campaign's boards as they were; nil
// where it sees them live. A freeze by hand lasts until it is lifted. One by the
// clock is over at the campaign's end, or when the boards are unfrozen after it
// has begun.
func frozenSince(c *campaigndb.Campaign, now time.Time) *time.Time {
	if c.FrozenAt != nil {
		return c.FrozenAt
	}
	at := c.FreezesAt
	switch {
	case at == nil, now.Before(*at), !now.Before(c.EndsAt):
		return nil
	case c.UnfrozenAt != nil && !c.UnfrozenAt.Before(*at):
		return nil
	}
	return at
}
