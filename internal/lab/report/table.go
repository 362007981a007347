package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table has a head and rows of as many cells.
type Table struct {
	Head []string
	Rows [][]string
}

// Columns print a table on a terminal, one row after the other as they come: so
// their widths are decided beforehand. The first is for a name.
type Columns struct {
	Head  []string
	First int
}

// cell is how wide the others are at least.
const cell = 9

// Print writes a row; none of the cells is cut.
func (c Columns) Print(out io.Writer, cells []string) {
	fmt.Fprintln(out, c.Line(cells))
}

// Line is a row without the end of the line.
func (c Columns) Line(cells []string) string {
	var b strings.Builder
	for i, text := range cells {
		if i == 0 {
			b.WriteString(text + padding(text, c.First))
			continue
		}
		b.WriteString("  " + padding(text, max(cell, utf8.RuneCountInString(c.Head[i]))) + text)
	}
	return b.String()
}

func padding(text string, width int) string {
	return strings.Repeat(" ", max(width-utf8.RuneCountInString(text), 0))
}
