package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/throng-social/throng/internal/lab/report"
)

func TestFiguresAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{
		0: "0", 0.5: "0.5", 0.0123: "0.012", 1: "1", 2.5: "2.5", 12.34: "12.3", 99.97: "100", 999.6: "1,000", 123.4: "123", 1234567: "1,234,567", -12345: "-12,345",
	} {
		if got := report.Figure(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
	if got := report.Figure(math.NaN()); got != report.Unknown {
		t.Errorf("what is not known is written %q", got)
	}
	if a, b := report.Milliseconds(1500*time.Microsecond), report.Megabytes(3<<20); a != "1.5" || b != "3" {
		t.Errorf("1.5 ms and 3 MB are written %q and %q", a, b)
	}
}

func page(plots ...report.Plot) report.Page {
	return report.Page{
		Title:    "Trial <one>",
		Facts:    []report.Fact{{Name: "people", Value: "5,000"}},
		Problems: []string{"the metric <x> is missing"},
		Sections: []report.Section{{
			Title: "Latency", Text: "How to read it & so on.",
			Tables: []report.Table{{Head: []string{"strategy", "p50"}, Rows: [][]string{{"push", "1.5"}, {"pull", report.Unknown}}}},
			Plots:  plots,
		}},
	}
}

func written(t interface{ Fatal(args ...any) }, p report.Page) string {
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestAPageHasEverythingAndNeedsNothingElse(t *testing.T) {
	t.Parallel()
	html := written(t, page(report.Plot{
		Title: "Reads", X: "seconds", Y: "ms", LogY: true,
		Lines: []report.Line{{Name: "push", X: []float64{1, 2, 3}, Y: []float64{5, 50, 500}}, {Name: "pull <all>", X: []float64{1, 2}, Y: []float64{7, 70}}},
	}))
	for _, want := range []string{"Trial &lt;one&gt;", "the metric &lt;x&gt; is missing", "5,000", "Latency", "<td>1.5</td>", "pull &lt;all&gt;", "seconds", "<svg", "100"} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	for _, not := range []string{"<script", "src=", "href=\"http", "@import", "url("} {
		if strings.Contains(html, not) {
			t.Errorf("the page has %q, and would not open offline", not)
		}
	}
}

func TestAPageWithoutProblemsDoesNotSpeakOfThem(t *testing.T) {
	t.Parallel()
	p := page()
	p.Problems = nil
	if html := written(t, p); strings.Contains(html, "class=\"problems\"") {
		t.Error("it does")
	}
}

func TestLinesHaveGapsWhereNothingIsKnown(t *testing.T) {
	t.Parallel()
	line := report.Line{Name: "push", X: []float64{1, 2, 3, 4, 5}, Y: []float64{1, 2, 3, 4, 5}}
	whole := strings.Count(written(t, page(report.Plot{Lines: []report.Line{line}})), "#0072B2")
	line.Y[2] = math.NaN()
	if n := strings.Count(written(t, page(report.Plot{Lines: []report.Line{line}})), "#0072B2"); n != whole+1 {
		t.Errorf("a line with a gap is drawn in %d strokes, one without in %d", n, whole)
	}
}

// TestEveryPlotCanBeDrawn holds for whatever was measured, or was not.
func TestEveryPlotCanBeDrawn(t *testing.T) {
	t.Parallel()
	value := rapid.OneOf(rapid.Float64Range(-1e9, 1e9), rapid.SampledFrom([]float64{0, 1, -1, math.NaN(), 1e-12, 1e12}))
	rapid.Check(t, func(t *rapid.T) {
		p := report.Plot{LogY: rapid.Bool().Draw(t, "log"), Quantiles: rapid.Bool().Draw(t, "quantiles"), X: "<&>"}
		if rapid.Bool().Draw(t, "bars") {
			p.Names = []string{"a", "b", "c"}
			for range rapid.IntRange(1, 4).Draw(t, "series") {
				p.Bars = append(p.Bars, report.Bar{Name: "x", Values: rapid.SliceOfN(value, 3, 3).Draw(t, "values")})
			}
		} else {
			for range rapid.IntRange(0, 9).Draw(t, "lines") {
				y := rapid.SliceOfN(value, 0, 10).Draw(t, "values")
				x := make([]float64, len(y))
				for i := range x {
					x[i] = float64(i) / 10
				}
				p.Lines = append(p.Lines, report.Line{Name: "x", X: x, Y: y})
			}
		}
		html := written(t, page(p))
		svg := html[strings.Index(html, "<svg") : strings.Index(html, "</svg>")+len("</svg>")]
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Fatal("something is drawn nowhere")
		}
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestColumnsKeepTheirPlaces(t *testing.T) {
	t.Parallel()
	c := report.Columns{Head: []string{"strategy", "read p99 ms", "pulls"}, First: 12}
	var out strings.Builder
	c.Print(&out, c.Head)
	c.Print(&out, []string{"push", "1.5", report.Unknown})
	want := "strategy      read p99 ms      pulls\npush                  1.5          —\n"
	if out.String() != want {
		t.Errorf("printed\n%swant\n%s", &out, want)
	}
}
