package devstack

import (
	"os"
	"strings"
	"testing"
)

func TestLogKeepsTheNewestWithinItsBound(t *testing.T) {
	t.Parallel()
	f, err := openFolder(newDir(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.close() })
	log, err := f.openLog("server")
	if err != nil {
		t.Fatal(err)
	}
	log.half = 100
	for _, letter := range "abcdefgh" {
		if n, err := log.Write([]byte(strings.Repeat(string(letter), 40))); n != 40 || err != nil {
			t.Fatalf("wrote %d, %v", n, err)
		}
	}
	if got := log.tail(); !strings.HasSuffix(got, strings.Repeat("h", 40)) {
		t.Errorf("tail is %q", got)
	}
	if err := log.close(); err != nil {
		t.Error(err)
	}
	newest, err := os.ReadFile(log.path)
	old, oldErr := os.ReadFile(log.path + ".old")
	if err != nil || oldErr != nil || len(newest) > 100 || len(old) > 100 {
		t.Errorf("%d and %d bytes, %v, %v", len(newest), len(old), err, oldErr)
	}
	if got := string(old) + string(newest); !strings.Contains(got, "eeeffff") || !strings.HasSuffix(got, "ggghh"+strings.Repeat("h", 38)) {
		t.Errorf("kept %q", got)
	}
	if n, err := log.Write([]byte("late")); n != 4 || err != nil {
		t.Errorf("a write after the end: %d, %v", n, err)
	}
}
