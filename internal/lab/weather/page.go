package weather

import (
	"fmt"
	"slices"
	"time"

	"github.com/throng-social/throng/internal/lab/report"
)

// Name is that of the files of a report, without their ends.
func Name(places int) string { return fmt.Sprintf("weather-%d", places) }

// Save writes a result into a folder: as a page for people, and as JSON beside it for
// programs.
func Save(r Result, folder string) error { return report.Save(folder, Name(r.Places), r.page(), r) }

// all are the measurements in order.
func (r Result) all() []Stretch { return slices.Concat([]Stretch{r.Open}, r.Mixes, r.Most) }

func (r Result) page() report.Page {
	p := report.Page{
		Title: fmt.Sprintf("The weather at %s places", report.Whole(r.Places)), Facts: r.facts(), Problems: r.Problems,
		Sections: []report.Section{r.beside(), r.atRate(), r.byUsers(), r.byMost(), r.rightness()},
	}
	for _, s := range slices.Concat([]Stretch{r.Open}, r.Mixes) {
		p.Sections = append(p.Sections, s.overTime())
	}
	return p
}

func (r Result) facts() []report.Fact {
	c, m := r.Config, r.Machine
	parts, set := "one server with its worker, one Postgres with a replica, and the generator, all on this machine", fmt.Sprintf("%v; seed %d", c.Set, c.Set.Seed)
	if c.Set.Places == 0 {
		parts, set = "a deployment that was running already, and the generator, all on this machine", "as it was there"
	}
	loaded := "it was there already"
	if l := r.Loaded; l != nil {
		loaded = fmt.Sprintf("%s places with %s observations through the API, with all indexes, sums and roll-ups, in %s s: %s observations a second",
			report.Whole(l.Places), report.Whole(l.Observations), report.Figure(l.Seconds), report.Figure(float64(l.Observations)/l.Seconds))
	}
	return []report.Fact{
		{Name: "Set", Value: set},
		{Name: "Load of it", Value: loaded},
		{Name: "Questions", Value: fmt.Sprintf("the average of a measure drawn by chance, with least, greatest and number, over a range both of whose ends are drawn by chance, "+
			"at one of %s places with %s observations; nobody is signed in", report.Whole(r.Places), report.Whole(r.Observations))},
		{Name: "Parts", Value: parts},
		{Name: "Machine", Value: fmt.Sprintf("%d x %s, %s, %s; load average before: %s, after: %s", m.Processors, m.Model, m.Memory, m.System, m.Load, r.LoadAfter)},
		{Name: "Versions", Value: fmt.Sprintf("%s, %s, Postgres %s", m.Commit, m.Go, m.Postgres)},
		{Name: "Begun", Value: r.Began.UTC().Format(time.RFC1123)},
	}
}

// beside has this run beside what is told of the reference.
func (r Result) beside() report.Section {
	t := report.Table{Head: []string{"system", "observations", "what", "a second", "p99 ms", "refused", "errors"}, Rows: [][]string{
		{"the reference", "10,000,000 in its title, never loaded", "10,000 users", report.Unknown, "seconds", report.Unknown, report.Unknown},
	}}
	for _, s := range r.all() {
		t.Rows = append(t.Rows, []string{
			"Throng", report.Whole(r.Observations), s.Name, report.Figure(s.Rate), report.Figure(s.P99), report.Whole(s.refused()), report.Whole(s.failed()),
		})
	}
	return report.Section{
		Title: "Beside the reference",
		Text: "The reference is a '10K users for 10M records' weather service whose 10 million rows were never loaded, that cached raw input, and answered in seconds. " +
			"It ran on other machines. Here every row is loaded, and every answer is exact.",
		Tables: []report.Table{t},
	}
}

func (r Result) atRate() report.Section {
	late := report.Table{Head: []string{"how late questions were begun", "p50 ms", "p99", "most"}, Rows: [][]string{report.LateRow(r.Open.Name, r.Open.Late)}}
	return report.Section{
		Title: "All places at a rate",
		Text: fmt.Sprintf("%s questions a second, each arriving by itself whether answers come or not (open model, Poisson), for %v after %v that do not count, of places drawn from all "+
			"with equal chances. Waits count from when each was due, so that a generator which is late is charged to them, until the answer is checked. Refusals are errors here.",
			report.Figure(r.Config.Rate), r.Config.Duration, r.Config.WarmUp),
		Tables: []report.Table{{Head: report.CallsHead(), Rows: [][]string{report.CallsRow(r.Open.Calls)}}, late},
		Plots:  []report.Plot{waits([]Stretch{r.Open})},
	}
}

