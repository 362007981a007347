package process_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/lab/process"
)

func TestProcessorTimeIsThatOfAProcessAndItsChildren(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("only Linux tells")
	}
	before, err := process.TreeTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for began := process.OwnTime(); process.OwnTime()-began < 50*time.Millisecond; { //nolint:revive // spending time is the point
	}
	after, err := process.TreeTime(os.Getpid())
	if err != nil || after-before < 30*time.Millisecond {
		t.Errorf("50 ms of work were taken for %v, %v", after-before, err)
	}
}

func TestAServerThatEndsIsAnErrorWithItsLastWords(t *testing.T) {
	t.Parallel()
	_, err := process.Serve(t.Context(), process.Options{
		Command: []string{"/bin/sh", "-c", "echo $THRONG_SECRET is on fire; exit 3"}, Settings: []string{"THRONG_SECRET=the disk"}, Log: filepath.Join(t.TempDir(), "log"),
	})
	if err == nil || !strings.Contains(err.Error(), "the disk is on fire") || !strings.Contains(err.Error(), "exit status 3") {
		t.Error(err)
	}
}
