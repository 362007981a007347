package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// idleTime is how long a deployment is left alone before its memory is read.
const idleTime = 10 * time.Second

// memoryRows measures `throng dev` as anybody starts it, its demo community made.
// Postgres is another process and not counted.
func memoryRows(ctx context.Context, w *world, o options, r *report) error {
	program, err := o.programFor(ctx, w.dir)
	if err != nil {
		return err
	}
	idle, err := idleMemory(ctx, program, filepath.Join(w.dir, "dev"))
	if err != nil {
		return err
	}
	r.add(row{name: "idle memory of `throng dev`", unit: "MB", ours: idle, goal: "< 120 MB"})
	return nil
}

func (o options) programFor(ctx context.Context, dir string) (string, error) {
	if _, err := os.Stat(o.program); err == nil {
		return filepath.Abs(o.program)
	}
	built := filepath.Join(dir, "throng")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", built, "./cmd/throng").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build throng: %w: %s", err, out)
	}
	return built, nil
}

// idleMemory is the resident memory in megabytes.
func idleMemory(ctx context.Context, program, dir string) (megabytes float64, err error) {
	cmd := exec.CommandContext(ctx, program, "dev", "--addr", "127.0.0.1:0", "--data-dir", dir)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, cmd.Process.Signal(syscall.SIGINT), cmd.Wait()) }()
	lines := bufio.NewScanner(out)
	for running := false; !running; running = strings.Contains(lines.Text(), "Throng is running") {
		if !lines.Scan() {
			return 0, errors.New("throng dev did not start")
		}
	}
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(idleTime):
	}
	return resident(ctx, cmd.Process.Pid)
}

func resident(ctx context.Context, pid int) (float64, error) {
	text := output(ctx, "ps", "-o", "rss=", "-p", strconv.Itoa(pid))
	kilobytes, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("ask ps for the memory of %d: %w", pid, err)
	}
	return kilobytes * 1024 / 1e6, nil
}
