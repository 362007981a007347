package instructors

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/report"
)

// Name is that of the files of a report, without their ends.
func Name(courses int64) string { return fmt.Sprintf("instructors-%d", courses) }

// Save writes a result into a folder: as a page for people, and as JSON beside it for
// programs.
func Save(r Result, folder string) error {
	return report.Save(folder, Name(r.Config.Set.Courses), r.page(), r)
}

func (r Result) page() report.Page {
	p := report.Page{
		Title: fmt.Sprintf("Who teaches %s courses", report.Whole(r.Config.Set.Courses)), Facts: r.facts(), Problems: r.Problems,
		Sections: []report.Section{r.beside(), r.bends(), r.waiting()},
	}
	for _, c := range r.Climbs {
		p.Sections = append(p.Sections, c.steps())
	}
	p.Sections = append(p.Sections, r.rightness())
	return p
}

func (r Result) facts() []report.Fact {
	c, m := r.Config, r.Machine
	parts := "one server with its worker, one Postgres with a replica, and the generator, all on this machine"
	if c.Server != "" {
		parts = "a deployment that was running already, and the generator, all on this machine"
	}
	loaded := "it was there already"
	if l := r.Loaded; l != nil {
		loaded = fmt.Sprintf("%s instructors, %s courses and %s assistants through the API, with all indexes, in %s s: %s rows a second", report.Whole(l.Instructors),
			report.Whole(l.Courses), report.Whole(l.Assistants), report.Figure(l.Seconds), report.Figure(float64(l.Instructors+l.Courses+l.Assistants)/l.Seconds))
	}
	return []report.Fact{
		{Name: "Set", Value: fmt.Sprintf("%v; seed %d", c.Set, c.Set.Seed)},
		{Name: "Load of it", Value: loaded},
		{Name: "Calls", Value: fmt.Sprintf("ListCourseInstructors, first pages of %d, each arriving by itself whether answers come or not (open model, Poisson); each rate for %v; "+
			"%v for an answer, and a call that the generator cannot begin within %v is dropped; up to %s at once; readers are not signed in",
			pageSize, c.Step, c.Timeout, c.Patience, report.Whole(c.AtOnce))},
		{Name: "Courses", Value: fmt.Sprintf("drawn from all %s with equal chances, or one: %s, with %d who teach it", report.Whole(c.Set.Courses), r.Hot.Number, r.Hot.Teachers)},
		{Name: "Writes", Value: report.Figure(c.WritesPercent) + " for a hundred reads: one in three gives somebody who teaches the course more learners, two have a guest assist at it and go again"},
		{Name: "Parts", Value: parts},
		{Name: "Machine", Value: fmt.Sprintf("%d x %s, %s, %s; load average before: %s, after: %s", m.Processors, m.Model, m.Memory, m.System, m.Load, r.LoadAfter)},
		{Name: "Versions", Value: fmt.Sprintf("%s, %s, Postgres %s", m.Commit, m.Go, m.Postgres)},
		{Name: "Begun", Value: r.Began.UTC().Format(time.RFC1123)},
	}
}

// beside has this run beside what is told of the reference.
func (r Result) beside() report.Section {
	t := report.Table{Head: []string{"system", "courses", "calls a second", "% lost", "% failed", "p99 ms"}, Rows: [][]string{
		{"the reference", "of 10,000,000", "1,000", "71", report.Unknown, report.Unknown},
	}}
	for _, c := range r.Climbs {
		for _, s := range c.Steps {
			if s.Rate == reference {
				t.Rows = append(t.Rows, []string{"Throng", c.Name, report.Figure(s.Rate), report.Figure(s.LostPercent), report.Figure(s.FailedPercent), report.Figure(s.Reads.P99)})
			}
		}
		if held := c.held(); held != nil {
			t.Rows = append(t.Rows, []string{
				"Throng, before it bends", c.Name, report.Figure(held.Rate), report.Figure(held.LostPercent), report.Figure(held.FailedPercent), report.Figure(held.Reads.P99),
			})
		}
	}
	return report.Section{
		Title: "Beside the reference",
		Text: "The reference is an instructors service with 10 million instructors, 10 million courses and 15 million assistants that dropped 71 % at 1,000 requests a second. " +
			"It ran on other machines. Lost is all that was not answered in time, for whatever reason; failed leaves out what the generator dropped.",
		Tables: []report.Table{t},
	}
}

// held is the last step before it bent; nil where that was the first.
func (c Climb) held() (last *Step) {
	for i := range c.Steps {
		if !c.Steps[i].Bent {
			last = &c.Steps[i]
		}
	}
	return last
}

