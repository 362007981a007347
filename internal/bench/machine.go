package bench

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// machine is where figures come from. trip and tripAfter are in microseconds.
type machine struct {
	model, memory, commit, before, after string
	trip, tripAfter                      float64
}

func look(ctx context.Context) machine {
	m := machine{model: field("/proc/cpuinfo", "model name"), memory: field("/proc/meminfo", "MemTotal"), before: loadAverage(), trip: roundTrip(ctx)}
	m.commit = output(ctx, "git", "rev-parse", "--short", "HEAD")
	if output(ctx, "git", "status", "--porcelain", "--untracked-files=no") != "" {
		m.commit += " with changes"
	}
	return m
}

func output(ctx context.Context, name string, args ...string) string {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// field reads a line of a file of the kernel's.
func field(path, name string) string {
	text, _ := os.ReadFile(path)
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func loadAverage() string {
	text, _ := os.ReadFile("/proc/loadavg")
	if f := strings.Fields(string(text)); len(f) > 0 {
		return f[0]
	}
	return "unknown"
}

// tripTimes is how often a byte goes there and back.
const tripTimes = 2001

// roundTrip is how long a byte takes to somebody on this machine who waits for it, and
// back: the same machine can be several times as slow at it on another day, with the
// same processors. 0 where it could not be measured.
func roundTrip(ctx context.Context) float64 {
	near, far, err := loopback(ctx)
	if err != nil {
		return 0
	}
	defer near.Close()
	go func() {
		defer far.Close()
		_, _ = io.Copy(far, far)
	}()
	var took []float64
	one := []byte{1}
	for range tripTimes {
		began := time.Now()
		if _, err := near.Write(one); err != nil {
			return 0
		}
		if _, err := io.ReadFull(near, one); err != nil {
			return 0
		}
		took = append(took, float64(time.Since(began).Nanoseconds())/1000)
	}
	return median(took)
}

// loopback is a connection of this process with itself.
func loopback(ctx context.Context) (near, far net.Conn, err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if near, err = (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String()); err != nil {
		return nil, nil, err
	}
	far, err = l.Accept()
	return near, far, err
}
