package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

const (
	reportFile  = "docs/benchmarks.md"
	explainFile = "docs/benchmarks-explain.txt"
	// The figures stand between these two lines; all else is kept.
	figuresBegin = "<!-- figures: written by `make bench` with -write -->"
	figuresEnd   = "<!-- end of figures -->"
)

// row is one line of the table. limit is 0 where there is none to compare with.
type row struct {
	name, unit         string
	ours, limit, ratio float64
	goal               string
}

// report collects rows and what is to be known about them.
type report struct {
	out      io.Writer
	rows     []row
	notes    []string
	postgres string
	machine  machine
	began    time.Time
}

func newReport(ctx context.Context, out io.Writer) *report {
	return &report{out: out, machine: look(ctx), began: time.Now()}
}

// sayf tells what is being done.
func (r *report) sayf(format string, args ...any) {
	fmt.Fprintf(r.out, "%5.0f s  %s\n", time.Since(r.began).Seconds(), fmt.Sprintf(format, args...))
}

func (r *report) pair(name, unit, goal string, p pair) {
	r.add(row{name: name, unit: unit, ours: p.ours, limit: p.limit, ratio: p.ratio, goal: goal})
}

func (r *report) add(l row) {
	r.rows = append(r.rows, l)
	r.sayf("%s", strings.Join(l.cells(), "  "))
}

// notef is a sentence below the table.
func (r *report) notef(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

var headings = []string{"name", "ours", "limit", "ratio", "goal"}

func (l row) cells() []string {
	limit, ratio := "", ""
	if l.limit > 0 {
		limit = figure(l.limit) + " " + l.unit
	}
	if l.ratio > 0 {
		ratio = fmt.Sprintf("%.2f", l.ratio)
	}
	return []string{l.name, figure(l.ours) + " " + l.unit, limit, ratio, l.goal}
}

// figure writes a number with three digits that count, and its thousands apart.
func figure(v float64) string {
	switch {
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	digits := fmt.Sprintf("%.0f", v)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// finish prints the table.
func (r *report) finish(ctx context.Context) {
	r.machine.after, r.machine.tripAfter = loadAverage(), roundTrip(ctx)
	fmt.Fprintln(r.out)
	w := tabwriter.NewWriter(r.out, 0, 4, 3, ' ', 0)
	fmt.Fprintln(w, strings.ToUpper(strings.Join(headings, "\t")))
	for _, l := range r.rows {
		fmt.Fprintln(w, strings.Join(l.cells(), "\t"))
	}
	_ = w.Flush()
	fmt.Fprintln(r.out)
	for _, line := range append(r.notes, r.facts()...) {
		fmt.Fprintln(r.out, "- "+line)
	}
}

func (r *report) facts() []string {
	m := r.machine
	return []string{
		fmt.Sprintf("Machine: %d cores, %s, %s of memory, %s/%s. Load average before %s, after %s: what is beyond this command's own is others'.",
			runtime.NumCPU(), m.model, m.memory, runtime.GOOS, runtime.GOARCH, m.before, m.after),
		fmt.Sprintf("A byte over loopback and back, between two who wait for it: %.0f µs before, %.0f µs after (median). Times of calls hang on it: runs compare where it is alike.",
			m.trip, m.tripAfter),
		fmt.Sprintf("%s, Postgres %s (one primary and one replica on this machine, as `throng dev` has them: fsync and synchronous_commit on, shared_buffers 128 MB), commit %s, %s.",
			runtime.Version(), r.postgres, m.commit, r.began.UTC().Format("2006-01-02")),
	}
}

// place is between which lines of a page the figures stand. Groups that are measured by
// themselves have one of their own, which is made at the end of the page.
func (o options) place(page string) (whole, begin, end string) {
	if o.only == "" {
		return page, figuresBegin, figuresEnd
	}
	begin, end = fmt.Sprintf("<!-- figures of %s -->", o.only), fmt.Sprintf("<!-- end of figures of %s -->", o.only)
	if !strings.Contains(page, begin) {
		page += fmt.Sprintf("\n### By itself: %s\n\n%s\n%s\n", strings.ReplaceAll(o.only, ",", ", "), begin, end)
	}
	return page, begin, end
}

// writeTo puts the figures into a page that has a place for them.
func (r *report) writeTo(path string, o options) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	page, begin, end := o.place(string(old))
	before, rest, ok := strings.Cut(page, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s has no place for figures: the line %s", path, begin)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s\n\n| %s |\n|%s\n", before, begin, strings.Join(headings, " | "), strings.Repeat("---|", len(headings)))
	for _, l := range r.rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(l.cells(), " | "))
	}
	b.WriteString("\n")
	for _, line := range append(r.notes, r.facts()...) {
		b.WriteString("- " + line + "\n")
	}
	fmt.Fprintf(&b, "- World: %v. %d rounds, each side %v a round.\n\n%s%s", o.size, o.rounds, o.length, end, after)
	return os.WriteFile(path, []byte(b.String()), 0o644) //nolint:gosec // a page for everybody
}
