// Package id reads ids.
//
// Every id in Throng is a UUIDv7 that the database's clock made, or, where a store has
// none to ask, a process's whose clock is not far off the store's. So ids of one kind
// sort by time and the time can be read back from them. On the wire they
// are strings; inside they are uuid.UUID. Input rules have checked their form
// before a service sees them, so a bad one here is answered as an invalid field
// all the same and never trusted.
package id

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
)

// Max is greater than every id: where a list that goes backwards begins.
var Max = uuid.UUID{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// Parse reads the id in a request's field; "" is the zero id.
func Parse(field, s string) (uuid.UUID, error) {
	if s == "" {
		return uuid.Nil, nil
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, fault.InField(field, "id_invalid", "%s must be a UUID", field)
	}
	return u, nil
}

// ParseAll reads a list of ids.
func ParseAll(field string, ss []string) ([]uuid.UUID, error) {
	ids := make([]uuid.UUID, len(ss))
	for i, s := range ss {
		u, err := Parse(field, s)
		if err != nil {
			return nil, err
		}
		ids[i] = u
	}
	return ids, nil
}

// Strings writes ids as messages carry them.
func Strings(ids []uuid.UUID) []string {
	ss := make([]string, len(ids))
	for i, u := range ids {
		ss[i] = u.String()
	}
	return ss
}

// String writes an id as messages carry it; the zero id is "".
func String(u uuid.UUID) string {
	if u == uuid.Nil {
		return ""
	}
	return u.String()
}

// Time is when a UUIDv7 was made, to the millisecond.
func Time(u uuid.UUID) time.Time {
	ms := binary.BigEndian.Uint64(u[:8]) >> 16
	return time.UnixMilli(int64(ms)).UTC()
}
