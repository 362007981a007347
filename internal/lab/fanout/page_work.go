package fanout

import (
	"fmt"

	"github.com/throng-social/throng/internal/lab/report"
)

func (r Result) work() report.Section {
	cost := report.Table{Head: []string{
		"strategy", "delivered", "copied", "pulled", "moved", "push costs µs", "pull costs µs", "cost s", "at common prices s", "server s", "Postgres s", "generator s", "queues empty after s",
	}}
	room := report.Table{Head: []string{
		"strategy", "edges moved before", "for s", "edges pushed: before", "after", "of all", "timelines MB: before", "after", "of it entries", "server's whole life s",
	}}
	for _, run := range r.Runs {
		w := run.Work
		cost.Rows = append(cost.Rows, []string{
			run.name(), known(w.Deliveries), known(w.Copies), known(w.Pulls), known(w.Moves), report.Figure(1e6 * run.PushCost), report.Figure(1e6 * run.PullCost), known(run.Cost), known(r.common(run)),
			known(run.ServerCPU), known(run.PostgresCPU), report.Figure(run.GeneratorCPU), report.Figure(run.Drained),
		})
		room.Rows = append(room.Rows, []string{
			run.name(), known(run.Moving.Moves), report.Figure(run.Settled), figure(run.Edges.Pushed), figure(run.EdgesEnd.Pushed), figure(run.EdgesEnd.Edges),
			report.Megabytes(run.Before.Bytes), report.Megabytes(run.After.Bytes), report.Megabytes(run.After.Entries), report.Figure(run.LifeCPU),
		})
	}
	return report.Section{
		Title: "What it costs",
		Text: "Delivered are entries that fan-outs wrote, copied those of moves, pulled are logs that reads looked into. " +
			"The cost is (delivered + copied) × a push + pulled × a pull, each as the engine measured it in this run; " +
			"at common prices, as it did in the runs that do nothing else. " +
			"Seconds are of processor time, from the beginning of the load until all queues were empty.",
		Tables: []report.Table{cost, room},
		Plots: []report.Plot{
			r.bars("Entries written and logs read", "", []string{"delivered", "copied", "pulled"}, func(r Run) []*float64 { return []*float64{r.Work.Deliveries, r.Work.Copies, r.Work.Pulls} }),
			r.bars("Processor time", "seconds", []string{"server", "Postgres"}, func(r Run) []*float64 { return []*float64{r.ServerCPU, r.PostgresCPU} }),
		},
	}
}

// common is what a run's work costs with a push at the price of the run of push,
// and a pull at that of the run of pull; nil where one of them was not run.
func (r Result) common(run Run) *float64 {
	var push, pull float64
	for _, o := range r.Runs {
		switch o.Variant.Strategy {
		case "push":
			push = o.PushCost
		case "pull":
			pull = o.PullCost
		}
	}
	if push == 0 || pull == 0 {
		return nil
	}
	return run.Work.cost(push, pull)
}

func known(p *float64) string { return report.Figure(number(p)) }

func (r Result) bars(title, unit string, names []string, of func(Run) []*float64) report.Plot {
	p := report.Plot{Title: title, Y: unit}
	for _, name := range names {
		p.Bars = append(p.Bars, report.Bar{Name: name})
	}
	for _, run := range r.Runs {
		p.Names = append(p.Names, run.Variant.Name)
		for i, v := range of(run) {
			p.Bars[i].Values = append(p.Bars[i].Values, number(v))
		}
	}
	return p
}

func (r Result) overTime() report.Section {
	line := func(title, unit string, log bool, of func(Sample) float64) report.Plot {
		p := report.Plot{Title: title, X: "seconds", Y: unit, LogY: log}
		for _, run := range r.Runs {
			l := report.Line{Name: run.name()}
			for _, s := range run.Samples {
				l.X, l.Y = append(l.X, s.Second), append(l.Y, of(s))
			}
			p.Lines = append(p.Lines, l)
		}
		return p
	}
	return report.Section{
		Title: "Over time",
		Text:  fmt.Sprintf("A point stands for what went before it, since the last one: %v. A gap is what could not be measured.", r.Config.Every),
		Plots: []report.Plot{
			line("Reads: the slowest in a hundred", "ms", true, func(s Sample) float64 { return s.ReadP99 }),
			line("Writes: the slowest in a hundred", "ms", true, func(s Sample) float64 { return s.WriteP99 }),
			line("Entries delivered", "a second", false, func(s Sample) float64 { return number(s.Deliveries) }),
			line("Logs pulled", "a second", false, func(s Sample) float64 { return number(s.Pulls) }),
			line("Server", "processors", false, func(s Sample) float64 { return number(s.ServerCPU) }),
			line("Postgres", "processors", false, func(s Sample) float64 { return number(s.PostgresCPU) }),
			line("Timelines on disk", "MB", false, func(s Sample) float64 { return number(each(s.Bytes, 1<<20)) }),
			line("Jobs that wait", "", false, func(s Sample) float64 { return number(s.Jobs) }),
			line("Edges moved", "a second", false, func(s Sample) float64 { return number(s.Moves) }),
			line("Share of posts missing, as the server's auditor samples it", "", false, func(s Sample) float64 { return number(s.Missing) }),
		},
	}
}

func (r Result) rightness() report.Section {
	t := report.Table{Head: []string{"strategy", "posts compared", "missing", "too much", "in s", "wrong answers under load"}}
	for _, run := range r.Runs {
		row := []string{run.name(), report.Unknown, report.Unknown, report.Unknown, report.Unknown}
		if a := run.Audit; a != nil {
			row = []string{run.name(), count(a.Checked), count(a.Missing), count(a.Extra), report.Figure(a.Took)}
		}
		t.Rows = append(t.Rows, append(row, figure(run.wrong())))
	}
	return report.Section{
		Title: "Whether timelines are right",
		Text: "After each run every timeline was compared with its definition, by the auditor, which shares no code with what answers reads. Under load every page was checked as well: " +
			"complete, newest first, of nobody but those whom the reader follows and himself, and with his own newest post.",
		Tables: []report.Table{t},
	}
}

// wrong is how many calls did not go well.
func (r Run) wrong() int64 {
	return r.Read.Due - r.Read.OK() + r.Write.Due - r.Write.OK()
}
