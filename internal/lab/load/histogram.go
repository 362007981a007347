package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A histogram tells microseconds apart up to ten minutes, to three digits. A
// longer time counts as ten minutes.
const (
	shortest = int64(1)
	longest  = int64(maxTimeout / time.Microsecond)
	digits   = 3
)

// Histogram keeps how long things took. It is not safe for concurrent use.
type Histogram struct{ h *hdrhistogram.Histogram }

// NewHistogram makes an empty one.
func NewHistogram() *Histogram { return &Histogram{hdrhistogram.New(shortest, longest, digits)} }

// Record takes in one time.
func (h *Histogram) Record(d time.Duration) {
	us := min(max(d.Microseconds(), 0), longest)
	_ = h.h.RecordValue(us) // it is in range
}

// Add takes in what another one holds.
func (h *Histogram) Add(o *Histogram) { h.h.Merge(o.h) } // nothing is dropped: both have one shape

// Count is how many times were recorded.
func (h *Histogram) Count() int64 { return h.h.TotalCount() }

// Quantile is the time within which a share q, 0 to 1, of them stayed; 0 for an
// empty histogram.
func (h *Histogram) Quantile(q float64) time.Duration {
	return time.Duration(h.h.ValueAtQuantile(100*q)) * time.Microsecond
}

// Mean is their mean.
func (h *Histogram) Mean() time.Duration {
	return time.Duration(h.h.Mean() * float64(time.Microsecond))
}

// Max is the longest.
func (h *Histogram) Max() time.Duration { return time.Duration(h.h.Max()) * time.Microsecond }

// Place is a point of a distribution: a share Q of all took at most Within.
type Place struct {
	Q      float64
	Within time.Duration
}

// Distribution has places that come ever closer to all: half, three quarters,
// seven eighths and so on, the last of them all; none for an empty histogram.
func (h *Histogram) Distribution() []Place {
	if h.Count() == 0 {
		return nil
	}
	var places []Place
	for _, b := range h.h.CumulativeDistributionWithTicks(2) {
		places = append(places, Place{Q: b.Quantile / 100, Within: time.Duration(b.ValueAt) * time.Microsecond})
	}
	return places
}
