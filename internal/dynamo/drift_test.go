package dynamo

import (
	"testing"
	"time"
)

func TestAClockIsOffOnlyIfNoMomentOfTheRequestExplainsTheTimeThatIsTold(t *testing.T) {
	t.Parallel()
	at := func(ms int) time.Time { return time.UnixMilli(int64(ms)) }
	for name, c := range map[string]struct {
		sent, received, told int
		off                  time.Duration
	}{
		"the same second":        {sent: 5_100, received: 5_200, told: 5_000},
		"the end of a second":    {sent: 5_999, received: 6_300, told: 5_000},
		"a slow answer":          {sent: 5_100, received: 9_000, told: 8_000},
		"a clock that is ahead":  {sent: 9_500, received: 9_700, told: 5_000, off: 3500 * time.Millisecond},
		"a clock that is behind": {sent: 1_500, received: 1_700, told: 5_000, off: 3300 * time.Millisecond},
	} {
		var d drift
		d.note(at(c.sent), at(c.received), at(c.told))
		if off := time.Duration(d.off.Load()); off != c.off {
			t.Errorf("%s: off by %v, want %v", name, off, c.off)
		}
	}
}
