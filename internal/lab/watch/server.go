package watch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const (
	startTime = time.Minute
	stopTime  = 30 * time.Second
	pollEvery = 20 * time.Millisecond
)

// server is the one under measurement, with its worker, in a process of its own.
type server struct {
	cmd   *exec.Cmd
	base  string
	log   string
	ended chan struct{}
	err   error // how it ended; valid once ended is closed
}

// serve starts the server and waits until it is ready.
func (s *stage) serve(ctx context.Context) error {
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	srv := &server{base: "http://" + addr, log: filepath.Join(s.dir, "serve.log"), ended: make(chan struct{})}
	log, err := os.Create(srv.log)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()                 // the process has it, too
	srv.cmd = exec.Command(s.Serve[0], s.Serve[1:]...) //nolint:noctx // it is ended in order, with time for that
	srv.cmd.Env, srv.cmd.Stdout, srv.cmd.Stderr, srv.cmd.SysProcAttr = s.environment(addr), log, log, attributes()
	if err := srv.start(); err != nil {
		return err
	}
	s.server = srv
	return srv.ready(ctx)
}

// start runs the process on a thread that stays: the kernel of Linux takes the end
// of the thread that started a child for the end of its parent.
func (s *server) start() error {
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

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// environment leaves out what is set for another deployment.
func (s *stage) environment(addr string) []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "THRONG_") {
			env = append(env, entry)
		}
	}
	return append(env,
		"THRONG_DB_URL="+s.settings.URL,
		"THRONG_DB_READERS="+strings.Join(s.settings.Readers, ","),
		"THRONG_SECRET="+s.settings.Secret,
		"THRONG_MEDIA_DIR="+s.settings.MediaDir,
		"THRONG_ADDR="+addr,
		"THRONG_RATE_LIMITS=false",
		"THRONG_LOG_LEVEL=warn",
	)
}

func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		pause(ctx, pollEvery)
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended: %w; it said: %s", s.err, s.said())
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w; it said: %s", context.Cause(ctx), s.said())
		default:
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/ops/readyz", nil)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusNoContent {
				return nil
			}
		}
	}
}

const lastWords = 2000

// said is the end of the server's log.
func (s *server) said() string {
	text, _ := os.ReadFile(s.log)
	return strings.TrimSpace(string(text[max(0, len(text)-lastWords):]))
}

// stop ends the server in order, or else at once, and waits for that.
func (s *server) stop() error {
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
