package watch

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestFiveHundredWatchersHaveEveryPostOnceAndSoon is what `throng lab watch` shows
// with five thousand. The machine may have other things to do, so two posts of ten
// may take longer.
func TestFiveHundredWatchersHaveEveryPostOnceAndSoon(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "throng")
	build := exec.Command("go", "build", "-o", binary, "../../../cmd/throng")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r, err := Run(t.Context(), Config{
		Watchers: 500, PerConnection: 100, Posts: 10, Pause: 100 * time.Millisecond, Patience: time.Minute,
		Serve: []string{binary, "serve"}, Out: t.Output(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r)
	if r.Missing != 0 || r.Repeated != 0 || r.Connections != 5 || len(r.Posts) != 10 {
		t.Errorf("%d are missing, %d came twice, %d posts over %d connections", r.Missing, r.Repeated, len(r.Posts), r.Connections)
	}
	if r.Hydrations != len(r.Posts) {
		t.Errorf("%d posts were read %d times for all streams", len(r.Posts), r.Hydrations)
	}
	slices.SortFunc(r.Posts, func(a, b Delay) int { return int(a.P99 - b.P99) })
	if eighth := r.Posts[7].P99; eighth > 1000 {
		t.Errorf("eight of ten posts took up to %.0f ms to 99%% of the watchers, want a second", eighth)
	}
	// Memory that was not settled says nothing; it is in the log.
	if r.Goroutines < 1 || r.Goroutines > 1.5 {
		t.Errorf("a watcher takes %.2f goroutines", r.Goroutines)
	}
}

func TestWhatIsNotAsItMustBeIsAnError(t *testing.T) {
	t.Parallel()
	good := Result{Posts: make([]Delay, 10), All: Delay{P99: 999}, Hydrations: 10}
	if err := good.Check(time.Second); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Result){
		"missing": func(r *Result) { r.Missing = 1 },
		"twice":   func(r *Result) { r.Repeated = 1 },
		"took":    func(r *Result) { r.All.P99 = 1001 },
		"read":    func(r *Result) { r.Hydrations = 11 },
	} {
		bad := good
		spoil(&bad)
		if err := bad.Check(time.Second); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnImpossibleCrowdIsRefused(t *testing.T) {
	t.Parallel()
	good := Config{Watchers: 1, PerConnection: 1, Posts: 1, Serve: []string{"throng"}}
	for i, spoil := range []func(*Config){
		func(c *Config) { c.Watchers = 0 }, func(c *Config) { c.Watchers = 50_001 }, func(c *Config) { c.PerConnection = 0 },
		func(c *Config) { c.PerConnection = 1001 }, func(c *Config) { c.Posts = 0 }, func(c *Config) { c.Serve = nil },
	} {
		bad := good
		spoil(&bad)
		if _, err := Run(t.Context(), bad); err == nil {
			t.Error(fmt.Sprint("case ", i, " was taken"))
		}
	}
}
