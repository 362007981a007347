package weather

import (
	"html"
	"os"
	"path/filepath"
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
	return Config{
		Set:  generate.Weather{Form: generate.Sparse, Places: 120, Rows: 5000, Seed: 1},
		Rate: 60, WarmUp: 100 * time.Millisecond, Duration: time.Second, Users: []int{20}, Ramp: 100, Hold: 3 * time.Second,
		ThinkLeast: 20 * time.Millisecond, ThinkMost: 40 * time.Millisecond, Most: 500 * time.Millisecond, AtOnce: 4, Seed: 1, Concurrency: "off",
		Timeout: time.Minute, Patience: time.Minute, Every: 200 * time.Millisecond, Serve: labtest.Serve(t), Out: t.Output(),
	}
}

// TestEveryAnswerIsRightAndTheRecountIsZero is what `throng lab weather` shows with ten
// million observations. How long things take here says nothing: the machine may have other
// things to do.
func TestEveryAnswerIsRightAndTheRecountIsZero(t *testing.T) {
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
	if r.Places != 120 || r.Observations != 5000 || r.Loaded == nil || r.Loaded.Places != 120 || r.Loaded.Observations != 5000 {
		t.Errorf("%v of %d places with %d observations", r.Loaded, r.Places, r.Observations)
	}
	if len(r.Mixes) != 3 || len(r.Most) != 4 {
		t.Fatalf("%d mixes, %d mosts", len(r.Mixes), len(r.Most))
	}
	var answers int64
	for _, s := range r.all() {
		if s.OK() == 0 || s.Rate <= 0 || s.Errors() > 0 {
			t.Errorf("%s: %v, %.1f a second", s.Name, s.Outcomes, s.Rate)
		}
		answers += s.OK()
	}
	if k := r.Checks; k.Answers < answers || k.Values < k.Answers || k.Differences == nil || *k.Differences != 0 {
		t.Errorf("checks: %+v of %d answers", k, answers)
	}
	if s := r.Open; len(s.Samples) < 2 || report.Known(s.CPU.Server) <= 0 || report.Known(s.CPU.Postgres) <= 0 {
		t.Errorf("%d samples, %v processors of the server's, %v of Postgres", len(s.Samples), report.Known(s.CPU.Server), report.Known(s.CPU.Postgres))
	}
	if n := r.Mixes[2].Users; n != 20 {
		t.Errorf("there were %d users", n)
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
	text, err := os.ReadFile(filepath.Join(folder, "weather-120.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"the reference", "never loaded", "20 users, weighted", "11 hot places, all time", "at a rate, all places", "<svg", r.Machine.Postgres} {
		if !strings.Contains(html.UnescapeString(string(text)), want) {
			t.Errorf("%q is not in the report", want)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "weather-120.json")); err != nil {
		t.Error(err)
	}
}

func TestARunThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"no rate":          func(c *Config) { c.Rate = 0 },
		"no users":         func(c *Config) { c.Users = nil },
		"none of them":     func(c *Config) { c.Users = []int{10, 0} },
		"too many":         func(c *Config) { c.Users = []int{1_000_000} },
		"they never come":  func(c *Config) { c.Ramp = 1e-9 },
		"they stay never":  func(c *Config) { c.Hold = 0 },
		"they think back":  func(c *Config) { c.ThinkLeast = time.Hour },
		"nothing serves":   func(c *Config) { c.Serve = nil },
		"no set":           func(c *Config) { c.Set = generate.Weather{} },
		"too often":        func(c *Config) { c.Every = time.Millisecond },
		"no time":          func(c *Config) { c.Duration = 0 },
		"no time for most": func(c *Config) { c.Most = 0 },
		"none at once":     func(c *Config) { c.AtOnce = 0 },
		"no patience":      func(c *Config) { c.Patience = 0 },
		"warms up before":  func(c *Config) { c.WarmUp = -1 },
		"without a file":   func(c *Config) { c.Server = "http://127.0.0.1:1" },
		"another machine":  func(c *Config) { c.Server, c.File = "http://192.0.2.1", "weather.csv" },
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
	if err := os.WriteFile(filepath.Join(c.Dir, deployment.SetFile), []byte(`{"Places":7}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "another set") {
		t.Error(err)
	}
}

func TestWhatIsNotAsItMustBeIsAnError(t *testing.T) {
	t.Parallel()
	var good Result
	good.Open.P99 = 4
	slow, bad := good, good
	slow.Open.P99 = 6
	bad.Problems = []string{"an answer was wrong"}
	const limit = 5 * time.Millisecond
	if good.Check(limit) != nil || slow.Check(limit) == nil || slow.Check(0) != nil || bad.Check(0) == nil {
		t.Errorf("%v, %v, %v, %v", good.Check(limit), slow.Check(limit), slow.Check(0), bad.Check(0))
	}
}
