// Package dynamotest gives tests real tables without a word of set-up: one private
// Dynoxide for the test process while any test needs it, and in it the tables of
// cdk/template.json for every test, under a prefix of its own.
//
//	db := dynamotest.New(t).Open(t)
//
// What the emulator does not do by itself is injected on the wire (Faults): DynamoDB
// throttles, fails, does what it was asked and says nothing, leaves batches half
// done, refuses writes that meet a transaction, and answers eventual reads with data
// that are seconds old.
package dynamotest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/dynamo"
)

// patience is for a start on a busy machine.
const patience = time.Minute

// Tables are those of one test.
type Tables struct {
	Endpoint, Prefix string
	// Network is what every client that Open made goes through.
	Network *Network
}

// New makes the tables of a test. They are dropped when it ends.
func New(t testing.TB) *Tables {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	emulator, prefix, err := process.acquire(ctx)
	if err != nil {
		t.Fatalf("dynamotest: %v", err)
	}
	s := &Tables{Endpoint: emulator.Endpoint(), Prefix: prefix}
	s.Network = newNetwork(s)
	if err := devstack.CreateTables(ctx, s.Endpoint, prefix); err != nil {
		t.Fatalf("dynamotest: %v", err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.drop(), process.release()); err != nil {
			t.Errorf("dynamotest: %v", err)
		}
	})
	return s
}

func (s *Tables) drop() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return errors.Join(
		devstack.DropTables(ctx, s.Endpoint, s.Prefix),
		devstack.DropTables(ctx, s.Endpoint, s.Network.lag.prefix),
	)
}

// Config names the tables, for those who open them on their own.
func (s *Tables) Config() dynamo.Config {
	return dynamo.Config{Region: devstack.Region, Endpoint: s.Endpoint, Prefix: s.Prefix, Transport: s.Network}
}

// Open makes a client as one process of a deployment has it. Several of them share
// the tables and the network.
func (s *Tables) Open(t testing.TB) *dynamo.DB {
	t.Helper()
	db, err := dynamo.Open(t.Context(), s.Config())
	if err != nil {
		t.Fatalf("dynamotest: %v", err)
	}
	return db
}

// process has the emulator of this test process. It takes 40 ms to start, so it ends
// with the last test that uses it, and no TestMain is needed.
var process server

type server struct {
	mu       sync.Mutex
	users    int
	count    int
	dir      string
	emulator *devstack.Emulator
}

func (s *server) acquire(ctx context.Context) (*devstack.Emulator, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == 0 {
		if err := s.start(ctx); err != nil {
			return nil, "", err
		}
	}
	s.users++
	s.count++
	return s.emulator, fmt.Sprintf("t%d-", s.count), nil
}

func (s *server) start(ctx context.Context) (err error) {
	if s.dir, err = devstack.TempDir("throng-dynamotest"); err != nil {
		return err
	}
	s.emulator, err = devstack.StartDynoxide(ctx, devstack.EmulatorOptions{Dir: filepath.Join(s.dir, "data"), Memory: true})
	if err != nil {
		return errors.Join(err, devstack.RemoveTempDir(s.dir))
	}
	return nil
}

func (s *server) release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users > 0 {
		return nil
	}
	return errors.Join(s.emulator.Close(), devstack.RemoveTempDir(s.dir))
}

// direct is how the network itself reaches the emulator.
func direct() *http.Transport {
	return &http.Transport{MaxConnsPerHost: 64, MaxIdleConnsPerHost: 64}
}
