package instructors

import (
	"fmt"
	"strings"

	"github.com/throng-social/throng/internal/lab/load"
)

// String is the result in a few lines.
func (r Result) String() string {
	var b strings.Builder
	if l := r.Loaded; l != nil {
		fmt.Fprintf(&b, "loaded    %d instructors, %d courses, %d assistants in %.1f s\n", l.Instructors, l.Courses, l.Assistants, l.Seconds)
	}
	for _, c := range r.Climbs {
		fmt.Fprintf(&b, "%s\n", c.Name)
		for _, s := range c.Steps {
			fmt.Fprintf(&b, "  %s\n", s)
		}
	}
	c := r.Checks
	fmt.Fprintf(&b, "checked   %d answers against the set, %d held to a write; %d instructors changed, %d guests came and %d went", c.Answers, c.Held, c.Updated, c.Came, c.Went)
	if c.Differences != nil {
		fmt.Fprintf(&b, "\nrecount   %d differences", *c.Differences)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "\n! %s", p)
	}
	return b.String()
}

// String is the step in a line.
func (s Step) String() string {
	bent := ""
	if s.Bent {
		bent = "; it bends"
	}
	return fmt.Sprintf("%7.0f a second: %d answered, p50 %.1f ms, p99 %.1f ms; %.2f%% lost: %s%s",
		s.Rate, s.Reads.OK(), s.Reads.P50, s.Reads.P99, s.LostPercent, s.lost(), bent)
}

// lost is what became of calls that did not go well.
func (s Step) lost() string {
	var parts []string
	for _, o := range load.Outcomes()[1:] {
		parts = append(parts, fmt.Sprintf("%d %v", s.Reads.Outcomes[o.String()], o))
	}
	return strings.Join(parts, ", ")
}
