package dynamo

import (
	"testing"
	"time"

	"github.com/throng-social/throng/internal/consistency"
)

// at is a client whose clock stands still.
func at(now time.Time) *DB { return &DB{clock: clock{now: func() time.Time { return now }}} }

func TestStampsGrowAndFollowWhatTheProcessHasSeen(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	db := at(now)
	first := db.Stamp(t.Context())
	second := db.Stamp(t.Context())
	if first != micros(now) || second <= first {
		t.Errorf("stamps are %d and %d", first, second)
	}
	for name, test := range map[string]struct{ ahead, want time.Duration }{
		"another's clock is ahead": {300 * time.Millisecond, 300 * time.Millisecond},
		"a client makes a time up": {time.Hour, ClockBound},
		"nothing new was seen":     {-time.Hour, 0},
	} {
		db := at(now)
		ctx, _ := consistency.Begin(t.Context(), consistency.Position{Clock: uint64(micros(now.Add(test.ahead)))})
		if ahead := db.Stamp(ctx).Time().Sub(now); ahead.Truncate(time.Millisecond) != test.want {
			t.Errorf("%s: the stamp is %v ahead", name, ahead)
		}
	}
}

func TestAReadIsStrongIfTheSessionHasSeenSomethingYoungerThanACopyMayBe(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	db := at(now)
	for name, test := range map[string]struct {
		seen time.Duration
		from Copy
		want bool
	}{
		"nothing seen":       {-time.Hour, Reader, false},
		"seen 11 s ago":      {-11 * time.Second, Reader, false},
		"seen just later":    {-11*time.Second + time.Microsecond, Reader, true},
		"seen now":           {0, Reader, true},
		"asks for the other": {-time.Hour, Primary, true},
	} {
		ctx, _ := consistency.Begin(t.Context(), consistency.Position{Clock: uint64(micros(now.Add(test.seen)))})
		strong, promise := db.look(ctx, test.from)
		want := now.Add(-ClockBound)
		if !test.want {
			want = want.Add(-StaleBound)
		}
		if strong != test.want || Stamp(promise.Clock) != micros(want) || promise.Log != consistency.Always {
			t.Errorf("%s: strong is %v, the promise %v", name, strong, promise)
		}
	}
}

// A write may be done as late as its budget after its stamp, and somebody else may
// have looked in vain until then: who has seen it must not be answered from there.
func TestWhoHasSeenAnItemHasSeenItsWriteThatMayHaveBeenDoneLaterThanItsStamp(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	db := at(now)
	db.config.Budget = 5 * time.Second
	for name, test := range map[string]struct{ written, want time.Duration }{
		"written just now":         {-time.Second, 0},
		"written as long ago":      {-5 * time.Second, 0},
		"written before that":      {-time.Minute, -time.Minute + 5*time.Second},
		"written by a clock ahead": {time.Second, 0},
	} {
		ctx, session := consistency.Begin(t.Context(), consistency.Position{})
		db.saw(ctx, floor(now.Add(-ClockBound)), []Item{{attrStamp: micros(now.Add(test.written)).Value()}})
		if seen, err := session.Ceiling(ctx); err != nil || Stamp(seen.Clock) != micros(now.Add(test.want)) {
			t.Errorf("%s: has seen %v", name, Stamp(seen.Clock).Time().Sub(now))
		}
	}
	ctx, session := consistency.Begin(t.Context(), consistency.Position{})
	db.wrote(ctx)
	if seen, err := session.Ceiling(ctx); err != nil || Stamp(seen.Clock) != micros(now) {
		t.Errorf("after a write has seen %v, %v", seen, err)
	}
}
