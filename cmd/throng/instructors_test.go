package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASchoolIsGeneratedImportedAndAskedByCommand(t *testing.T) {
	d := deploy(t)
	d.serve(t)
	dir := t.TempDir()
	set := filepath.Join(dir, "set")
	d.mustRun(t, "lab", "generate", "courses", "--out", set, "--courses", "200", "--seed", "3")
	d.mustRun(t, "import", "courses", set, "--token", d.token(t))
	ask := []string{
		"lab", "instructors", "--server", "http://" + d.addr, "--courses", "200", "--seed", "3", "--most", "100", "--writes", "40", "--step", "300ms",
		"--at-once", "4", "--timeout", "1m", "--patience", "1m", "--limit", "100", "--out", dir,
	}
	for range 2 { // the set is as it was
		out := d.mustRun(t, ask...)
		if !strings.Contains(out, "0 differences") || strings.Contains(out, "!") || !strings.Contains(out, "one hot course, with writes") {
			t.Errorf("asked:\n%s", out)
		}
	}
	for _, end := range []string{".html", ".json"} {
		if info, err := os.Stat(filepath.Join(dir, "instructors-200"+end)); err != nil || info.Size() < 1000 {
			t.Errorf("instructors-200%s: %v, %v", end, info, err)
		}
	}
	ask[7] = "4"
	if out, err := d.run(t, ask...); err == nil || !strings.Contains(out, "of the 200 courses of the set with seed 4") {
		t.Errorf("another set was asked for: %v\n%s", err, out)
	}
	if out := d.mustRun(t, "recount", "course"); !strings.Contains(out, "course: 0 differences") {
		t.Errorf("recounted:\n%s", out)
	}
}

func TestCommandsOfInstructorsThatCannotBeSayWhy(t *testing.T) {
	d := &deployment{environment: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"200 to 100000000", []string{"--courses", "5"}},
		{"1 to 1000000 calls", []string{"--most", "0"}},
		{"up to 50 writes", []string{"--writes", "0"}},
		{"THRONG_DB_URL", []string{"--server", "http://127.0.0.1:1"}},
		{"this machine alone", []string{"--server", "http://192.0.2.1", "--db-url", "postgres://127.0.0.1:1/x", "--secret", "s"}},
	} {
		if out, err := d.run(t, append([]string{"lab", "instructors"}, c.args...)...); err == nil || !strings.Contains(out, c.want) {
			t.Errorf("%v: %v\n%s\nwant %q", c.args, err, out, c.want)
		}
	}
}
