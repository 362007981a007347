package dynamostore

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/id"
)

func TestIdsAreOrderedAsTheirStamps(t *testing.T) {
	t.Parallel()
	now := dynamo.Stamp(time.Now().UnixMicro())
	rapid.Check(t, func(rt *rapid.T) {
		stamp := now + dynamo.Stamp(rapid.Uint64Range(0, 1<<40).Draw(rt, "later"))
		one, two := idAt(t, stamp), idAt(t, stamp+1)
		if bytes.Compare(one[:], two[:]) >= 0 {
			rt.Fatalf("%s is not before %s", one, two)
		}
		if one.Version() != 7 || one.Variant() != uuid.RFC4122 || !id.Time(one).Equal(stamp.Time().Truncate(time.Millisecond)) {
			rt.Fatalf("%s is of %v, want %v", one, id.Time(one), stamp.Time())
		}
	})
}

func TestBeforeAndAfterAreNeighbours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ less, more string }{
		{"00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001"},
		{"01900000-0000-7000-8000-0000000000ff", "01900000-0000-7000-8000-000000000100"},
		{"0190ffff-ffff-ffff-ffff-ffffffffffff", "01910000-0000-0000-0000-000000000000"},
		{"ffffffff-ffff-ffff-ffff-fffffffffffe", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
	} {
		less, more := uuid.MustParse(c.less), uuid.MustParse(c.more)
		if before(more) != less || after(less) != more {
			t.Errorf("before %s is %s, after %s is %s", more, before(more), less, after(less))
		}
	}
}

func idAt(t *testing.T, stamp dynamo.Stamp) uuid.UUID {
	t.Helper()
	u, err := idOf(stamp)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
