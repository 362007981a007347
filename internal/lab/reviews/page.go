package reviews

import (
	"fmt"
	"time"

	"github.com/throng-social/throng/internal/lab/report"
)

// Name is that of the files of a report, without their ends.
func Name(products int) string { return fmt.Sprintf("reviews-%d", products) }

// Save writes a result into a folder: as a page for people, and as JSON beside it for
// programs.
func Save(r Result, folder string) error { return report.Save(folder, Name(r.Products), r.page(), r) }

func (r Result) page() report.Page {
	p := report.Page{
		Title: fmt.Sprintf("Reviews of %s products", report.Whole(r.Products)), Facts: r.facts(), Problems: r.Problems, Sections: []report.Section{r.beside(), r.waiting()},
	}
	for _, phase := range r.Phases {
		p.Sections = append(p.Sections, phase.overTime())
	}
	p.Sections = append(p.Sections, r.mostOfAll(), r.rightness())
	return p
}

func (r Result) facts() []report.Fact {
	c, m := r.Config, r.Machine
	parts, set := "one server with its worker, one Postgres with a replica, and the generator, all on this machine", c.Set.String()+fmt.Sprintf("; seed %d", c.Set.Seed)
	if c.Set.Products == 0 {
		parts, set = "a deployment that was running already, and the generator, all on this machine", "as it was there"
	}
	loaded := "it was there already"
	if l := r.Loaded; l != nil {
		loaded = fmt.Sprintf("%s products with %s reviews through the API, with all indexes and exact sums, in %s s: %s reviews a second",
			report.Whole(l.Products), report.Whole(l.Reviews), report.Figure(l.Seconds), report.Figure(float64(l.Reviews)/l.Seconds))
	}
	return []report.Fact{
		{Name: "Set", Value: set},
		{Name: "Load of it", Value: loaded},
		{Name: "Reads", Value: fmt.Sprintf("%s lists and %s sums a second, each arriving by itself whether answers come or not (open model, Poisson), for %v in each phase after %v that do not count; "+
			"first pages of 20 in the three orders in turn; readers are not signed in, and take answers that are not compressed", report.Figure(c.Rate), report.Figure(c.Rate), c.Duration, c.WarmUp)},
		{Name: "Products read", Value: fmt.Sprintf("drawn from all %s with equal chances; beside writes one of %d reads is of a product that was written to", report.Whole(r.Products), revisit)},
		{Name: "Writes", Value: fmt.Sprintf("%s a second, %s for a hundred reads, in one phase: a third each adds a review, marks one as helpful, and reports one, which five reports hide; "+
			"by %s accounts without rate limits",
			report.Figure(c.writeRate()), report.Figure(c.WritesPercent), report.Whole(c.People))},
		{Name: "Parts", Value: parts},
		{Name: "Machine", Value: fmt.Sprintf("%d x %s, %s, %s; load average before: %s, after: %s", m.Processors, m.Model, m.Memory, m.System, m.Load, r.LoadAfter)},
		{Name: "Versions", Value: fmt.Sprintf("%s, %s, Postgres %s", m.Commit, m.Go, m.Postgres)},
		{Name: "Begun", Value: r.Began.UTC().Format(time.RFC1123)},
	}
}

// beside has this run beside what is told of the reference.
func (r Result) beside() report.Section {
	t := report.Table{Head: []string{"system", "products read", "calls", "a second", "p99 ms", "errors"}, Rows: [][]string{
		{"the reference", "at random", "any", "1,000", "< 10", report.Unknown},
		{"the reference", "eleven, from its cache", "any", "10,000", report.Unknown, report.Unknown},
	}}
	for _, p := range r.Phases {
		for _, c := range p.Kinds[:adding] {
			rate := float64(c.OK()) / r.Config.Duration.Seconds()
			t.Rows = append(t.Rows, []string{"Throng, " + p.Name, "at random", c.Name, report.Figure(rate), report.Figure(c.P99), report.Whole(c.Errors())})
		}
	}
	for _, m := range r.Most {
		t.Rows = append(t.Rows, []string{"Throng, the most", "", m.Name, report.Figure(m.Rate), report.Figure(m.P99), report.Whole(m.Errors())})
	}
	return report.Section{
		Title: "Beside the reference",
		Text: "The reference is an e-commerce reviews service on Postgres behind four servers, whose authors told of it: 1,000 requests a second on random ids in less than 10 ms, " +
			"and 10,000 a second only on eleven cached ids. It ran on other machines. Here lists and sums are read at their rates at the same time.",
		Tables: []report.Table{t},
	}
}

