package campaign

import (
	"testing"
	"time"

	"github.com/throng-social/throng/gen/db/campaigndb"
)

func TestWhenThePublicSeesFrozenBoards(t *testing.T) {
	t.Parallel()
	at := func(hour int) *time.Time { return new(time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC)) }
	for name, c := range map[string]struct {
		freezes, frozen, unfrozen *time.Time
		now                       int
		want                      *time.Time
	}{
		"never":                                      {nil, nil, nil, 15, nil},
		"before the clock":                           {at(14), nil, nil, 13, nil},
		"by the clock":                               {at(14), nil, nil, 14, at(14)},
		"by the clock until the end":                 {at(14), nil, nil, 20, nil},
		"lifted after the clock":                     {at(14), nil, at(15), 16, nil},
		"lifted when the clock came":                 {at(14), nil, at(14), 16, nil},
		"lifted before the clock":                    {at(14), nil, at(13), 16, at(14)},
		"by hand":                                    {nil, at(12), nil, 13, at(12)},
		"by hand before the clock":                   {at(14), at(12), nil, 16, at(12)},
		"by hand after the end":                      {nil, at(12), nil, 23, at(12)},
		"by hand again after the clock's was lifted": {at(14), at(16), at(15), 17, at(16)},
	} {
		since, frozen := frozenSince(&campaigndb.Campaign{EndsAt: *at(20), FreezesAt: c.freezes, FrozenAt: c.frozen, UnfrozenAt: c.unfrozen}, *at(c.now))
		if frozen != (c.want != nil) || frozen && !since.Equal(*c.want) {
			t.Errorf("%s: %v, %v", name, since, frozen)
		}
	}
}
