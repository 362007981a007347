// Package redistest gives tests a real Redis without a word of set-up: one
// private server for the test process, on which every test has keys of its own,
// and servers that a test has to itself, to stop, freeze and flush. A test package
// needs one line,
//
//	func TestMain(m *testing.M) { os.Exit(redistest.Main(m.Run)) }
//
// The server starts with the first test that asks for it, and Main takes it away.
// A process that is killed leaves no server on Linux, and its data go with the
// next run.
package redistest

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/redis"
)

// patience is for a start on a busy machine.
const patience = 2 * time.Minute

// stack is what one test process has.
type stack struct {
	mu     sync.Mutex
	dir    string
	shared *devstack.Redis
	failed error
	count  int
}

// process is set once, by Main.
var process *stack

// Main runs tests and takes away what they started.
func Main(run func() int) (code int) {
	process = &stack{}
	defer func() {
		if err := process.close(); err != nil {
			slog.Error("end the test Redis", slog.Any("error", err))
			code = max(code, 1)
		}
	}()
	return run()
}

// URL is a server that tests share: a test uses keys and channels that begin with
// Prefix alone, and leaves the server running.
func URL(t testing.TB) string {
	t.Helper()
	s := current(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared == nil && s.failed == nil {
		s.shared, s.failed = s.start(t.Context())
	}
	if s.failed != nil {
		t.Fatalf("redistest: %v", s.failed)
	}
	return s.shared.URL()
}

// Prefix is one that no other test has.
func Prefix(t testing.TB) string {
	t.Helper()
	s := current(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	return fmt.Sprintf("t%d:", s.count)
}

// New starts a server that the test has to itself, until it ends.
func New(t testing.TB, change ...func(*devstack.RedisOptions)) *devstack.Redis {
	t.Helper()
	s := current(t)
	s.mu.Lock()
	server, err := s.start(t.Context(), change...)
	s.mu.Unlock()
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("redistest: %v", err)
		}
	})
	return server
}

// Connect opens a client that waits as long as a busy machine needs, and returns
// it once the server has answered.
func Connect(t testing.TB, url string) *redis.Client {
	t.Helper()
	c := Open(t, redis.Config{URL: url, Timeout: patience})
	Await(t, c, true)
	return c
}

// Open opens a client that is closed when the test ends.
func Open(t testing.TB, config redis.Config) *redis.Client {
	t.Helper()
	c, err := redis.Open(config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Await returns when the client takes Redis to be here, or away.
func Await(t testing.TB, c *redis.Client, here bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); c.State().Here != here; {
		if time.Now().After(deadline) {
			t.Fatalf("redistest: that Redis is here is never %v", here)
		}
		<-time.After(time.Millisecond)
	}
}

// Flush empties a server.
func Flush(t testing.TB, c *redis.Client) {
	t.Helper()
	if _, err := c.Run(t.Context(), flush, nil); err != nil {
		t.Fatalf("redistest: %v", err)
	}
}

var flush = redis.NewScript(`return redis.call('FLUSHALL')`)

func current(t testing.TB) *stack {
	t.Helper()
	if process == nil {
		t.Fatal("redistest: call redistest.Main from this package's TestMain")
	}
	return process
}

// start is called with the lock held.
func (s *stack) start(ctx context.Context, change ...func(*devstack.RedisOptions)) (*devstack.Redis, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if s.dir == "" {
		dir, err := devstack.MemoryDir("throng-redistest")
		if err != nil {
			return nil, err
		}
		s.dir = dir
	}
	s.count++
	o := devstack.RedisOptions{Dir: filepath.Join(s.dir, strconv.Itoa(s.count))}
	for _, c := range change {
		c(&o)
	}
	return devstack.StartRedis(ctx, o)
}

func (s *stack) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		return nil
	}
	if s.shared != nil {
		if err := s.shared.Close(); err != nil {
			return err
		}
	}
	return devstack.RemoveTempDir(s.dir)
}
