package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// TreeTime is the processor time of a process with its children, those who have
// ended among them. Only Linux tells.
func TreeTime(pid int) (time.Duration, error) {
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

// OwnTime is the processor time of this process, the generator.
func OwnTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // this cannot fail
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// PostmasterTime is the processor time of a Postgres in a data folder so far, all
// its processes together.
func PostmasterTime(dir string) (time.Duration, error) {
	text, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return 0, err
	}
	return TreeTime(pid)
}
