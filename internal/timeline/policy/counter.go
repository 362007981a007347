package policy

import (
	"math"
	"time"
)

const (
	// Memory is how long counts of views and posts weigh: what is older counts
	// e times less.
	Memory = 14 * 24 * time.Hour
	// BurstMemory is the same for bursts.
	BurstMemory = time.Minute
	// prior is what is assumed before anything is known: half an event in half a
	// day.
	prior = 0.5
	// flat is where e to the power of minus that is nothing.
	flat = 300
)

// Counter is a decaying count of events. The database keeps the same
// (timeline_decayed and timeline_rate), and a test holds both together.
type Counter struct {
	Count     float64
	At, Since time.Time
}

// Add counts n events.
func (c Counter) Add(now time.Time, n, memory float64) Counter {
	if c.Since.IsZero() {
		c.Since = now
	}
	return Counter{Count: c.decayed(now, memory) + n, At: now, Since: c.Since}
}

// Rate estimates events a day. Of a short time of watching it takes what was seen
// in it, so it is right long before the memory is full.
func (c Counter) Rate(now time.Time) float64 {
	watched := Counter{Count: 1, At: c.Since}
	seconds := Memory.Seconds()
	days := seconds / (24 * 60 * 60) * (1 - watched.decayed(now, seconds))
	return (c.decayed(now, seconds) + prior) / (days + prior)
}

func (c Counter) decayed(now time.Time, memory float64) float64 {
	return c.Count * math.Exp(-min(max(now.Sub(c.At).Seconds(), 0)/memory, flat))
}
