package timeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// mutation takes something out of the product that timelines need. The model
// must notice.
type mutation struct {
	name  string
	edits []edit
	// quick ones are tried in every run of the tests, the others by
	// THRONG_MUTATIONS=1.
	quick bool
}

// edit replaces a text that occurs once in the stretch of a file from a marker on
// to the end of the function, type or query.
type edit struct{ file, marker, old, new string }

const mutationLimit = 10 * time.Minute

func TestTheModelNoticesEachMutation(t *testing.T) { //nolint:paralleltest // a mutant takes the whole machine
	if _, nested := os.LookupEnv("THRONG_MUTANT"); nested {
		t.Skip("this is a mutant already")
	}
	wanted := regexp.MustCompile(os.Getenv("THRONG_MUTATIONS"))
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			overlay := m.overlay(t)
			if all := os.Getenv("THRONG_MUTATIONS"); all == "" && !m.quick || all != "1" && !wanted.MatchString(m.name) {
				t.Skip("THRONG_MUTATIONS=1 tries it")
			}
			began := time.Now()
			out, err := m.try(t, overlay)
			caught := regexp.MustCompile(`history \d+, seed \d+: the model complains.*`).FindString(out)
			if err == nil || caught == "" {
				t.Fatalf("nothing was noticed: %v\n%s", err, out)
			}
			t.Log("after", time.Since(began).Round(time.Second), caught)
		})
	}
}

// overlay writes the changed files and what tells the compiler of them.
func (m mutation) overlay(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	changed := map[string]string{}
	for _, e := range m.edits {
		path, err := filepath.Abs(filepath.Join("..", "..", e.file))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := changed[path]; !ok {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed[path] = string(text)
		}
		if changed[path], err = e.apply(changed[path]); err != nil {
			t.Fatal(err)
		}
	}
	var overlay struct{ Replace map[string]string }
	overlay.Replace = map[string]string{}
	for i, path := range slices.Sorted(maps.Keys(changed)) {
		overlay.Replace[path] = filepath.Join(dir, fmt.Sprint(i, ".go"))
		write(t, overlay.Replace[path], []byte(changed[path]))
	}
	raw, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	write(t, list, raw)
	return list
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

var blockEnd = regexp.MustCompile("\n[`}]\n")

// apply fails where the text is not what it was when the mutation was written: it
// has to be written anew then.
func (e edit) apply(text string) (string, error) {
	if n := strings.Count(text, e.marker); n != 1 {
		return "", fmt.Errorf("%s has %q %d times, not once", e.file, e.marker, n)
	}
	from := strings.Index(text, e.marker)
	to := from + blockEnd.FindStringIndex(text[from:])[0]
	if n := strings.Count(text[from:to], e.old); n != 1 {
		return "", fmt.Errorf("%s has %q %d times after %q, not once", e.file, e.old, n, e.marker)
	}
	return text[:from] + strings.Replace(text[from:to], e.old, e.new, 1) + text[to:], nil
}

func (m mutation) try(t *testing.T, overlay string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), mutationLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-overlay="+overlay, "-run=^TestModel", ".")
	cmd.Env = append(os.Environ(), "THRONG_MUTANT="+m.name, "THRONG_HISTORIES=1000")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
