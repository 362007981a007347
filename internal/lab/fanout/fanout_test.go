package fanout

import (
	"context"
	"html"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/lab/labtest"
	"github.com/throng-social/throng/internal/lab/world"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// auditAll is the real auditor.
func auditAll(ctx context.Context, url string) (checked, missing, extra int, err error) {
	err = Operate(ctx, url, func(a *app.App) error {
		return a.Audit(ctx, 0, func(f audit.Finding) {
			checked, missing, extra = checked+f.Posts, missing+len(f.Missing), extra+len(f.Extra)
		})
	})
	return checked, missing, extra, err
}

func small(t *testing.T) Config {
	t.Helper()
	return Config{
		World: world.Spec{People: 300, Seed: 1, Posts: 3}, Strategies: Strategies, Quantiles: []float64{0.9}, Reads: 60, Writes: 6,
		Settle: time.Minute, WarmUp: 300 * time.Millisecond, Duration: 3 * time.Second, Every: 500 * time.Millisecond, Drain: time.Minute,
		Timeout: time.Minute, Patience: time.Minute, Concurrency: 32, Taught: true, Serve: labtest.Serve(t), Audit: auditAll, Out: t.Output(),
	}
}

func TestAllStrategiesAreComparedOnOneWorldAndNothingIsMissing(t *testing.T) {
	t.Parallel()
	c, folder, saved := small(t), t.TempDir(), 0
	c.Done = func(r Result) error {
		saved++
		return Save(r, folder)
	}
	r, err := Compare(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Runs) != 4 || saved != 4 {
		t.Fatalf("%d variants were run, %d times it was saved, want 4", len(r.Runs), saved)
	}
	for _, p := range r.Problems() {
		t.Error(p)
	}
	for _, run := range r.Runs {
		t.Run(run.Variant.Name, func(t *testing.T) { wantMeasured(t, r.Config, run) })
	}
	wantSame(t, r)
	wantSaved(t, r, folder)
}

// wantMeasured holds what must hold of every run, whatever the strategy.
func wantMeasured(t *testing.T, c Config, run Run) {
	if run.Read.Due != c.reading(c.Duration, measured).Expected() || run.Read.OK() != run.Read.Due {
		t.Errorf("%d of %d reads went well, of %d that were due", run.Read.OK(), run.Read.Due, c.reading(c.Duration, measured).Expected())
	}
	if run.Write.OK() != c.writing(c.Duration, measured).Expected() || run.Read.P50 <= 0 || run.Read.P99 < run.Read.P50 || run.Write.P99 <= 0 {
		t.Errorf("%d writes went well; %+v", run.Write.OK(), run.Read)
	}
	if run.Audit == nil || run.Audit.Checked == 0 || run.Audit.Missing+run.Audit.Extra > 0 {
		t.Errorf("the audit found %+v", run.Audit)
	}
	if len(run.Samples) < 4 || run.Before.Bytes == 0 || run.After.Bytes < run.Before.Bytes {
		t.Errorf("%d samples; %+v before, %+v after", len(run.Samples), run.Before, run.After)
	}
	if number(run.ServerCPU) <= 0 || run.LifeCPU < number(run.ServerCPU) || run.Cost == nil {
		t.Errorf("the server took %v s, %v s in all; cost %v", number(run.ServerCPU), run.LifeCPU, run.Cost)
	}
	delivered, pulled := number(run.Work.Deliveries), number(run.Work.Pulls)
	switch run.Variant.Strategy {
	case "push":
		if delivered == 0 || run.Edges.Pushed != run.Edges.Edges {
			t.Errorf("%v were delivered, and %+v", delivered, run.Edges)
		}
	case "pull":
		if delivered != 0 || pulled == 0 || run.EdgesEnd.Pushed != 0 {
			t.Errorf("%v were delivered, %v pulled, and %+v", delivered, pulled, run.EdgesEnd)
		}
	case "hybrid":
		if delivered == 0 || pulled == 0 || run.Edges.Pushed == 0 || run.Edges.Pushed == run.Edges.Edges {
			t.Errorf("%v were delivered, %v pulled, and %+v", delivered, pulled, run.Edges)
		}
	}
}

// wantSame holds that all had the same world and the same load.
func wantSame(t *testing.T, r Result) {
	t.Helper()
	for _, run := range r.Runs {
		if first := r.Runs[0]; run.Read.Due != first.Read.Due || run.Write.Due != first.Write.Due || run.Edges.Edges != first.Edges.Edges || run.Audit.Checked != first.Audit.Checked {
			t.Errorf("%s had %d reads, %d writes, %d edges and %d posts to compare; %s had %d, %d, %d and %d", run.Variant.Name, run.Read.Due, run.Write.Due, run.Edges.Edges, run.Audit.Checked,
				first.Variant.Name, first.Read.Due, first.Write.Due, first.Edges.Edges, first.Audit.Checked)
		}
	}
}

// wantSaved holds that the files say what was found, and that a comparison which
// is complete is not run again.
func wantSaved(t *testing.T, r Result, folder string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "fanout-300.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"hybrid 90 %", "adaptive", "Entries delivered", "<svg", r.Machine.Postgres} {
		if !strings.Contains(html.UnescapeString(string(text)), want) {
			t.Errorf("%q is not in the report", want)
		}
	}
	loaded, err := Load(folder, 300)
	if err != nil || len(loaded.Runs) != len(r.Runs) || !loaded.Config.Same(r.Config) {
		t.Fatalf("%v; %d runs were read", err, len(loaded.Runs))
	}
	for i, run := range loaded.Runs {
		if run.Variant != r.Runs[i].Variant || run.Read.P99 != r.Runs[i].Read.P99 || number(run.Work.Pulls) != number(r.Runs[i].Work.Pulls) {
			t.Errorf("%s was read as another", run.Variant.Name)
		}
	}
	again := small(t)
	again.Before, again.Serve = loaded.Runs, []string{filepath.Join(folder, "there-is-none")}
	if second, err := Compare(t.Context(), again); err != nil || len(second.Runs) != len(r.Runs) {
		t.Errorf("with all runs there, %d were complete: %v", len(second.Runs), err)
	}
}

func TestAServerThatEndsEndsTheComparisonWithItsLastWords(t *testing.T) {
	t.Parallel()
	c := small(t)
	c.World.People, c.Strategies, c.Serve = 101, []string{"push"}, []string{"/bin/sh", "-c", "echo the disk is on fire; exit 3"}
	_, err := Compare(t.Context(), c)
	if err == nil || !strings.Contains(err.Error(), "the disk is on fire") || !strings.Contains(err.Error(), "exit status 3") {
		t.Error(err)
	}
}

func TestAComparisonThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"no auditor":         func(c *Config) { c.Audit = nil },
		"nothing serves":     func(c *Config) { c.Serve = nil },
		"no time":            func(c *Config) { c.Duration = 0 },
		"too often":          func(c *Config) { c.Every = time.Millisecond },
		"a week":             func(c *Config) { c.WarmUp = 7 * 24 * time.Hour },
		"an odd strategy":    func(c *Config) { c.Strategies = []string{"shove"} },
		"no strategy":        func(c *Config) { c.Strategies = nil },
		"an odd quantile":    func(c *Config) { c.Quantiles = []float64{math.NaN()} },
		"a world of no size": func(c *Config) { c.World.People = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := small(t)
			change(&c)
			if _, err := Compare(t.Context(), c); err == nil {
				t.Error("it ran")
			}
		})
	}
}
