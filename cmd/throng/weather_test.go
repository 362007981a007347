package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheWeatherIsGeneratedImportedAndAskedForByCommand(t *testing.T) {
	d := deploy(t)
	d.serve(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "weather.csv")
	if out := d.mustRun(t, "lab", "generate", "weather", "--out", file, "--places", "60", "--rows", "3000"); !strings.Contains(out, "3000 observations at 60 places, sparse") {
		t.Errorf("generated:\n%s", out)
	}
	if out := d.mustRun(t, "import", "weather", file, "--token", d.token(t)); !strings.Contains(out, "60 places and 3000 observations created, 0 corrected, 0 refused") {
		t.Errorf("imported:\n%s", out)
	}
	ask := []string{
		"lab", "weather", "--server", "http://" + d.addr, "--file", file, "--rate", "30", "--warm-up", "0s", "--duration", "500ms", "--users", "8,4", "--ramp", "100",
		"--hold", "300ms", "--think-least", "20ms", "--think-most", "40ms", "--most", "200ms", "--at-once", "4", "--timeout", "1m", "--patience", "1m", "--limit", "0", "--out", dir,
	}
	out := d.mustRun(t, ask...)
	for _, want := range []string{"at a rate, all places", "8 users, random", "4 users, weighted", "11 hot places, all time", "0 differences"} {
		if !strings.Contains(out, want) || strings.Contains(out, "\n!") {
			t.Errorf("asked:\n%s\nwant %s", out, want)
		}
	}
	for _, end := range []string{".html", ".json"} {
		if info, err := os.Stat(filepath.Join(dir, "weather-60"+end)); err != nil || info.Size() < 1000 {
			t.Errorf("weather-60%s: %v, %v", end, info, err)
		}
	}
	wantFoundOut(t, d, file, ask)
}

// wantFoundOut holds that answers which are not those of the file are found: it is the file
// that changes here.
func wantFoundOut(t *testing.T, d *deployment, file string, ask []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines[1:] {
		if fields := strings.Split(line, ","); len(fields) == 5 {
			fields[2] = "69.99"
			lines[i+1] = strings.Join(fields, ",")
		}
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := d.run(t, ask...); err == nil || !strings.Contains(out, "wrong body") || !strings.Contains(out, "the file has") {
		t.Errorf("%v:\n%s", err, out)
	}
}

func TestCommandsOfTheWeatherThatCannotBeSayWhy(t *testing.T) {
	d := &deployment{environment: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}}
	running := []string{"--server", "http://127.0.0.1:1", "--db-url", "postgres://127.0.0.1:1/x", "--secret", "s"}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"1 to 125000 places", []string{"--places", "0"}},
		{"more than 0", []string{"--rate", "0"}},
		{"from 1 to", []string{"--users", "0"}},
		{"all users come", []string{"--ramp=-1"}},
		{"THRONG_DB_URL", []string{"--server", "http://127.0.0.1:1", "--file", "weather.csv"}},
		{"the file is needed", running},
		{"this machine alone", []string{"--server", "http://192.0.2.1", "--db-url", "postgres://127.0.0.1:1/x", "--secret", "s", "--file", "weather.csv"}},
	} {
		if out, err := d.run(t, append([]string{"lab", "weather"}, c.args...)...); err == nil || !strings.Contains(out, c.want) {
			t.Errorf("%v: %v\n%s\nwant %q", c.args, err, out, c.want)
		}
	}
}
