package main_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	// The same place every time, so that nothing is left behind by many runs.
	binary = filepath.Join(os.TempDir(), fmt.Sprintf("throng-test-%d", os.Getuid()), "throng")
	build := exec.Command("go", "build", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, out))
	}
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

// deployment is a database with the settings that processes share.
type deployment struct {
	db          pgtest.DB
	addr        string
	environment []string
}

func deploy(t *testing.T, more ...string) *deployment {
	t.Helper()
	d := &deployment{db: pgtest.NewReplicated(t, 1), addr: freeAddr(t)}
	d.environment = append(os.Environ(),
		"THRONG_DB_URL="+d.db.Writer,
		"THRONG_DB_READERS="+strings.Join(d.db.Readers, ","),
		"THRONG_SECRET="+hex.EncodeToString(make([]byte, 32)),
		"THRONG_ADDR="+d.addr,
		"THRONG_MEDIA_DIR="+filepath.Join(t.TempDir(), "media"),
		"THRONG_RATE_LIMITS=false",
		"THRONG_CONCURRENCY=off",
		"THRONG_LOG_LEVEL=warn",
		"THRONG_SERVER=http://"+d.addr,
	)
	d.environment = append(d.environment, more...)
	return d
}

func freeAddr(t *testing.T) string {
	t.Helper()
	addr, err := devstack.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// start runs a command that goes on until the test ends it.
func (d *deployment) start(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = d.environment, t.Output(), t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	return cmd
}

// serve starts a server that answers calls when serve returns.
func (d *deployment) serve(t *testing.T) {
	t.Helper()
	d.start(t, "serve", "--no-work")
	await(t, 20*time.Second, "the server is ready", func() bool { return ready("http://" + d.addr) })
}

func ready(base string) bool {
	res, err := http.Get(base + "/ops/readyz")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusNoContent
}

// run runs a command to its end and answers what it printed.
func (d *deployment) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = d.environment, &out, &out
	err := cmd.Run()
	return out.String(), err
}

func (d *deployment) mustRun(t *testing.T, args ...string) string {
	t.Helper()
	out, err := d.run(t, args...)
	if err != nil {
		t.Fatalf("throng %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// await asks until something holds.
func await(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("after %v it does not hold that %s", limit, what)
		}
		<-time.After(10 * time.Millisecond)
	}
}
