package pgtest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m, migrate) }

// migrate leaves its connection open for a while, as pools do that close in the background.
func migrate(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE TABLE person (name text, since timestamptz DEFAULT '2026-01-01 00:00')")
	return err
}

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			must(t, db.Writer, "INSERT INTO person VALUES ('"+name+"')")
			if got := ask(t, db.Writer, "SELECT string_agg(name, ', ') FROM person"); got != name {
				t.Errorf("there is %s, want %s alone", got, name)
			}
			if len(db.Readers) != 1 || db.Readers[0] != db.Writer {
				t.Errorf("readers are %v, want the writer", db.Readers)
			}
		})
	}
}

func TestTimeZoneIsOdd(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	const noon = "SELECT to_char(timestamptz '2026-01-01 12:00Z', 'HH24:MI')"
	if got := ask(t, db.Writer, noon); got != "17:45" {
		t.Errorf("noon in UTC is %s, want 17:45", got)
	}
}

func TestDatabaseIsDroppedWithItsTestThoughSomebodyIsConnected(t *testing.T) {
	t.Parallel()
	var db pgtest.DB
	t.Run("inner", func(t *testing.T) {
		db = pgtest.New(t)
		if _, err := pgx.Connect(t.Context(), db.Writer); err != nil { // and never closed
			t.Fatal(err)
		}
	})
	left := ask(t, db.Server.WriterURL("postgres"), "SELECT count(*)::text FROM pg_database WHERE datname = '"+db.Name+"'")
	if left != "0" {
		t.Errorf("%s is still there", db.Name)
	}
}

func TestReplicatedDatabaseIsCaughtUpAndMayFail(t *testing.T) {
	t.Parallel()
	db := pgtest.NewReplicated(t, 1)
	if len(db.Readers) != 1 || db.Readers[0] == db.Writer {
		t.Fatalf("readers are %v, want a replica", db.Readers)
	}
	if got := ask(t, db.Readers[0], "SELECT count(*)::text || current_setting('timezone') FROM person"); got != "0Asia/Kathmandu" {
		t.Errorf("the replica shows %s", got)
	}
	if err := errors.Join(db.Server.KillPrimary(t.Context()), db.Server.StartPrimary(t.Context())); err != nil {
		t.Fatal(err)
	}
	must(t, db.Writer, "INSERT INTO person VALUES ('late')")
	if err := db.Server.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, db.Readers[0], "SELECT name FROM person"); got != "late" {
		t.Errorf("the replica shows %s", got)
	}
}

func TestProcessLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir, err := devstack.TempDir("throng-pgtest-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := devstack.RemoveTempDir(dir); err != nil {
			t.Error(err)
		}
	})
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run", "Odd|Replicated")
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "PASS: TestTimeZoneIsOdd") {
		t.Fatalf("%v: %s", err, out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func BenchmarkNew(b *testing.B) {
	pgtest.New(b)
	for b.Loop() {
		pgtest.New(b)
	}
}

func must(t *testing.T, url, sql string) {
	t.Helper()
	conn := connect(t, url)
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func ask(t *testing.T, url, sql string) (answer string) {
	t.Helper()
	if err := connect(t, url).QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return answer
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
