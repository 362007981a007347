package devstack

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// parentVariable turns the test binary into a parent that starts servers in the folder it names, to be killed.
const parentVariable = "THRONG_DEVSTACK_TEST_PARENT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentVariable); dir != "" {
		beParent(dir)
	}
	os.Exit(m.Run())
}

func TestNothingOutlivesAKilledParent(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ends the servers of a killed parent")
	}
	dir := newDir(t)
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), parentVariable+"="+dir)
	parent.Stderr = os.Stderr
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	if err := json.NewDecoder(out).Decode(&pids); err != nil || len(pids) < 10 {
		t.Fatalf("pids of the servers and their children: %v, %v", pids, err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	begin := time.Now()
	for _, pid := range pids {
		if err := until(t.Context(), 5*time.Second, func() bool { return commandOf(pid) == "" }); err != nil {
			t.Errorf("process %d lives on: %s", pid, commandOf(pid))
		}
	}
	t.Logf("%d processes gone after %v", len(pids), time.Since(begin))

	p := start(t, PostgresOptions{Dir: dir, Replicas: 1, Durable: true})
	if got := query(t, p.ReaderURLs("postgres")[0], "SELECT word FROM acknowledged"); got != "kept" {
		t.Errorf("after the kill there is %q, want kept", got)
	}
}

// beParent starts servers, prints the ids of all their processes, and waits to be killed.
func beParent(dir string) {
	ctx := context.Background()
	p, err := StartPostgres(ctx, PostgresOptions{Dir: dir, Replicas: 1, Durable: true})
	if err != nil {
		slog.Error("start", slog.Any("error", err))
		os.Exit(1)
	}
	pids := []int{p.primary.proc.pid(), p.replicas[0].proc.pid()}
	for _, c := range []*cluster{p.primary, p.replicas[0]} {
		err = errors.Join(err, c.do(ctx, func(conn *pgx.Conn) error {
			rows, _ := conn.Query(ctx, "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
			children, err := pgx.CollectRows(rows, pgx.RowTo[int])
			pids = append(pids, children...)
			return err
		}))
	}
	err = errors.Join(err, p.primary.do(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "CREATE TABLE acknowledged AS SELECT 'kept' AS word")
		return err
	}))
	if err = errors.Join(err, json.NewEncoder(os.Stdout).Encode(pids)); err != nil {
		slog.Error("list processes", slog.Any("error", err))
		os.Exit(1)
	}
	select {}
}
