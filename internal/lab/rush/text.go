package rush

import (
	"fmt"
	"strings"
)

// String is the result in a few lines.
func (r Result) String() string {
	var b strings.Builder
	for _, c := range append(r.Kinds[:], r.Together) {
		fmt.Fprintf(&b, "%-16s %7d went well, p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, most %.1f ms; %d refused, %d errors\n", c.Name, c.OK(), c.P50, c.P90, c.P99, c.Max, c.Refused(), c.Errors())
	}
	c := r.CheckIns
	fmt.Fprintf(&b, "check-ins        %d offered, %d acknowledged, %d in the feed, %d lost, %d twice, %d people with another score\n",
		c.Offered, c.Acknowledged, c.Listed, c.Lost, c.Duplicates, c.Misscored)
	if c.Differences != nil {
		fmt.Fprintf(&b, "recount          %d differences\n", *c.Differences)
	}
	fmt.Fprintf(&b, "on the board     p50 %.0f ms, p99 %.0f ms, most %.0f ms after it was acknowledged, of %d\n", r.Lag.P50, r.Lag.P99, r.Lag.Max, r.Lag.Count)
	fmt.Fprintf(&b, "the generator    p50 %.1f ms, p99 %.1f ms, most %.1f ms later than intended, which is in no other figure\n", r.Late.P50, r.Late.P99, r.Late.Max)
	fmt.Fprintf(&b, "longest stall    %.2f s at second %.0f, %.2f s in the final rush", r.Stall.Seconds, r.Stall.At, r.Final.Seconds)
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "\n! %s", p)
	}
	return b.String()
}
