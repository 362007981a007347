package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAWorldIsLoadedIntoADeploymentOnce(t *testing.T) {
	d := deploy(t)
	load := []string{"lab", "world", "--people", "150", "--seed", "4", "--star", "120", "--posts", "1"}
	if out := d.mustRun(t, append(load, "--dry")...); !strings.Contains(out, "151 people") || strings.Contains(out, "loaded") {
		t.Errorf("dry:\n%s", out)
	}
	out := d.mustRun(t, load...)
	for _, want := range []string{"celebrity", "50000-500000", "151 people", "loaded in", "w4_0 to w4_150"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q was not printed:\n%s", want, out)
		}
	}
	if out, err := d.run(t, load...); err == nil || !strings.Contains(out, "--force") {
		t.Errorf("it was loaded twice: %v\n%s", err, out)
	}
	load[5] = "5"
	d.mustRun(t, append(load, "--force")...)
	if out := d.mustRun(t, "recount"); out == "" || strings.Count(out, ": 0 differences\n") != strings.Count(out, "\n") {
		t.Errorf("recounted:\n%s", out)
	}
	if out := d.mustRun(t, "lab", "audit"); !strings.Contains(out, "302 timelines") || !strings.Contains(out, "0 missing, 0 extra") {
		t.Errorf("audited:\n%s", out)
	}
	d.serve(t)
	if token := d.mustRun(t, "token", "w5_150"); strings.Count(token, ".") != 2 {
		t.Errorf("the star's token is %q", token)
	}
}

func TestStrategiesAreComparedByCommandAndGoOnWhereTheyWere(t *testing.T) {
	d := &deployment{environment: append(os.Environ(), "THRONG_TIMELINE_STRATEGY=pull", "THRONG_DB_URL=postgres://192.0.2.1/production")}
	out := t.TempDir()
	args := []string{"lab", "fanout", "--people", "120", "--strategies", "push", "--reads", "30", "--writes", "5", "--warm-up", "0s", "--duration", "1s", "--every", "200ms", "--patience", "1m", "--out", out}
	t.Log(d.mustRun(t, args...))
	for _, end := range []string{".html", ".json"} {
		if info, err := os.Stat(filepath.Join(out, "fanout-120"+end)); err != nil || info.Size() < 1000 {
			t.Errorf("fanout-120%s: %v, %v", end, info, err)
		}
	}
	again := d.mustRun(t, append(args, "--resume")...)
	if strings.Contains(again, "a second, at") || !strings.Contains(again, "0 of ") {
		t.Errorf("what was done was not taken over:\n%s", again)
	}
	if out, err := d.run(t, append(args, "--resume", "--seed", "9")...); err == nil || !strings.Contains(out, "another comparison") {
		t.Errorf("another comparison was taken over: %v\n%s", err, out)
	}
}
