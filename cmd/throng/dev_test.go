package main_test

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/devstack"
)

// dev is a running `throng dev`.
type dev struct {
	cmd  *exec.Cmd
	base string
	took time.Duration
}

// startDev starts `throng dev` and waits for its greeting.
func startDev(t *testing.T, dir string, flags ...string) *dev {
	t.Helper()
	d := &dev{cmd: exec.Command(binary, append([]string{"dev", "--addr", "127.0.0.1:0", "--data-dir", dir}, flags...)...)}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.cmd.Stderr = t.Output()
	began := time.Now()
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.cmd.Process.Signal(syscall.SIGINT); _ = d.cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, rest, ok := strings.Cut(lines.Text(), "Web app"); ok {
			d.base = strings.TrimSpace(rest)
			d.took = time.Since(began)
			go func() {
				for lines.Scan() {
				}
			}()
			return d
		}
	}
	t.Fatal("throng dev ended without a greeting")
	return nil
}

// running counts the processes that belong to a data folder.
func running(t *testing.T, dir string) (n int) {
	t.Helper()
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range processes {
		line, err := os.ReadFile(p)
		if err == nil && strings.Contains(string(line), dir) {
			n++
		}
	}
	return n
}

func devDir(t *testing.T) string {
	t.Helper()
	dir, err := devstack.TempDir("throng-dev-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		await(t, 10*time.Second, "its Postgres has ended", func() bool { return running(t, dir) == 0 })
		if err := devstack.RemoveTempDir(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "data")
}

func TestDevStartsAgainQuicklyAndLeavesNothingRunning(t *testing.T) {
	for shape, servers := range map[string]int{"one": 1, "aws": 5} {
		t.Run(shape, func(t *testing.T) { startsAgain(t, servers, "--shape", shape) })
	}
}

// startsAgain starts and ends a deployment in several ways; so many kinds of servers
// belong to it.
func startsAgain(t *testing.T, servers int, flags ...string) {
	t.Helper()
	dir := devDir(t)
	first := startDev(t, dir, flags...)
	wantPage(t, first.base)
	if running(t, dir) < 1+servers {
		t.Fatal("its servers are not to be seen: the test could not tell if they were left running")
	}
	if err := first.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := first.cmd.Wait(); err != nil {
		t.Error("after Ctrl-C it ends with", err)
	}
	if n := running(t, dir); n != 0 {
		t.Fatal(n, "processes are left after Ctrl-C")
	}
	second := startDev(t, dir, flags...)
	wantPage(t, second.base)
	if err := second.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = second.cmd.Wait()
	await(t, 10*time.Second, "no process is left after kill -9", func() bool { return running(t, dir) == 0 })
	third := startDev(t, dir, flags...)
	wantPage(t, third.base)
	t.Logf("first start %v, second %v, after a kill %v", first.took, second.took, third.took)
}

func wantPage(t *testing.T, base string) {
	t.Helper()
	res, err := http.Get(base + "/throng.user.v1.UserService/GetUser?connect=v1&encoding=json&message=" + `%7B%22handle%22%3A%22ada%22%7D`)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatal("the demo community answers", res.Status)
	}
}

func TestTwoDevsOnOneFolderAreRefused(t *testing.T) {
	dir := devDir(t)
	startDev(t, dir)
	out, err := exec.Command(binary, "dev", "--addr", "127.0.0.1:0", "--data-dir", dir).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "use") {
		t.Fatalf("got %v\n%s", err, out)
	}
}
