package report

import (
	"math"

	"github.com/throng-social/throng/internal/lab/load"
)

// CallsHead is above rows of calls.
func CallsHead() []string {
	return []string{"what", "went well", "p50 ms", "p90", "p99", "most", "errors"}
}

// CallsRow is the row of calls in a table.
func CallsRow(c load.Calls) []string {
	return []string{c.Name, Whole(c.OK()), Figure(c.P50), Figure(c.P90), Figure(c.P99), Figure(c.Max), Whole(c.Errors())}
}

// CallsLine is how many calls waited how long, for a plot of quantiles.
func CallsLine(c load.Calls) Line {
	l := Line{Name: c.Name}
	for _, p := range c.Distribution {
		l.X, l.Y = append(l.X, p.Share), append(l.Y, p.Within)
	}
	return l
}

// LateRow is the row of how late something was begun.
func LateRow(name string, l load.Late) []string {
	return []string{name, Figure(l.P50), Figure(l.P99), Figure(l.Max)}
}

// Whole writes a whole number.
func Whole[N int | int64](n N) string { return Figure(float64(n)) }

// Known is NaN for what is not known.
func Known(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// UnlessZero is NaN where there was nothing to measure.
func UnlessZero(v float64) float64 {
	if v == 0 {
		return math.NaN()
	}
	return v
}
