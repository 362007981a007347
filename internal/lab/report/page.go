package report

import (
	_ "embed"
	"html/template"
	"io"
)

// Page is one report.
type Page struct {
	Title string
	// Facts say of what it is: what was run, on what, when.
	Facts []Fact
	// Problems are what went wrong or could not be measured; nothing is good.
	Problems []string
	Sections []Section
}

// Fact has a name and a value.
type Fact struct{ Name, Value string }

// Section is a part of a page, in this order.
type Section struct {
	Title string
	// Text says how to read what follows.
	Text   string
	Tables []Table
	Plots  []Plot
}

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// Write writes the page.
func (p Page) Write(out io.Writer) error {
	drawn := drawnPage{Page: p}
	for _, s := range p.Sections {
		d := drawnSection{Section: s}
		for _, plot := range s.Plots {
			svg, err := plot.svg()
			if err != nil {
				return err
			}
			d.Drawings = append(d.Drawings, drawing{Title: plot.Title, Keys: plot.keys(), SVG: svg})
		}
		drawn.Drawn = append(drawn.Drawn, d)
	}
	return pageTemplate.Execute(out, drawn)
}

// What the template sees.
type (
	drawnPage struct {
		Page

		Drawn []drawnSection
	}
	drawnSection struct {
		Section

		Drawings []drawing
	}
	drawing struct {
		Title string
		Keys  []Key
		SVG   template.HTML
	}
)
