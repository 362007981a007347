package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

func TestReplicaThatCannotFollowIsBuiltAnew(t *testing.T) {
	t.Parallel()
	remove := func(path ...string) func(*testing.T, *Postgres) {
		return func(t *testing.T, p *Postgres) { mustRemove(t, p.folder.join(path...)) }
	}
	tests := []struct {
		name    string
		running func(*testing.T, *Postgres) // done before the first run ends
		closed  func(*testing.T, *Postgres) // done after it
	}{
		{name: "its slot is gone", closed: remove("primary", "pg_replslot", "replica_1")},
		{name: "it is of another primary", closed: remove("primary")},
		{name: "it was promoted", running: promote},
		{name: "it was promoted and told to follow again", running: promote, closed: demote},
		{name: "it is damaged", closed: remove("replica1", "global", "pg_filenode.map")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			options := PostgresOptions{Dir: newDir(t), Replicas: 1}
			first := start(t, options)
			if test.running != nil {
				test.running(t, first)
			}
			mustClose(t, first)
			if test.closed != nil {
				test.closed(t, first)
			}
			second := start(t, options)
			mustExec(t, second.WriterURL("postgres"), "CREATE TABLE fresh AS SELECT 'fresh' AS word")
			mustCatchUp(t, second)
			if got := query(t, second.ReaderURLs("postgres")[0], "SELECT word FROM fresh"); got != "fresh" {
				t.Errorf("replica shows %q, want fresh", got)
			}
		})
	}
}

func promote(t *testing.T, p *Postgres) {
	t.Helper()
	mustExec(t, p.ReaderURLs("postgres")[0], "SELECT pg_promote()")
	mustExec(t, p.ReaderURLs("postgres")[0], "CREATE TABLE astray (word text)")
}

// demote leaves a replica on a timeline that the primary does not have.
func demote(t *testing.T, p *Postgres) {
	t.Helper()
	if err := p.folder.write("replica1/"+standbySignal, ""); err != nil {
		t.Fatal(err)
	}
}

func TestReplicaCanBeBuiltWithoutPgBasebackup(t *testing.T) {
	t.Parallel()
	p := start(t, PostgresOptions{Dir: newDir(t)})
	mustExec(t, p.WriterURL("postgres"), "CREATE TABLE word AS SELECT 'copied' AS word")
	p.bin = withoutBasebackup(t, p.bin)
	p.options.Replicas = 1
	if err := p.startReplicas(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustCatchUp(t, p)
	if got := query(t, p.ReaderURLs("postgres")[0], "SELECT word FROM word"); got != "copied" {
		t.Errorf("replica shows %q, want copied", got)
	}
}

// withoutBasebackup is the same installation, but for a server program that stands alone.
func withoutBasebackup(t *testing.T, b binaries) binaries {
	t.Helper()
	dir := newDir(t)
	if err := errors.Join(makeFolder(dir), os.Symlink(b.path("postgres"), filepath.Join(dir, "postgres"))); err != nil {
		t.Fatal(err)
	}
	return binaries{dir: dir, major: b.major}
}

func TestPausedReplicaFallsBehindUntilItResumes(t *testing.T) {
	t.Parallel()
	p := start(t, PostgresOptions{Dir: newDir(t), Replicas: 1})
	mustExec(t, p.WriterURL("postgres"), "CREATE TABLE n AS SELECT 1 AS n")
	if err := errors.Join(p.CatchUp(t.Context()), p.PauseReplay(t.Context(), 0)); err != nil {
		t.Fatal(err)
	}
	mustExec(t, p.WriterURL("postgres"), "UPDATE n SET n = 2")
	if got := query(t, p.ReaderURLs("postgres")[0], "SELECT n::text FROM n"); got != "1" {
		t.Errorf("paused replica shows %s, want 1", got)
	}
	if err := errors.Join(p.ResumeReplay(t.Context(), 0), p.CatchUp(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got := query(t, p.ReaderURLs("postgres")[0], "SELECT n::text FROM n"); got != "2" {
		t.Errorf("resumed replica shows %s, want 2", got)
	}
}

func TestPrimaryGoesAndComesBackWhileReplicaServes(t *testing.T) {
	t.Parallel()
	p := start(t, PostgresOptions{Dir: newDir(t), Replicas: 1})
	writer, reader := p.WriterURL("postgres"), p.ReaderURLs("postgres")[0]
	mustExec(t, writer, "CREATE TABLE n (n int)")
	for i, end := range []func(context.Context) error{p.StopPrimary, p.KillPrimary} {
		mustExec(t, writer, fmt.Sprintf("INSERT INTO n VALUES (%d)", i))
		if err := errors.Join(p.CatchUp(t.Context()), end(t.Context())); err != nil {
			t.Fatal(err)
		}
		if err := try(t, writer, "SELECT 1"); err == nil {
			t.Error("the primary answers while it is gone")
		}
		if got := query(t, reader, "SELECT count(*)::text FROM n"); got != strconv.Itoa(i+1) {
			t.Errorf("replica without primary counts %s, want %d", got, i+1)
		}
		begin := time.Now()
		if err := p.StartPrimary(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustExec(t, writer, "CREATE TABLE back"+strconv.Itoa(i)+" ()")
		mustCatchUp(t, p)
		t.Logf("primary and stream back after %v", time.Since(begin))
	}
	select {
	case <-p.Done():
		t.Error("a primary that was told to end counts as failed")
	default:
	}
}
