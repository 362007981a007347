package process

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

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
