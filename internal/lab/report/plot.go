package report

import (
	"fmt"
	"html/template"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Plot is a drawing of lines, or of bars.
type Plot struct {
	Title string
	// X and Y name the axes, with units.
	X, Y string
	// LogY has each order of magnitude take the same room. What is not above 0 has
	// no place there and is left out.
	LogY bool
	// Quantiles says that X is a share of all, 0 to 1, of which the last few count
	// most.
	Quantiles bool
	Lines     []Line
	// Names are below the bars; each of Bars has a value for each of them.
	Names []string
	Bars  []Bar
}

// Line is a series of points, from left to right. NaN is a gap.
type Line struct {
	Name string
	X, Y []float64
}

// Bar is a series of bars.
type Bar struct {
	Name   string
	Values []float64
}

// colors can be told apart by those who see few, too (Okabe and Ito).
var colors = [...]color.RGBA{
	{0x00, 0x72, 0xb2, 0xff},
	{0xd5, 0x5e, 0x00, 0xff},
	{0x00, 0x9e, 0x73, 0xff},
	{0xcc, 0x79, 0xa7, 0xff},
	{0xe6, 0x9f, 0x00, 0xff},
	{0x56, 0xb4, 0xe9, 0xff},
	{0x00, 0x00, 0x00, 0xff},
	{0x99, 0x99, 0x99, 0xff},
}

// Key says what a color stands for.
type Key struct {
	Name  string
	Color template.CSS
}

// keys stand above the drawing, where they hide nothing of it.
func (p Plot) keys() []Key {
	var names []string
	for _, l := range p.Lines {
		names = append(names, l.Name)
	}
	for _, b := range p.Bars {
		names = append(names, b.Name)
	}
	keys := make([]Key, len(names))
	for i, name := range names {
		c := colors[i%len(colors)]
		keys[i] = Key{Name: name, Color: template.CSS(fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B))} //nolint:gosec // a color
	}
	return keys
}

const (
	plotWidth  = 6.4 * vg.Inch
	plotHeight = 3.4 * vg.Inch
	barRoom    = 28 // points for each group of bars
	typeface   = "Liberation Sans"
)

// svg draws the plot.
func (p Plot) svg() (template.HTML, error) {
	g := plot.New()
	g.X.Label.Text, g.Y.Label.Text = p.X, p.Y
	g.Add(grid())
	var err error
	if len(p.Bars) > 0 {
		err = p.addBars(g)
	} else {
		err = p.addLines(g)
	}
	if err != nil {
		return "", err
	}
	p.scale(g)
	sansSerif(g)
	if len(p.Names) > 4 {
		g.X.Tick.Label.Font.Size = vg.Points(8)
	}
	canvas := vgsvg.New(plotWidth, plotHeight)
	g.Draw(draw.New(canvas))
	var b strings.Builder
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", err
	}
	return inline(b.String()), nil
}

func grid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Horizontal.Color, g.Vertical.Color = color.Gray{0xe4}, color.Gray{0xf0}
	return g
}

func (p Plot) addLines(g *plot.Plot) error {
	for i, l := range p.Lines {
		for _, points := range p.pieces(l) {
			line, err := plotter.NewLine(points)
			if err != nil {
				return err
			}
			line.Color, line.Width = colors[i%len(colors)], vg.Points(1.4)
			g.Add(line)
		}
	}
	return nil
}

// pieces are the stretches of a line between its gaps.
func (p Plot) pieces(l Line) []plotter.XYs {
	var pieces []plotter.XYs
	var piece plotter.XYs
	for i, y := range l.Y {
		if math.IsNaN(y) || p.LogY && y <= 0 {
			if len(piece) > 0 {
				pieces, piece = append(pieces, piece), nil
			}
			continue
		}
		x := l.X[i]
		if p.Quantiles {
			x = nines(x)
		}
		piece = append(piece, plotter.XY{X: x, Y: y})
	}
	if len(piece) > 0 {
		pieces = append(pieces, piece)
	}
	return pieces
}

// mostNines is where a distribution's end is drawn: 99.999 %.
const mostNines = 5

