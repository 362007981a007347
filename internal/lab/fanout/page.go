package fanout

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/throng-social/throng/internal/lab/report"
)

// Name is that of the files of a comparison, without their ends.
func Name(people int) string { return fmt.Sprintf("fanout-%d", people) }

// Save writes a comparison into a folder: as a page for people, and as JSON beside
// it for programs.
func Save(r Result, folder string) error {
	return report.Save(folder, Name(r.Config.World.People), r.page(), r)
}

// Load reads a comparison that Save wrote.
func Load(folder string, people int) (r Result, err error) {
	text, err := os.ReadFile(filepath.Join(folder, Name(people)+".json"))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}

// Same says whether runs of one configuration can stand beside those of another.
func (c Config) Same(o Config) bool {
	a, err := json.Marshal(c)
	if err != nil {
		return false
	}
	b, err := json.Marshal(o)
	return err == nil && bytes.Equal(a, b)
}

func (r Result) page() report.Page {
	return report.Page{
		Title:    fmt.Sprintf("Strategies of home timelines in a world of %s people", report.Figure(float64(r.World.People))),
		Facts:    r.facts(),
		Problems: r.Problems(),
		Sections: []report.Section{r.worldSection(), r.latency(), r.work(), r.overTime(), r.rightness()},
	}
}

func (r Result) facts() []report.Fact {
	c, m := r.Config, r.Machine
	taught := "learned as people look and post"
	if c.Taught {
		taught = "known from the start, as after two months at this pace"
	}
	return []report.Fact{
		{Name: "Load", Value: fmt.Sprintf("%s looks and %s posts a second, as they come (Poisson), for %v, after %v of warming up", report.Figure(c.Reads), report.Figure(c.Writes), c.Duration, c.WarmUp)},
		{Name: "People's rates", Value: "lognormal (σ 1.5), independent of followers; to the engine " + taught},
		{Name: "Start", Value: fmt.Sprintf("the same for all: a clone of one database, all edges pulled; then up to %v for the engine to move them", c.Settle)},
		{Name: "Parts", Value: "one server with its worker, one Postgres without a replica, and the generator, all on this machine"},
		{Name: "Machine", Value: fmt.Sprintf("%d x %s, %s, %s; load before: %s", m.Processors, m.Model, m.Memory, m.System, m.Load)},
		{Name: "Versions", Value: fmt.Sprintf("%s, %s, Postgres %s", m.Commit, m.Go, m.Postgres)},
		{Name: "Begun", Value: r.Began.UTC().Format(time.RFC1123)},
	}
}

func (r Result) worldSection() report.Section {
	s := r.World
	t := report.Table{Head: []string{"class", "people", "followers: least", "median", "most", "in all", "reference", "× factor", "following: least", "median", "most", "reference"}}
	for _, c := range s.Classes {
		t.Rows = append(t.Rows, []string{
			c.Class, count(c.People), count(c.Followers.Least), count(c.Followers.Median), count(c.Followers.Most), count(c.Follows),
			c.ReferenceFollowers.String(), c.ReferenceFollowers.Times(s.Factor),
			count(c.Following.Least), count(c.Following.Median), count(c.Following.Most), c.ReferenceFollowing.String(),
		})
	}
	return report.Section{
		Title: "The world",
		Text: fmt.Sprintf("%s follows and %s posts from before; seed %d. The reference's ranges of following are kept, which leaves fewer follows than its ranges of followers need: "+
			"those are multiplied by one factor, %.4f here. Who would have to be followed twice by the same people has fewer. %d accounts have at least %s followers.",
			count(s.Follows), count(s.Posts), s.Spec.Seed, s.Factor, s.Large, count(s.LargeFrom)),
		Tables: []report.Table{t},
	}
}

func count(n int) string { return report.Figure(float64(n)) }

func (r Result) latency() report.Section {
	t := report.Table{Head: []string{"strategy", "reads", "p50 ms", "p90", "p99", "p99.9", "most", "writes", "p50 ms", "p99", "most", "generator late p99"}}
	for _, run := range r.Runs {
		a, b := run.Read, run.Write
		t.Rows = append(t.Rows, []string{
			run.name(), figure(a.OK()), report.Figure(a.P50), report.Figure(a.P90), report.Figure(a.P99), report.Figure(a.P999), report.Figure(a.Max),
			figure(b.OK()), report.Figure(b.P50), report.Figure(b.P99), report.Figure(b.Max), report.Figure(max(a.LagP99, b.LagP99)),
		})
	}
	return report.Section{
		Title: "How long people wait",
		Text: "Time counts from the moment at which a call was due, so that who had to wait for others has waited. " +
			"A write answers when the post is stored; what it takes to bring it to the followers is below.",
		Tables: []report.Table{t},
		Plots: []report.Plot{
			{Title: "Reads: how many waited how long", X: "share of all reads", Y: "ms at most", LogY: true, Quantiles: true, Lines: r.distributions(func(r Run) Calls { return r.Read })},
			{Title: "Writes: how many waited how long", X: "share of all writes", Y: "ms at most", LogY: true, Quantiles: true, Lines: r.distributions(func(r Run) Calls { return r.Write })},
		},
	}
}

func figure(n int64) string { return report.Figure(float64(n)) }

// name tells hybrids apart by what they are set to.
func (r Run) name() string {
	if r.Variant.Threshold > 0 {
		return fmt.Sprintf("%s (≥ %s followers)", r.Variant.Name, count(r.Variant.Threshold))
	}
	return r.Variant.Name
}

func (r Result) distributions(of func(Run) Calls) []report.Line {
	var lines []report.Line
	for _, run := range r.Runs {
		l := report.Line{Name: run.name()}
		for _, p := range of(run).Distribution {
			l.X, l.Y = append(l.X, p.Share), append(l.Y, p.Within)
		}
		lines = append(lines, l)
	}
	return lines
}
