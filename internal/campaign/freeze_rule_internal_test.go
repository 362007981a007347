package campaign

import (
	"testing"
	"time"

	"github.com/throng-social/throng/gen/db/campaigndb"
)

func TestBoardsAreFrozenByHandOrByTheClock(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	at := func(hours int) *time.Time {
		m := noon.Add(time.Duration(hours) * time.Hour)
		return &m
	}
	for name, c := range map[string]struct {
		freezes, frozen, unfrozen *time.Time
		now                       *time.Time
		want                      *time.Time
	}{
		"never":                                 {nil, nil, nil, at(3), nil},
		"not yet by the clock":                  {at(4), nil, nil, at(3), nil},
		"by the clock, at once":                 {at(4), nil, nil, at(4), at(4)},
		"by the clock, until the end":           {at(4), nil, nil, at(9), at(4)},
		"the end has come":                      {at(4), nil, nil, at(10), nil},
		"unfrozen after the clock froze":        {at(4), nil, at(5), at(6), nil},
		"unfrozen in the moment of the freeze":  {at(4), nil, at(4), at(6), nil},
		"unfrozen before the clock froze":       {at(4), nil, at(3), at(6), at(4)},
		"by hand":                               {nil, at(2), nil, at(3), at(2)},
		"by hand before the clock":              {at(4), at(2), nil, at(5), at(2)},
		"by hand, beyond the end":               {at(4), at(2), nil, at(12), at(2)},
		"by hand after the clock was unfrozen":  {at(4), at(6), at(5), at(7), at(6)},
		"by hand and unfrozen before the clock": {at(4), nil, at(2), at(3), nil},
	} {
		row := &campaigndb.Campaign{EndsAt: *at(10), FreezesAt: c.freezes, FrozenAt: c.frozen, UnfrozenAt: c.unfrozen}
		got := frozenSince(row, *c.now)
		if (got == nil) != (c.want == nil) || got != nil && !got.Equal(*c.want) {
			t.Errorf("%s: frozen since %v, want %v", name, got, c.want)
		}
	}
}
