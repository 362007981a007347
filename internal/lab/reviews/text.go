package reviews

import (
	"fmt"
	"strings"
)

// String is the result in a few lines.
func (r Result) String() string {
	var b strings.Builder
	if l := r.Loaded; l != nil {
		fmt.Fprintf(&b, "loaded           %d products with %d reviews in %.1f s\n", l.Products, l.Reviews, l.Seconds)
	}
	for _, p := range r.Phases {
		fmt.Fprintf(&b, "%s\n", p.Name)
		for _, c := range p.Kinds {
			if len(c.Outcomes) > 0 {
				fmt.Fprintf(&b, "  %-18s %7d went well, p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, most %.1f ms; %d errors\n", c.Name, c.OK(), c.P50, c.P90, c.P99, c.Max, c.Errors())
			}
		}
		fmt.Fprintf(&b, "  begun late by      p50 %.1f ms, p99 %.1f ms, most %.1f ms\n", p.Late.P50, p.Late.P99, p.Late.Max)
	}
	for _, m := range r.Most {
		fmt.Fprintf(&b, "the most         %.0f a second of %s, p99 %.1f ms; %d refused or errors\n", m.Rate, m.Name, m.P99, m.Errors())
	}
	c := r.Checks
	fmt.Fprintf(&b, "checked          %d answers, %d held to a write; %d reviews added, %d marks, %d reviews hidden", c.Answers, c.Held, c.Added, c.Marked, c.Hidden)
	if c.Differences != nil {
		fmt.Fprintf(&b, "\nrecount          %d differences", *c.Differences)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "\n! %s", p)
	}
	return b.String()
}
