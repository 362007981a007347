// Package report shows people what an experiment found: as a page of HTML with
// tables and plots (page.go, plot.go), and as a table on a terminal (table.go).
//
// A page is one file. Its plots are drawings in it (SVG, by gonum.org/v1/plot),
// its style is in it, and it has no script: it opens anywhere, offline, in ten
// years. What could not be measured is a dash in a table and a gap in a plot, and
// is named at the top, so that nobody takes it for nothing.
package report

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Unknown is what stands for a value that could not be measured.
const Unknown = "—"

// Figure writes a number for people: three digits count, thousands are parted.
func Figure(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return Unknown
	case a == 0:
		return "0"
	case a < 1:
		return strconv.FormatFloat(v, 'g', 2, 64)
	case a < 100:
		return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(v, 'f', 2-int(math.Log10(a)), 64), "0"), ".")
	}
	return thousands(strconv.FormatFloat(v, 'f', 0, 64))
}

func thousands(digits string) string {
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return sign + strings.Join(append([]string{digits}, parts...), ",")
}

// Milliseconds writes a time.
func Milliseconds(d time.Duration) string {
	return Figure(float64(d) / float64(time.Millisecond))
}

// Megabytes writes a size.
func Megabytes(bytes int64) string { return Figure(float64(bytes) / (1 << 20)) }
