package load

import (
	"fmt"
	"slices"
	"time"
)

// Calls is what became of calls of one kind, for reports. Times are in milliseconds.
type Calls struct {
	Name         string           `json:"name"`
	Outcomes     map[string]int64 `json:"outcomes"`
	P50          float64          `json:"p50"`
	P90          float64          `json:"p90"`
	P99          float64          `json:"p99"`
	Max          float64          `json:"max"`
	Distribution []Waited         `json:"distribution,omitempty"`
}

// Waited is a point of a distribution: a share of all took at most so long.
type Waited struct {
	Share  float64 `json:"share"`
	Within float64 `json:"within"`
}

// Late is how late something was begun, in milliseconds.
type Late struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// CallsOf is a result under a name.
func CallsOf(name string, r *Result) Calls {
	c := Calls{
		Name: name, Outcomes: map[string]int64{}, P50: Milliseconds(r.Latency.Quantile(0.5)), P90: Milliseconds(r.Latency.Quantile(0.9)),
		P99: Milliseconds(r.Latency.Quantile(0.99)), Max: Milliseconds(r.Latency.Max()),
	}
	for _, o := range Outcomes() {
		if n := r.Count(o); n > 0 {
			c.Outcomes[o.String()] = n
		}
	}
	for _, p := range r.Latency.Distribution() {
		c.Distribution = append(c.Distribution, Waited{p.Q, Milliseconds(p.Within)})
	}
	return c
}

// LateOf is what a histogram of lags comes to.
func LateOf(h *Histogram) Late {
	return Late{Milliseconds(h.Quantile(0.5)), Milliseconds(h.Quantile(0.99)), Milliseconds(h.Max())}
}

// OK is how many went well.
func (c Calls) OK() int64 { return c.Outcomes[OK.String()] }

// Errors is how many did not, refused ones among them.
func (c Calls) Errors() (n int64) {
	for name, count := range c.Outcomes {
		if name != OK.String() {
			n += count
		}
	}
	return n
}

// Failures tells of calls that did not go well, each outcome with an example, but for
// some that may be.
func (r *Result) Failures(name string, may ...Outcome) (all []string) {
	for _, o := range Outcomes() {
		if n := r.Count(o); n > 0 && o != OK && !slices.Contains(may, o) {
			all = append(all, fmt.Sprintf("%s: %d of %d %v, such as: %s", name, n, r.Due(), o, r.Example(o)))
		}
	}
	return all
}

// Milliseconds is a time as reports have it.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
