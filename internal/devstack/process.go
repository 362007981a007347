package devstack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// patience is how long a server gets to heed a signal before the next, stronger one.
const patience = 10 * time.Second

// A command says what to run and how.
type command struct {
	path    string
	args    []string
	env     []string // beyond a small, fixed environment
	account account
	output  io.Writer
	orphan  syscall.Signal // sent by the kernel when this process has ended without a word (Linux)
}

// A process is a running server. It is in a process group of its own, so that a Ctrl-C in the terminal reaches only this
// program, which then ends its servers in order.
type process struct {
	cmd   *exec.Cmd
	asked atomic.Bool   // it was told to end
	ended chan struct{} // closed when it and the children that share its output have ended
	err   error         // how it ended; valid once ended is closed
}

func startProcess(c command) (*process, error) {
	cmd := exec.Command(c.path, c.args...) //nolint:noctx // a server outlives the call that starts it
	cmd.Dir = "/"                          // not a folder that the account may be unable to enter
	cmd.Env = append(environment(), c.env...)
	cmd.Stdout, cmd.Stderr = c.output, c.output
	cmd.WaitDelay = patience
	cmd.SysProcAttr = attributes(c)
	p := &process{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error)
	go p.live(started)
	return p, <-started
}

// live owns one thread for the life of the process: on Linux the kernel takes the end of the thread that started a
// child for the end of its parent.
func (p *process) live(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.ended)
	err := p.cmd.Start()
	started <- err
	if err == nil {
		p.err = p.cmd.Wait()
	}
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// end sends the signals one after another, the last always SIGKILL, until the process has ended.
func (p *process) end(ctx context.Context, signals ...syscall.Signal) error {
	p.asked.Store(true)
	for _, signal := range append(signals, syscall.SIGKILL) {
		if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("signal process %d: %w", p.pid(), err)
		}
		select {
		case <-p.ended:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("wait for process %d to end: %w", p.pid(), ctx.Err())
		case <-time.After(patience):
		}
	}
	return fmt.Errorf("process %d does not end", p.pid())
}

// run runs a program to its end, which comes early when ctx ends.
func run(ctx context.Context, c command) error {
	var output bytes.Buffer
	c.output, c.orphan = &output, syscall.SIGKILL
	p, err := startProcess(c)
	if err != nil {
		return err
	}
	select {
	case <-p.ended:
	case <-ctx.Done():
		return errors.Join(ctx.Err(), p.end(context.WithoutCancel(ctx), syscall.SIGTERM))
	}
	if p.err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(c.path), p.err, bytes.TrimSpace(output.Bytes()))
	}
	return nil
}

// environment leaves out the variables that would steer a server from outside.
func environment() []string {
	env := []string{"LC_ALL=C"}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if name == "PATH" || name == "HOME" || name == "TMPDIR" || strings.HasSuffix(name, "LIBRARY_PATH") {
			env = append(env, entry)
		}
	}
	return env
}

// endOrphan ends a server which an earlier process left behind, given its id and a test that it is indeed that server
// and not a later process with the same id. The caller holds the folder's lock, so nobody else uses the server.
func endOrphan(ctx context.Context, pid int, mine func() bool) error {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if !mine() {
			return nil
		}
		if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("end orphaned server %d: %w", pid, err)
		}
		if err := until(ctx, patience, func() bool { return !mine() }); err != nil && ctx.Err() != nil {
			return err
		}
	}
	if mine() {
		return fmt.Errorf("orphaned server %d does not end", pid)
	}
	return nil
}

var errTimeout = errors.New("timed out")

// until asks again and again, as there is no signal to wait on, until the answer is yes, the time is up or ctx ends.
func until(ctx context.Context, limit time.Duration, yes func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTimeout)
	defer cancel()
	tick := time.NewTicker(4 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
