// Package process runs the server under measurement, with its worker, in a process
// of its own, so that its memory and its processor time are its own (server.go);
// reads what it exports (scrape.go); and tells what processes have spent
// (processor.go) and on what machine (machine.go).
//
// A server gets the settings that it is given and none that are set for another
// deployment. It ends in order when it is told to, and with this process whatever
// happens to that, where the kernel can promise it.
package process

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/lab/load"
)

const (
	startTime = time.Minute
	stopTime  = 30 * time.Second
	pollEvery = 20 * time.Millisecond
)

// Options say what to start.
type Options struct {
	// Command serves, with settings in its environment.
	Command []string
	// Settings are those, as name=value. The address is chosen for it.
	Settings []string
	// Log is the file that has what it says.
	Log string
}

// Server is a running one.
type Server struct {
	// Base is its URL.
	Base string
	// Client asks what only the lab asks, on connections apart from the load's.
	Client *http.Client

	cmd   *exec.Cmd
	log   string
	ended chan struct{}
	err   error // how it ended; valid once ended is closed
}

// Serve starts a server and waits until it is ready.
func Serve(ctx context.Context, o Options) (*Server, error) {
	addr, err := devstack.FreeAddr()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(o.Log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()                  // the process has it, too
	cmd := exec.Command(o.Command[0], o.Command[1:]...) //nolint:noctx // it is ended in order, with time for that
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = environment(o.Settings, addr), log, log, attributes()
	s := &Server{Base: "http://" + addr, Client: load.NewClient(2), cmd: cmd, log: o.Log, ended: make(chan struct{})}
	if err := s.start(); err != nil {
		return nil, err
	}
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// environment leaves out what is set for another deployment.
func environment(settings []string, addr string) []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "THRONG_") {
			env = append(env, entry)
		}
	}
	return append(append(env, settings...), "THRONG_ADDR="+addr)
}

// start runs the process on a thread that stays: the kernel of Linux takes the end
// of the thread that started a child for the end of its parent.
func (s *Server) start() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(s.ended)
		err := s.cmd.Start()
		started <- err
		if err == nil {
			s.err = s.cmd.Wait()
		}
	}()
	return <-started
}

// ready asks until the server says that it is.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.ended:
			return s.Fell()
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w; it said: %s", context.Cause(ctx), s.said())
		case <-tick.C:
			if s.probe(ctx) {
				return nil
			}
		}
	}
}

func (s *Server) probe(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Base+"/ops/readyz", nil)
	if err != nil {
		return false
	}
	res, err := s.Client.Do(req)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusNoContent
}

// Ended is closed when the server has.
func (s *Server) Ended() <-chan struct{} { return s.ended }

// Fell is the error of a server that ended by itself.
func (s *Server) Fell() error {
	return fmt.Errorf("the server ended: %w; it said: %s", s.err, s.said())
}

const lastWords = 2000

// said is the end of the server's log.
func (s *Server) said() string {
	text, _ := os.ReadFile(s.log)
	return strings.TrimSpace(string(text[max(0, len(text)-lastWords):]))
}

// Stop ends the server in order, or else at once, and waits for that.
func (s *Server) Stop() error {
	s.Client.CloseIdleConnections()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := s.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		select {
		case <-s.ended:
			return nil
		case <-time.After(stopTime):
		}
	}
	return errors.New("the server does not end")
}

// Spent is the processor time of its whole life, after it ended.
func (s *Server) Spent() time.Duration {
	state := s.cmd.ProcessState
	if state == nil {
		return 0
	}
	return state.UserTime() + state.SystemTime()
}
