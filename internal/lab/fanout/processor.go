package fanout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit in which the kernel of Linux tells processor time.
const tick = time.Second / 100

var errStat = errors.New("the kernel's account of a process is not as expected")

// stat is what is known of a process: its parent, its own time, and that of its
// children who have ended.
type stat struct {
	parent    int
	own, past time.Duration
}

func readStat(pid string) (s stat, err error) {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return s, err
	}
	// The name before may have anything in it, blanks and brackets too.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 15 {
		return s, errStat
	}
	var numbers [5]int
	for i, at := range []int{1, 11, 12, 13, 14} {
		if numbers[i], err = strconv.Atoi(fields[at]); err != nil {
			return s, errStat
		}
	}
	s.parent = numbers[0]
	s.own, s.past = time.Duration(numbers[1]+numbers[2])*tick, time.Duration(numbers[3]+numbers[4])*tick
	return s, nil
}

// treeTime is the processor time of a process with its children, those who have
// ended among them. Only Linux tells.
func treeTime(pid int) (time.Duration, error) {
	root, err := readStat(strconv.Itoa(pid))
	if err != nil {
		return 0, fmt.Errorf("the processor time of Postgres is not known: %w", err)
	}
	total := root.own + root.past
	others, err := filepath.Glob("/proc/[0-9]*")
	for _, path := range others {
		// One that ended meanwhile is in its parent's account, from the next time on.
		if s, err := readStat(filepath.Base(path)); err == nil && s.parent == pid {
			total += s.own
		}
	}
	return total, err
}

// ownTime is the processor time of this process, the generator.
func ownTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // this cannot fail
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Machine is where figures come from.
type Machine struct {
	Model      string `json:"model"`
	Processors int    `json:"processors"`
	Memory     string `json:"memory"`
	System     string `json:"system"`
	Go         string `json:"go"`
	Postgres   string `json:"postgres"`
	Commit     string `json:"commit"`
	// Load is how many processes wanted to run in the minute before.
	Load string `json:"load"`
}

// Look looks at this machine.
func Look(ctx context.Context) Machine {
	m := Machine{
		Model: field("/proc/cpuinfo", "model name"), Memory: field("/proc/meminfo", "MemTotal"), Load: unknown, Postgres: unknown, Commit: unknown,
		Processors: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil && len(text) > 0 {
		m.Load = strings.Fields(string(text))[0]
	}
	if out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(out))
	}
	return m
}

const unknown = "unknown"

// field reads a line of a file of the kernel's.
func field(path, name string) string {
	text, _ := os.ReadFile(path)
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return unknown
}
