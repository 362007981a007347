package rush

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/throng-social/throng/internal/lab/report"
)

// Name is that of the files of a rush, without their ends.
func Name(people int) string { return fmt.Sprintf("rush-%d", people) }

// Save writes a result into a folder: as a page for people, and as JSON beside it for
// programs.
func Save(r Result, folder string) error {
	return report.Save(folder, Name(r.Config.People), r.page(), r)
}

func (r Result) page() report.Page {
	return report.Page{
		Title:    fmt.Sprintf("A rush of %s people at one campaign", count(r.Config.People)),
		Facts:    r.facts(),
		Problems: r.Problems,
		Sections: []report.Section{r.beside(), r.latency(), r.overTime(), r.rightness()},
	}
}

func count[N int | int64](n N) string { return report.Figure(float64(n)) }

func (r Result) facts() []report.Fact {
	c, m := r.Config, r.Machine
	parts := "one server with its worker, one Postgres with a replica, and the generator, all on this machine; leaderboards in " + c.Boards
	if c.Boards == "" {
		parts = "a deployment that was running already, and the generator, all on this machine"
	}
	return []report.Fact{
		{Name: "Load", Value: fmt.Sprintf("%s people, each of whom thinks for %v to %v, does one thing and waits for the answer (closed model), for %v; seed %d",
			count(c.People), c.Least, c.Most, c.Duration, c.Seed)},
		{Name: "Before the clock", Value: "everybody has an account, a token and a registration; nobody a team"},
		{Name: "Campaign", Value: "scored by togetherness, as the reference's; up to 10,000 in a team and 100 teams a person, so that nobody is refused for doing as the weights say; " +
			"rate limits of accounts and addresses are off"},
		{Name: "Parts", Value: parts},
		{Name: "Generator", Value: fmt.Sprintf("it began things %s ms (p50), %s ms (p99), %s ms (most) later than intended, which is in no other figure; what it was slow to notice is",
			report.Figure(r.Late.P50), report.Figure(r.Late.P99), report.Figure(r.Late.Max))},
		{Name: "Machine", Value: fmt.Sprintf("%d x %s, %s, %s; load average before: %s, after: %s", m.Processors, m.Model, m.Memory, m.System, m.Load, r.LoadAfter)},
		{Name: "Versions", Value: fmt.Sprintf("%s, %s, Postgres %s", m.Commit, m.Go, m.Postgres)},
		{Name: "Begun", Value: r.Began.UTC().Format(time.RFC1123)},
	}
}

// The reference's own load test, as it was told of.
var reference = []string{"the reference system", "1,100", "134", "617", "6 %", report.Unknown, "20", report.Unknown}

// beside has this run beside the reference's.
func (r Result) beside() report.Section {
	c := r.CheckIns
	own := []string{
		"Throng", count(r.Config.People), report.Figure(r.Config.Duration.Seconds()), count(c.Acknowledged), percent(c.Acknowledged, c.Offered), count(c.Lost),
		report.Figure(r.Final.Seconds), report.Figure(r.Stall.Seconds),
	}
	bent := "It did not bend: in no interval the p99 of all but sign-ins was above 100 ms."
	if r.Bent != nil {
		bent = fmt.Sprintf("It bent: the interval that ended at second %.0f was the first in which the p99 of all but sign-ins was above 100 ms.", *r.Bent)
	}
	return report.Section{
		Title: "Beside the reference",
		Text: "The reference system (FastAPI, a Postgres writer and reader, up to 8 instances) was put under the same phases by its authors, on other machines: its figures are what they told of it. " +
			"A stall is the longest time in which no check-in was acknowledged. " + bent,
		Tables: []report.Table{{
			Head: []string{"system", "people", "seconds", "check-ins", "of those offered", "lost", "stall in the final rush s", "at any time s"},
			Rows: [][]string{reference, own},
		}},
	}
}

func percent(part, of int) string {
	if of == 0 {
		return report.Unknown
	}
	return fmt.Sprintf("%.4g %%", 100*float64(part)/float64(of))
}