// nines is the place of a share: 1 for 90 %, 2 for 99 %.
func nines(share float64) float64 {
	return min(-math.Log10(max(1-share, 1e-9)), mostNines)
}

func (p Plot) addBars(g *plot.Plot) error {
	width := vg.Points(barRoom / float64(len(p.Bars)))
	for i, b := range p.Bars {
		values := make(plotter.Values, len(b.Values))
		for j, v := range b.Values {
			if !math.IsNaN(v) {
				values[j] = v
			}
		}
		chart, err := plotter.NewBarChart(values, width)
		if err != nil {
			return err
		}
		chart.Color, chart.LineStyle.Width = colors[i%len(colors)], 0
		chart.Offset = width * vg.Length(float64(i)-float64(len(p.Bars)-1)/2)
		g.Add(chart)
	}
	g.NominalX(p.Names...)
	g.X.Min, g.X.Max = -0.6, float64(len(p.Names))-0.4
	return nil
}

// scale makes axes on which every value has a place.
func (p Plot) scale(g *plot.Plot) {
	for _, axis := range []*plot.Axis{&g.X, &g.Y} {
		if math.IsInf(axis.Min, 0) || math.IsInf(axis.Max, 0) { // there is nothing
			axis.Min, axis.Max = 0, 1
		}
	}
	switch {
	case p.Quantiles:
		g.X.Tick.Marker = quantileTicks()
	case len(p.Bars) == 0:
		g.X.Tick.Marker = plainTicks{}
	}
	if p.LogY && g.Y.Min > 0 {
		decades(&g.Y)
		return
	}
	g.Y.Min, g.Y.Max = min(g.Y.Min, 0), g.Y.Max*1.05
	if g.Y.Max <= g.Y.Min {
		g.Y.Max = g.Y.Min + 1
	}
	g.Y.Tick.Marker = plainTicks{}
}

// decades makes an axis logarithmic, with two labels at least.
func decades(axis *plot.Axis) {
	low, high := math.Pow(10, math.Floor(math.Log10(axis.Min))), math.Pow(10, math.Ceil(math.Log10(axis.Max)))
	if axis.Max/axis.Min < 100 {
		axis.Min, axis.Max = low, max(high, 10*low)
	}
	axis.Scale, axis.Tick.Marker = plot.LogScale{}, logTicks{}
}

func quantileTicks() plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for _, share := range []float64{0.5, 0.9, 0.99, 0.999, 0.9999} {
		ticks = append(ticks, plot.Tick{Value: nines(share), Label: strconv.FormatFloat(100*share, 'f', -1, 64) + " %"})
	}
	return ticks
}

// plainTicks write large numbers as people do.
type plainTicks struct{}

// Ticks implements plot.Ticker.
func (plainTicks) Ticks(least, most float64) []plot.Tick {
	return relabeled(plot.DefaultTicks{}.Ticks(least, most))
}

// logTicks are the same for logarithmic axes.
type logTicks struct{}

// Ticks implements plot.Ticker.
func (logTicks) Ticks(least, most float64) []plot.Tick {
	return relabeled(plot.LogTicks{}.Ticks(least, most))
}

func relabeled(ticks []plot.Tick) []plot.Tick {
	for i, t := range ticks {
		if t.Label != "" {
			ticks[i].Label = Figure(t.Value)
		}
	}
	return ticks
}

func sansSerif(g *plot.Plot) {
	for _, style := range []*text.Style{
		&g.X.Label.TextStyle, &g.Y.Label.TextStyle, &g.X.Tick.Label, &g.Y.Tick.Label,
	} {
		style.Font.Typeface, style.Font.Variant = "Liberation", "Sans"
		style.Font.Size = vg.Points(10)
	}
}

// inline leaves out what a drawing has only where it is a file of its own, and
// takes the reader's own sans-serif.
func inline(svg string) template.HTML {
	if i := strings.Index(svg, "<svg"); i >= 0 {
		svg = svg[i:]
	}
	svg = strings.ReplaceAll(svg, "font-family:"+typeface, "font-family:system-ui,"+typeface+",sans-serif")
	return template.HTML(strings.TrimSpace(svg)) //nolint:gosec // drawn by a library, which escapes the names in it
}