// bends has all climbs beside one another.
func (r Result) bends() report.Section {
	const rates = "calls a second, as a power of ten"
	waits := report.Plot{Title: "p99", X: rates, Y: "ms", LogY: true}
	losses := report.Plot{Title: "Lost", X: rates, Y: "%"}
	answers := report.Plot{Title: "Answered", X: rates, Y: "a second", LogY: true}
	for _, c := range r.Climbs {
		waits.Lines = append(waits.Lines, c.line(func(s Step) float64 { return report.UnlessZero(s.Reads.P99) }))
		losses.Lines = append(losses.Lines, c.line(func(s Step) float64 { return s.LostPercent }))
		answers.Lines = append(answers.Lines, c.line(func(s Step) float64 { return report.UnlessZero(float64(s.Reads.OK()) / r.Config.Step.Seconds()) }))
	}
	return report.Section{
		Title: "Until it bends",
		Text: fmt.Sprintf("It has bent where more than %d in a hundred calls are lost, or one in a hundred waits for more than %v. From 1,000 on, a climb ends there.",
			bentLost, bentWait),
		Plots: []report.Plot{waits, losses, answers},
	}
}

func (c Climb) line(of func(Step) float64) report.Line {
	l := report.Line{Name: c.Name}
	for _, s := range c.Steps {
		l.X, l.Y = append(l.X, math.Log10(s.Rate)), append(l.Y, of(s))
	}
	return l
}

// waiting has the distributions at the reference's rate, or the greatest below it.
func (r Result) waiting() report.Section {
	t := report.Table{Head: report.CallsHead()}
	p := report.Plot{Title: "How many waited how long", X: "share of all", Y: "ms at most", LogY: true, Quantiles: true}
	for _, c := range r.Climbs {
		var at Step
		for _, s := range c.Steps {
			if s.Rate <= reference {
				at = s
			}
		}
		name := fmt.Sprintf("%s, %s a second", c.Name, report.Figure(at.Rate))
		for i, calls := range append([]load.Calls{at.Reads}, at.Writes...) {
			calls.Name = name + ", " + calls.Name
			if i == 0 {
				p.Lines = append(p.Lines, report.CallsLine(calls))
			}
			t.Rows = append(t.Rows, report.CallsRow(calls))
		}
	}
	return report.Section{
		Title:  "How long callers wait at the reference's rate",
		Text:   "Until the answer is checked: reads from when they were due, so that a generator which is late is charged to them, writes from the sending.",
		Tables: []report.Table{t},
		Plots:  []report.Plot{p},
	}
}

// steps are all rates of a climb.
func (c Climb) steps() report.Section {
	calls := report.Table{Head: []string{"calls a second", "answered", "p50 ms", "p90", "p99", "most", "% lost"}}
	for _, o := range load.Outcomes()[1:] {
		calls.Head = append(calls.Head, o.String())
	}
	parts := report.Table{Head: []string{"calls a second", "processors of the server", "of Postgres", "of the generator", "begun late by, p99 ms"}}
	writes := report.Table{Head: []string{"calls a second"}}
	for _, s := range c.Steps {
		rate := report.Figure(s.Rate)
		if s.Bent {
			rate += " (bent)"
		}
		row := []string{
			rate, report.Whole(s.Reads.OK()), report.Figure(s.Reads.P50), report.Figure(s.Reads.P90), report.Figure(s.Reads.P99), report.Figure(s.Reads.Max),
			report.Figure(s.LostPercent),
		}
		for _, o := range load.Outcomes()[1:] {
			row = append(row, report.Whole(s.Reads.Outcomes[o.String()]))
		}
		calls.Rows = append(calls.Rows, row)
		parts.Rows = append(parts.Rows, []string{
			rate, report.Figure(report.Known(s.CPU.Server)), report.Figure(report.Known(s.CPU.Postgres)), report.Figure(s.CPU.Generator), report.Figure(s.Late.P99),
		})
		writes.Rows = append(writes.Rows, s.written(rate))
	}
	tables := []report.Table{calls, parts}
	if c.Writes {
		for _, name := range kindNames {
			writes.Head = append(writes.Head, name, "p99 ms", "errors")
		}
		writes.Head = append(writes.Head, "turns of writers dropped by the generator")
		tables = []report.Table{calls, writes, parts}
	}
	return report.Section{Title: strings.ToUpper(c.Name[:1]) + c.Name[1:], Tables: tables}
}

// written is the row of a step's writes.
func (s Step) written(rate string) []string {
	row := []string{rate}
	for _, w := range s.Writes {
		row = append(row, report.Whole(w.OK()), report.Figure(w.P99), report.Whole(w.Errors()))
	}
	return append(row, report.Whole(s.TurnsDropped))
}

func (r Result) rightness() report.Section {
	c, found := r.Checks, report.Unknown
	if c.Differences != nil {
		found = report.Whole(*c.Differences)
	}
	return report.Section{
		Title: "All are taught by whom the set says",
		Text: "Each answer is compared with the set, without a database: the primary instructor comes first and is the one of the file, and the assistants are those of the file, " +
			"all of them, and nobody else but guests. It is also held to every acknowledged write whose position its reader's consistency token had reached when he asked.",
		Tables: []report.Table{{
			Head: []string{"answers", "of them held to a write", "instructors changed", "guests came", "guests went", "differences of the recount"},
			Rows: [][]string{{report.Whole(c.Answers), report.Whole(c.Held), report.Whole(c.Updated), report.Whole(c.Came), report.Whole(c.Went), found}},
		}},
	}
}