func (r Result) latency() report.Section {
	t := report.Table{Head: []string{"what", "went well", "p50 ms", "p90", "p99", "most", "refused by a busy server", "errors"}}
	distributions := report.Plot{Title: "How many waited how long", X: "share of all", Y: "ms at most", LogY: true, Quantiles: true}
	for _, c := range append(r.Kinds[:], r.Together) {
		t.Rows = append(t.Rows, []string{
			c.Name, count(c.OK()), report.Figure(c.P50), report.Figure(c.P90), report.Figure(c.P99), report.Figure(c.Max), count(c.Refused()), count(c.Errors()),
		})
		l := report.Line{Name: c.Name}
		for _, p := range c.Distribution {
			l.X, l.Y = append(l.X, p.Share), append(l.Y, p.Within)
		}
		distributions.Lines = append(distributions.Lines, l)
	}
	rules := report.Table{Head: []string{"refused by the campaign's rules", "times"}}
	for _, what := range slices.Sorted(maps.Keys(r.Ruled)) {
		rules.Rows = append(rules.Rows, []string{what, count(r.Ruled[what])})
	}
	tables := []report.Table{t}
	if len(rules.Rows) > 0 {
		tables = append(tables, rules)
	}
	return report.Section{
		Title:  "How long people wait",
		Text:   "From the sending to the checked answer. A sign-in takes its time on purpose: a password is checked by argon2id.",
		Tables: tables,
		Plots:  []report.Plot{distributions},
	}
}

func (r Result) overTime() report.Section {
	lag := report.Table{
		Head: []string{"from acknowledged to on the board", "check-ins", "p50 ms", "p90", "p99", "most", "not seen"},
		Rows: [][]string{{
			"as strangers see it", count(r.Lag.Count), report.Figure(r.Lag.P50), report.Figure(r.Lag.P90), report.Figure(r.Lag.P99), report.Figure(r.Lag.Max), count(r.Lag.Unseen),
		}},
	}
	cpu := report.Table{
		Head: []string{"processor time", "s", "processors"},
		Rows: [][]string{r.cpu("server", r.ServerCPU), r.cpu("Postgres with its replica", r.PostgresCPU), r.cpu("generator", &r.GeneratorCPU)},
	}
	return report.Section{
		Title: "Over time",
		Text: "The phases end at 45, 75, 80, 90 and 100 % of the clock; the last one is the final rush of check-ins. " +
			"Board lag is measured by a few who check in and look every 10 ms, not signed in, until the board has it.",
		Tables: []report.Table{lag, cpu},
		Plots: []report.Plot{
			{Title: "What went well", X: "seconds", Y: "a second", Lines: r.lines(func(k KindSample) float64 { return k.OK })},
			{Title: "p99", X: "seconds", Y: "ms", LogY: true, Lines: r.lines(func(k KindSample) float64 { return unlessZero(k.P99) })},
			{Title: "Board lag, longest of an interval", X: "seconds", Y: "ms", Lines: []report.Line{r.line("acknowledged to visible", func(s Sample) float64 { return number(s.Lag) })}},
			{Title: "Processors at work", X: "seconds", Y: "processors", Lines: []report.Line{
				r.line("server", func(s Sample) float64 { return number(s.ServerCPU) }),
				r.line("Postgres", func(s Sample) float64 { return number(s.PostgresCPU) }),
				r.line("generator", func(s Sample) float64 { return s.GeneratorCPU }),
			}},
		},
	}
}

func (r Result) cpu(who string, seconds *float64) []string {
	return []string{who, report.Figure(number(seconds)), report.Figure(number(seconds) / r.Config.Duration.Seconds())}
}

func (r Result) lines(of func(KindSample) float64) []report.Line {
	var all []report.Line
	for k, name := range kindNames {
		all = append(all, r.line(name, func(s Sample) float64 { return of(s.Kinds[k]) }))
	}
	return all
}

func (r Result) line(name string, of func(Sample) float64) report.Line {
	l := report.Line{Name: name}
	for _, s := range r.Samples {
		l.X, l.Y = append(l.X, s.Second), append(l.Y, of(s))
	}
	return l
}

// number is NaN for what is not known.
func number(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// unlessZero is NaN where there was nothing to measure.
func unlessZero(v float64) float64 {
	if v == 0 {
		return math.NaN()
	}
	return v
}

func (r Result) rightness() report.Section {
	c, found := r.CheckIns, report.Unknown
	if c.Differences != nil {
		found = count(*c.Differences)
	}
	return report.Section{
		Title: "What became of every check-in",
		Text: fmt.Sprintf("%.1f s after the clock the scores had them all, and %.1f s after it all queues were empty, which make a post of each. "+
			"What was offered and not acknowledged may be in the feed or not.", r.SettledAfter, r.QueuesAfter),
		Tables: []report.Table{{
			Head: []string{"offered", "acknowledged", "in the feed", "lost", "twice", "never offered", "people with another score", "differences of the recount"},
			Rows: [][]string{{count(c.Offered), count(c.Acknowledged), count(c.Listed), count(c.Lost), count(c.Duplicates), count(c.Strangers), count(c.Misscored), found}},
		}},
	}
}
