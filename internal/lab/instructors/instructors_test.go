package instructors

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
)

func TestMain(m *testing.M) { labtest.Main(m) }

func small(t *testing.T) Config {
	t.Helper()
	set, err := generate.OfCourses(generate.LeastCourses, 1)
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Set: set, Most: reference, WritesPercent: 40, Step: 250 * time.Millisecond, AtOnce: 4, Seed: 1, Concurrency: "off", Timeout: time.Minute, Patience: time.Minute,
		Serve: labtest.Serve(t), Out: t.Output(),
	}
}

// TestAllAreTaughtByWhomTheSetSays is what `throng lab instructors` shows with ten million
// courses. How long things take here says nothing: the machine may have other things to do.
func TestAllAreTaughtByWhomTheSetSays(t *testing.T) {
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
	if len(r.Climbs) != len(climbs) || r.Loaded == nil || r.Loaded.Courses != c.Set.Courses || r.Loaded.Instructors != c.Set.Instructors || r.Loaded.Assistants != c.Set.Assistants {
		t.Fatalf("%d climbs of %+v", len(r.Climbs), r.Loaded)
	}
	for _, climb := range r.Climbs {
		if len(climb.Steps) != 4 {
			t.Fatalf("%s: %d steps", climb.Name, len(climb.Steps))
		}
		last := climb.Steps[3]
		if last.Rate != reference || last.Reads.OK() == 0 || (len(last.Writes) > 0) != climb.Writes {
			t.Errorf("%s: %v and %d kinds of writes", climb.Name, last, len(last.Writes))
		}
		for _, w := range last.Writes {
			if w.OK() == 0 {
				t.Errorf("%s: %v", climb.Name, w)
			}
		}
	}
	if a := r.Checks; a.Held == 0 || a.Held > a.Answers || a.Updated == 0 || a.Went == 0 || a.Went > a.Came || a.Differences == nil || *a.Differences != 0 {
		t.Errorf("checks: %+v", a)
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
	text, err := os.ReadFile(filepath.Join(folder, "instructors-200.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"the reference", "71", "15 million assistants", "one hot course, with writes", "dropped by the generator", "client error", "<svg", r.Hot.Number, r.Machine.Postgres} {
		if !strings.Contains(html.UnescapeString(string(text)), want) {
			t.Errorf("%q is not in the report", want)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "instructors-200.json")); err != nil {
		t.Error(err)
	}
}

func TestARunThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"no rate":          func(c *Config) { c.Most = 0 },
		"too fast":         func(c *Config) { c.Most = 1e9 },
		"no writes":        func(c *Config) { c.WritesPercent = 0 },
		"only writes":      func(c *Config) { c.WritesPercent = 99 },
		"nothing serves":   func(c *Config) { c.Serve = nil },
		"no set":           func(c *Config) { c.Set = generate.CourseSpec{} },
		"no time":          func(c *Config) { c.Step = 0 },
		"none at once":     func(c *Config) { c.AtOnce = 0 },
		"no patience":      func(c *Config) { c.Patience = 0 },
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
	if err := os.WriteFile(filepath.Join(c.Dir, deployment.SetFile), []byte(`{"Courses":7}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "another set") {
		t.Error(err)
	}
}

func TestWhatIsNotAsItMustBeIsAnError(t *testing.T) {
	t.Parallel()
	with := func(rate, failed float64) Result {
		return Result{Climbs: []Climb{{Steps: []Step{{Rate: rate, FailedPercent: failed}}}}}
	}
	for name, c := range map[string]struct {
		result Result
		limit  float64
		right  bool
	}{
		"all is well":                {with(reference, 0), 0, true},
		"some fail":                  {with(reference, 0.1), 0, false},
		"... within the limit":       {with(reference, 0.1), 1, true},
		"... past the reference":     {with(2*reference, 50), 0, true},
		"there is a problem, though": {Result{Problems: []string{"an answer was stale"}}, 100, false},
	} {
		if err := c.result.Check(c.limit); (err == nil) != c.right {
			t.Errorf("%s: %v", name, err)
		}
	}
}