// waits is a plot of how many waited how long.
func waits(of []Stretch) report.Plot {
	p := report.Plot{Title: "How many waited how long", X: "share of all", Y: "ms at most", LogY: true, Quantiles: true}
	for _, s := range of {
		p.Lines = append(p.Lines, report.CallsLine(s.Calls))
	}
	return p
}

func (r Result) byUsers() report.Section {
	c := r.Config
	return report.Section{
		Title: "Users who think",
		Text: fmt.Sprintf("%s come a second, ask, wait for the answer, think for %v to %v, and ask again (closed model); figures are of the %v after all had come. "+
			"In the random mix each question is of any place; in the fixed one all are of one place; in the weighted one 50, 30, 10, 5 and 5 in a hundred users ask of one of five places each. "+
			"Up to %s connections are shared.", report.Figure(c.Ramp), c.ThinkLeast, c.ThinkMost, c.Hold, report.Whole(c.connections())),
		Tables: []report.Table{rates(r.Mixes)},
		Plots:  []report.Plot{waits(r.Mixes)},
	}
}

// rates is a table of calls a second with what they took.
func rates(of []Stretch) report.Table {
	t := report.Table{Head: []string{
		"what", "a second", "p50 ms", "p90", "p99", "most", "refused", "errors", "processors of the server", "of Postgres", "of the generator",
	}}
	for _, s := range of {
		t.Rows = append(t.Rows, []string{
			s.Name, report.Figure(s.Rate), report.Figure(s.P50), report.Figure(s.P90), report.Figure(s.P99), report.Figure(s.Max), report.Whole(s.refused()), report.Whole(s.failed()),
			report.Figure(report.Known(s.CPU.Server)), report.Figure(report.Known(s.CPU.Postgres)), report.Figure(s.CPU.Generator),
		})
	}
	return t
}

func (r Result) byMost() report.Section {
	bars, names := report.Bar{Name: "calls a second"}, []string{}
	for _, s := range r.Most {
		names, bars.Values = append(names, s.Name), append(bars.Values, s.Rate)
	}
	return report.Section{
		Title: "The most that this machine holds",
		Text: fmt.Sprintf("%s users who do not think, for %v each (closed model). The generator takes its processors from the same machine, and checks each answer.",
			report.Whole(r.Config.AtOnce), r.Config.Most),
		Tables: []report.Table{rates(r.Most)},
		Plots:  []report.Plot{{Title: "Calls a second", Y: "a second", Names: names, Bars: []report.Bar{bars}}},
	}
}

func (r Result) rightness() report.Section {
	c, found := r.Checks, report.Unknown
	if c.Differences != nil {
		found = report.Whole(*c.Differences)
	}
	return report.Section{
		Title: "Every answer is right",
		Text: "Number, sum, mean, least and greatest of each answer are held to what the lines of the file add up to, one by one, " +
			"by code that shares nothing with the service or the import.",
		Tables: []report.Table{{
			Head: []string{"answers checked", "values added up for that", "differences of the recount"}, Rows: [][]string{{report.Whole(c.Answers), report.Whole(c.Values), found}},
		}},
	}
}

func (s Stretch) overTime() report.Section {
	return report.Section{
		Title: "Over time: " + s.Name,
		Plots: []report.Plot{
			{Title: "p99", X: "seconds", Y: "ms", LogY: true, Lines: []report.Line{s.over("p99", func(x Sample) float64 { return report.UnlessZero(x.P99) })}},
			{Title: "What went well, and what did not", X: "seconds", Y: "a second", Lines: []report.Line{
				s.over("went well", func(x Sample) float64 { return x.OK }),
				s.over("refused or errors", func(x Sample) float64 { return x.Errors }),
			}},
			{Title: "Processors at work", X: "seconds", Y: "processors", Lines: []report.Line{
				s.over("server", func(x Sample) float64 { return report.Known(x.CPU.Server) }),
				s.over("Postgres", func(x Sample) float64 { return report.Known(x.CPU.Postgres) }),
				s.over("generator", func(x Sample) float64 { return x.CPU.Generator }),
			}},
		},
	}
}

func (s Stretch) over(name string, of func(Sample) float64) report.Line {
	l := report.Line{Name: name}
	for _, x := range s.Samples {
		l.X, l.Y = append(l.X, x.Second), append(l.Y, of(x))
	}
	return l
}
