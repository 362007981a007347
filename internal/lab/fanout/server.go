package fanout

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

	"github.com/throng-social/throng/internal/lab/load"
)

const (
	startTime = time.Minute
	stopTime  = 30 * time.Second
	pollEvery = 20 * time.Millisecond
)

// server is a running one, with its worker, in a process of its own.
type server struct {
	cmd    *exec.Cmd
	base   string
	log    string
	client *http.Client
	ended  chan struct{}
	err    error // how it ended; valid once ended is closed
}

// serve starts a server on a database and waits until it is ready.
func (s *stage) serve(ctx context.Context, v Variant, url string) (*server, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(s.dir, "serve.log")
	log, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()              // the process has it, too
	cmd := exec.Command(s.Serve[0], s.Serve[1:]...) //nolint:noctx // it is ended in order, with time for that
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = s.environment(v, url, addr), log, log, attributes()
	srv := &server{cmd: cmd, base: "http://" + addr, log: path, client: load.NewClient(2), ended: make(chan struct{})}
	if err := srv.start(); err != nil {
		return nil, err
	}
	if err := srv.ready(ctx); err != nil {
		return nil, errors.Join(err, srv.stop())
	}
	return srv, nil
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// environment leaves out what is set for another deployment.
func (s *stage) environment(v Variant, url, addr string) []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "THRONG_") {
			env = append(env, entry)
		}
	}
	env = append(env,
		"THRONG_DB_URL="+url,
		"THRONG_SECRET="+s.secret,
		"THRONG_ADDR="+addr,
		"THRONG_MEDIA_DIR="+s.mediaDir(),
		"THRONG_RATE_LIMITS=false",
		"THRONG_TIMELINE_STRATEGY="+v.Strategy,
	)
	if v.Threshold > 0 {
		env = append(env, fmt.Sprintf("THRONG_TIMELINE_THRESHOLD=%d", v.Threshold))
	}
	return env
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

// ready asks until the server says that it is.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.ended:
			return s.fell()
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w; it said: %s", context.Cause(ctx), s.said())
		case <-tick.C:
			if s.probe(ctx) {
				return nil
			}
		}
	}
}

func (s *server) probe(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/ops/readyz", nil)
	if err != nil {
		return false
	}
	res, err := s.client.Do(req)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusNoContent
}

// fell is the error of a server that ended by itself.
func (s *server) fell() error {
	return fmt.Errorf("the server ended: %w; it said: %s", s.err, s.said())
}

const lastWords = 2000

// said is the end of the server's log.
func (s *server) said() string {
	text, _ := os.ReadFile(s.log)
	return strings.TrimSpace(string(text[max(0, len(text)-lastWords):]))
}

// stop ends the server in order, or else at once, and waits for that.
func (s *server) stop() error {
	s.client.CloseIdleConnections()
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

// spent is the processor time of its whole life, after it ended.
func (s *server) spent() time.Duration {
	state := s.cmd.ProcessState
	if state == nil {
		return 0
	}
	return state.UserTime() + state.SystemTime()
}
