package campaign

import (
	"time"

	"github.com/throng-social/throng/gen/db/campaigndb"
)

// frozenSince says whether the public sees the boards of a campaign as they were,
// and since when. A freeze by hand lasts until it is lifted, one by the clock until
// the end.
func frozenSince(c *campaigndb.Campaign, now time.Time) (since time.Time, frozen bool) {
	switch {
	case c.FrozenAt != nil:
		return *c.FrozenAt, true
	case c.FreezesAt == nil || now.Before(*c.FreezesAt) || !now.Before(c.EndsAt):
		return time.Time{}, false
	case c.UnfrozenAt != nil && !c.UnfrozenAt.Before(*c.FreezesAt):
		return time.Time{}, false
	}
	return *c.FreezesAt, true
}
