package weather

import (
	"fmt"
	"strings"
)

// String is the result in a few lines.
func (r Result) String() string {
	var b strings.Builder
	if l := r.Loaded; l != nil {
		fmt.Fprintf(&b, "loaded     %d places with %d observations in %.1f s\n", l.Places, l.Observations, l.Seconds)
	}
	for _, s := range r.all() {
		fmt.Fprintf(&b, "%-42s %7.0f a second, p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, most %.1f ms; %d refused, %d errors\n",
			s.Name, s.Rate, s.P50, s.P90, s.P99, s.Max, s.refused(), s.failed())
	}
	fmt.Fprintf(&b, "begun late p50 %.1f ms, p99 %.1f ms, most %.1f ms, in the open model\n", r.Open.Late.P50, r.Open.Late.P99, r.Open.Late.Max)
	fmt.Fprintf(&b, "checked    %d answers against %d values of the file", r.Checks.Answers, r.Checks.Values)
	if n := r.Checks.Differences; n != nil {
		fmt.Fprintf(&b, "\nrecount    %d differences", *n)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "\n! %s", p)
	}
	return b.String()
}
