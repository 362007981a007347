package dynamostore

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/fault"
)

// errClock is for a process that must not order posts.
var errClock = fault.New(fault.Unavailable, "clock_off", "the service is unavailable at the moment").After(time.Minute)

// newID makes the id of a post that is written with this stamp, unless this process's
// clock is known to be further off that of DynamoDB than clocks may differ: its posts
// would stand in the wrong order for ever. A stamp is at most dynamo.ClockBound ahead
// of the process's clock, DynamoDB tells its own in whole seconds, and the write has
// five seconds. So no id is more than three seconds ahead of the time at which its post
// appears, or eight behind.
func (s *Store) newID(stamp dynamo.Stamp) (uuid.UUID, error) {
	if off := s.db.ClockOff(); off > dynamo.ClockBound {
		return uuid.Nil, errClock.Because(fmt.Errorf("this process's clock is off by %v", off))
	}
	return idOf(stamp)
}

// idOf makes a UUIDv7 (RFC 9562, section 6.2, method 3): 48 bits of milliseconds, 12
// bits of the millisecond's fraction, then random bits. A fraction has four values for
// each microsecond, and each stamp of a process is at least one microsecond after the
// one before, so the ids of a process ascend strictly.
func idOf(stamp dynamo.Stamp) (uuid.UUID, error) {
	u, err := uuid.NewRandom()
	if err != nil {
		return uuid.Nil, err
	}
	const version = 7 << 12
	ms, fraction := uint64(stamp)/1000, uint64(stamp)%1000*4096/1000
	binary.BigEndian.PutUint64(u[:], ms<<16|version|fraction)
	return u, nil
}

// before is the greatest id that is less than u, and after the least that is greater.
func before(u uuid.UUID) uuid.UUID {
	for i := len(u) - 1; i >= 0; i-- {
		u[i]--
		if u[i] != 0xff {
			break
		}
	}
	return u
}

func after(u uuid.UUID) uuid.UUID {
	for i := len(u) - 1; i >= 0; i-- {
		u[i]++
		if u[i] != 0 {
			break
		}
	}
	return u
}
