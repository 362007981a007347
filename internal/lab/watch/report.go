package watch

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// String is the result in a few lines.
func (r Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d watchers on %d connections to one process, %d posts\n", r.Config.Watchers, r.Connections, len(r.Posts))
	fmt.Fprintf(&b, "from the answer to receipt   p50 %.1f ms, p99 %.1f ms, max %.1f ms\n", r.All.P50, r.All.P99, r.All.Max)
	fmt.Fprintf(&b, "missing                      %d\n", r.Missing)
	fmt.Fprintf(&b, "received twice               %d\n", r.Repeated)
	fmt.Fprintf(&b, "read for all streams         %d times, by streams for themselves %d times\n", r.Hydrations, r.Looks)
	fmt.Fprintf(&b, "memory of an idle watcher    %.1f KB of the process, %.1f KB of heap and stacks", float64(r.Resident)/1024, float64(r.Used)/1024)
	return b.String()
}

// Check says what is not as it must be: every watcher has every post once, 99 of
// 100 within the limit, and each post was read once.
func (r Result) Check(limit time.Duration) error {
	var errs []error
	if r.Missing > 0 || r.Repeated > 0 {
		errs = append(errs, fmt.Errorf("%d posts were missing and %d came twice", r.Missing, r.Repeated))
	}
	if ms := float64(limit.Microseconds()) / 1000; r.All.P99 > ms {
		errs = append(errs, fmt.Errorf("99%% of the receipts took up to %.1f ms, more than %.0f", r.All.P99, ms))
	}
	if r.Hydrations != len(r.Posts) {
		errs = append(errs, fmt.Errorf("%d posts were read %d times", len(r.Posts), r.Hydrations))
	}
	return errors.Join(errs...)
}
