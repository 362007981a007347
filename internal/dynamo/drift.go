package dynamo

import (
	"net/http"
	"sync/atomic"
	"time"
)

// drift is how far this process's clock is surely off that of the service.
type drift struct{ off atomic.Int64 }

// ClockOff is how far this process's clock is surely off that of the service, by the
// last answer that told its time; 0 where there was none. The service tells whole
// seconds, so a clock may be off by a second more than that, and the time that a
// request takes. Whoever orders things by Stamp refuses to write where it is more than
// ClockBound.
func (db *DB) ClockOff() time.Duration { return time.Duration(db.drift.off.Load()) }

// watched notes the time in each answer.
type watched struct {
	inner http.RoundTripper
	db    *DB
}

// RoundTrip implements http.RoundTripper.
func (w watched) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := w.db.clock.time()
	res, err := w.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if told, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		w.db.drift.note(sent, w.db.clock.time(), told)
	}
	return res, nil
}

// note: the service's clock was in the second that it told at some moment between
// sent and received.
func (d *drift) note(sent, received, told time.Time) {
	ahead, behind := sent.Sub(told.Add(time.Second)), told.Sub(received)
	d.off.Store(int64(max(0, ahead, behind)))
}
