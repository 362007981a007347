package reviews

import (
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/lab/deployment"
	"github.com/throng-social/throng/internal/lab/generate"
	"github.com/throng-social/throng/internal/lab/labtest"
	"github.com/throng-social/throng/internal/lab/report"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func small(t *testing.T) Config {
	t.Helper()
	set, err := generate.Of(200, 1)
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Set: set, Rate: 40, WritesPercent: 30, Duration: 3 * time.Second, Most: 300 * time.Millisecond, AtOnce: 8, People: leastPeople, Seed: 1, Concurrency: "off",
		Timeout: time.Minute, Patience: time.Minute, Every: 500 * time.Millisecond, Serve: labtest.Serve(t), Out: t.Output(),
	}
}

// TestNothingIsStaleAndTheRecountIsZero is what `throng lab reviews` shows with a million
// products. How long things take here says nothing: the machine may have other things to do.
func TestNothingIsStaleAndTheRecountIsZero(t *testing.T) {
	t.Parallel()
	c := small(t)
	r, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r)
	for _, p := range r.Problems {
		t.Error(p)
	}
	if len(r.Phases) != 2 || len(r.Most) != 4 || r.Loaded == nil || r.Loaded.Reviews != c.Set.Reviews || r.Products != int(c.Set.Products) {
		t.Fatalf("%d phases, %d mosts, %v of %d products", len(r.Phases), len(r.Most), r.Loaded, r.Products)
	}
	for k, calls := range r.Phases[1].Kinds {
		if calls.OK() == 0 || calls.Errors() > 0 {
			t.Errorf("%s: %v", kindNames[k], calls.Outcomes)
		}
	}
	for _, m := range r.Most {
		if m.Rate <= 0 {
			t.Errorf("%s: %v", m.Name, m.Outcomes)
		}
	}
	if a := r.Checks; a.Added == 0 || a.Marked == 0 || a.Hidden == 0 || a.Held == 0 || a.Held > a.Answers || a.Differences == nil || *a.Differences != 0 {
		t.Errorf("checks: %+v", a)
	}
	if n := r.Phases[1].Kinds[reporting].OK(); n != hidingReports*r.Checks.Hidden {
		t.Errorf("%d reports hid %d reviews: one is left with a part of them", n, r.Checks.Hidden)
	}
	if p := r.Phases[0]; len(p.Samples) < 3 || report.Known(p.CPU.Server) <= 0 || report.Known(p.CPU.Postgres) <= 0 {
		t.Errorf("%d samples, %v processors of the server's, %v of Postgres", len(p.Samples), report.Known(p.CPU.Server), report.Known(p.CPU.Postgres))
	}
	wantSaved(t, r)
}

// wantSaved holds that the files say what was found.
func wantSaved(t *testing.T, r Result) {
	t.Helper()
	folder := t.TempDir()
	if err := Save(r, folder); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "reviews-200.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"the reference", "10,000", "sums of a product", "11 hot products", "reads beside writes", "<svg", r.Machine.Postgres} {
		if !strings.Contains(html.UnescapeString(string(text)), want) {
			t.Errorf("%q is not in the report", want)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "reviews-200.json")); err != nil {
		t.Error(err)
	}
}

func TestARunThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"nobody writes":    func(c *Config) { c.People = leastPeople - 1 },
		"no writes":        func(c *Config) { c.WritesPercent = 0 },
		"only writes":      func(c *Config) { c.WritesPercent = 99 },
		"no rate":          func(c *Config) { c.Rate = 0 },
		"nothing serves":   func(c *Config) { c.Serve = nil },
		"no set":           func(c *Config) { c.Set = generate.Spec{} },
		"too often":        func(c *Config) { c.Every = time.Millisecond },
		"no time":          func(c *Config) { c.Duration = 0 },
		"no time for most": func(c *Config) { c.Most = 0 },
		"none at once":     func(c *Config) { c.AtOnce = 0 },
		"no patience":      func(c *Config) { c.Patience = 0 },
		"warms up before":  func(c *Config) { c.WarmUp = -1 },
		"another machine":  func(c *Config) { c.Server = "http://192.0.2.1" },
		"calls never take": func(c *Config) { c.Timeout = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := small(t)
			change(&c)
			if _, err := Run(t.Context(), c); err == nil {
				t.Error("it ran")
			}
		})
	}
}

func TestAFolderWithAnotherSetIsRefused(t *testing.T) {
	t.Parallel()
	c := small(t)
	c.Dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(c.Dir, deployment.SetFile), []byte(`{"Products":7}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "another set") {
		t.Error(err)
	}
}

func TestWhatIsNotAsItMustBeIsAnError(t *testing.T) {
	t.Parallel()
	phase := Phase{Name: "reads"}
	phase.Kinds[listing].P99, phase.Kinds[summing].P99, phase.Kinds[adding].P99 = 9, 9, 50
	good := Result{Phases: []Phase{phase}}
	if err := good.Check(10 * time.Millisecond); err != nil {
		t.Error(err)
	}
	slow, bad := good, good
	phase.Kinds[summing].P99 = 11
	slow.Phases = []Phase{phase}
	bad.Problems = slices.Concat(bad.Problems, []string{"an answer was stale"})
	if slow.Check(10*time.Millisecond) == nil || slow.Check(0) != nil || bad.Check(0) == nil {
		t.Errorf("%v, %v, %v", slow.Check(10*time.Millisecond), slow.Check(0), bad.Check(0))
	}
}
