package rush

import (
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/lab/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func small(t *testing.T) Config {
	t.Helper()
	return Config{
		People: 40, Duration: 5 * time.Second, Seed: 1, Least: 100 * time.Millisecond, Most: 500 * time.Millisecond, Boards: boardsMemory, Concurrency: "off", Probes: 2,
		Timeout: time.Minute, Every: 500 * time.Millisecond, Drain: 2 * time.Minute, Serve: labtest.Serve(t), Out: t.Output(),
	}
}

// TestASmallRushLosesNothing is what `throng lab rush` shows with eleven hundred. How
// long things take here says nothing: the machine may have other things to do.
func TestASmallRushLosesNothing(t *testing.T) {
	t.Parallel()
	for _, boards := range []string{boardsMemory, boardsRedis} {
		t.Run(boards, func(t *testing.T) {
			t.Parallel()
			c := small(t)
			c.Boards = boards
			r, err := Run(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Log(r)
			for _, p := range r.Problems {
				t.Error(p)
			}
			wantAllKinds(t, r)
			if a := r.CheckIns; a.Acknowledged == 0 || a.Listed != a.Acknowledged || a.Offered != a.Acknowledged || !a.right() || a.Differences == nil {
				t.Errorf("check-ins: %+v", a)
			}
			if r.Lag.Count == 0 || len(r.Samples) < 5 || number(r.ServerCPU) <= 0 || number(r.PostgresCPU) <= 0 {
				t.Errorf("%d lags, %d samples, %v s of the server's, %v s of Postgres", r.Lag.Count, len(r.Samples), number(r.ServerCPU), number(r.PostgresCPU))
			}
			wantSaved(t, r)
		})
	}
}

func wantAllKinds(t *testing.T, r Result) {
	t.Helper()
	for k, calls := range r.Kinds {
		// There are few sign-ins, by chance none.
		if calls.OK() == 0 && kind(k) != signIn || calls.Errors()+calls.Refused() > 0 {
			t.Errorf("%s: %v", calls.Name, calls.Outcomes)
		}
	}
}

// wantSaved holds that the files say what was found.
func wantSaved(t *testing.T, r Result) {
	t.Helper()
	folder := t.TempDir()
	if err := Save(r, folder); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "rush-40.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"the reference system", "617", "check in", "acknowledged to visible", "<svg", r.Machine.Postgres} {
		if !strings.Contains(html.UnescapeString(string(text)), want) {
			t.Errorf("%q is not in the report", want)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "rush-40.json")); err != nil {
		t.Error(err)
	}
}

func TestAServerThatEndsEndsTheRushWithItsLastWords(t *testing.T) {
	t.Parallel()
	c := small(t)
	c.Serve = []string{"/bin/sh", "-c", "echo the disk is on fire; exit 3"}
	if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "the disk is on fire") {
		t.Error(err)
	}
}

func TestARushThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"nobody":           func(c *Config) { c.People = 0 },
		"too many":         func(c *Config) { c.People = maxPeople + 1 },
		"no probes":        func(c *Config) { c.Probes = 0 },
		"nothing serves":   func(c *Config) { c.Serve = nil },
		"odd boards":       func(c *Config) { c.Boards = "paper" },
		"too often":        func(c *Config) { c.Every = time.Millisecond },
		"no time for it":   func(c *Config) { c.Drain = 0 },
		"no clock":         func(c *Config) { c.Duration = 0 },
		"thinking is odd":  func(c *Config) { c.Least = 2 * c.Most },
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

func TestWhatIsNotAsItMustBeIsAnError(t *testing.T) {
	t.Parallel()
	good := Result{Together: Calls{P99: 99}}
	if err := good.Check(100 * time.Millisecond); err != nil {
		t.Error(err)
	}
	slow, bad := good, good
	slow.Together.P99 = 101
	bad.Problems = slices.Concat(bad.Problems, []string{"one is lost"})
	if slow.Check(100*time.Millisecond) == nil || slow.Check(0) != nil || bad.Check(0) == nil {
		t.Errorf("%v, %v, %v", slow.Check(100*time.Millisecond), slow.Check(0), bad.Check(0))
	}
}