func (r Result) waiting() report.Section {
	t := report.Table{Head: report.CallsHead()}
	distributions := report.Plot{Title: "How many waited how long", X: "share of all", Y: "ms at most", LogY: true, Quantiles: true}
	late := report.Table{Head: []string{"how late reads were begun", "p50 ms", "p99", "most"}}
	for _, p := range r.Phases {
		for k, c := range p.Kinds {
			if len(c.Outcomes) == 0 {
				continue
			}
			c.Name = p.Name + ", " + c.Name
			t.Rows = append(t.Rows, report.CallsRow(c))
			if kind(k) == listing || kind(k) == summing {
				distributions.Lines = append(distributions.Lines, report.CallsLine(c))
			}
		}
		late.Rows = append(late.Rows, report.LateRow(p.Name, p.Late))
	}
	return report.Section{
		Title: "How long callers wait",
		Text: "Until the answer is checked: reads from when they were due, so that a generator which is late is charged to them, all else from the sending. " +
			"Refusals are errors here.",
		Tables: []report.Table{t, late},
		Plots:  []report.Plot{distributions},
	}
}

func (p Phase) overTime() report.Section {
	return report.Section{
		Title: "Over time: " + p.Name,
		Plots: []report.Plot{
			{Title: "p99", X: "seconds", Y: "ms", LogY: true, Lines: p.lines(func(k KindSample) float64 { return report.UnlessZero(k.P99) })},
			{Title: "What went well", X: "seconds", Y: "a second", LogY: true, Lines: p.lines(func(k KindSample) float64 { return report.UnlessZero(k.OK) })},
			{Title: "Processors at work", X: "seconds", Y: "processors", Lines: []report.Line{
				p.over("server", func(s Sample) float64 { return report.Known(s.CPU.Server) }),
				p.over("Postgres", func(s Sample) float64 { return report.Known(s.CPU.Postgres) }),
				p.over("generator", func(s Sample) float64 { return s.CPU.Generator }),
			}},
		},
	}
}

// lines are those of kinds that there were.
func (p Phase) lines(of func(KindSample) float64) (all []report.Line) {
	for k, c := range p.Kinds {
		if len(c.Outcomes) > 0 {
			all = append(all, p.over(c.Name, func(s Sample) float64 { return of(s.Kinds[k]) }))
		}
	}
	return all
}

func (p Phase) over(name string, of func(Sample) float64) report.Line {
	l := report.Line{Name: name}
	for _, s := range p.Samples {
		l.X, l.Y = append(l.X, s.Second), append(l.Y, of(s))
	}
	return l
}

func (r Result) mostOfAll() report.Section {
	t := report.Table{Head: []string{"what", "a second", "p50 ms", "p99", "refused or errors", "processors of the server", "of Postgres", "of the generator"}}
	bars, names := report.Bar{Name: "calls a second"}, []string{}
	for _, m := range r.Most {
		t.Rows = append(t.Rows, []string{
			m.Name, report.Figure(m.Rate), report.Figure(m.P50), report.Figure(m.P99), report.Whole(m.Errors()),
			report.Figure(report.Known(m.CPU.Server)), report.Figure(report.Known(m.CPU.Postgres)), report.Figure(m.CPU.Generator),
		})
		names, bars.Values = append(names, m.Name), append(bars.Values, m.Rate)
	}
	return report.Section{
		Title: "The most that this machine holds",
		Text: fmt.Sprintf("%s readers who do not think, for %v each (closed model). The generator takes its processors from the same machine, and checks each answer: "+
			"what a server does beside a bare one is in docs/benchmarks.md.", report.Whole(r.Config.AtOnce), r.Config.Most),
		Tables: []report.Table{t},
		Plots:  []report.Plot{{Title: "Calls a second", Y: "a second", Names: names, Bars: []report.Bar{bars}}},
	}
}

func (r Result) rightness() report.Section {
	c, found := r.Checks, report.Unknown
	if c.Differences != nil {
		found = report.Whole(*c.Differences)
	}
	return report.Section{
		Title: "Nothing is older than what its reader has seen",
		Text: "Each answer is checked, and held to every acknowledged write whose position its reader's consistency token had reached when he asked: a review that was added is counted and listed, " +
			"one that was hidden is neither, and a mark is counted. Nothing may be counted, either, that nobody wrote.",
		Tables: []report.Table{{
			Head: []string{"answers", "of them held to a write", "products written to", "reviews added", "marks", "reviews hidden", "differences of the recount"},
			Rows: [][]string{{report.Whole(c.Answers), report.Whole(c.Held), report.Whole(c.Products), report.Whole(c.Added), report.Whole(c.Marked), report.Whole(c.Hidden), found}},
		}},
	}
}
