package devstack

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestReplicaShowsWhatThePrimaryCommittedAndRefusesWrites(t *testing.T) {
	t.Parallel()
	p := start(t, PostgresOptions{Dir: newDir(t), Replicas: 2})
	mustExec(t, p.WriterURL("postgres"), "CREATE TABLE word (word text)")
	mustExec(t, p.WriterURL("postgres"), "INSERT INTO word VALUES ('ÄRA')")
	mustCatchUp(t, p)
	readers := p.ReaderURLs("postgres")
	if len(readers) != 2 {
		t.Fatalf("%d readers, want 2", len(readers))
	}
	for _, reader := range readers {
		if got := query(t, reader, "SELECT lower(word) FROM word"); got != "ära" {
			t.Errorf("replica shows %q, want ära", got)
		}
		if err := try(t, reader, "INSERT INTO word VALUES ('b')"); err == nil {
			t.Error("a replica took a write")
		}
	}
}

func TestSecondStartKeepsDataReplicaAndPort(t *testing.T) {
	t.Parallel()
	options := PostgresOptions{Dir: newDir(t), Replicas: 1, Durable: true}
	begin := time.Now()
	first := start(t, options)
	t.Logf("first start: %v", time.Since(begin))
	url := first.WriterURL("postgres")
	mustExec(t, url, "CREATE TABLE kept AS SELECT 'kept' AS word")
	mark := first.folder.join("replica1", "mark")
	mustWrite(t, mark, "")
	begin = time.Now()
	mustClose(t, first)
	t.Logf("close: %v", time.Since(begin))

	begin = time.Now()
	second := start(t, options)
	t.Logf("second start: %v", time.Since(begin))
	if got := second.WriterURL("postgres"); got != url {
		t.Errorf("writer moved from %s to %s", url, got)
	}
	if got := query(t, second.ReaderURLs("postgres")[0], "SELECT word FROM kept"); got != "kept" {
		t.Errorf("replica shows %q, want kept", got)
	}
	if _, err := os.Stat(mark); err != nil {
		t.Errorf("the replica was built anew: %v", err)
	}
}

func TestDoneTellsThatAServerEndedUnasked(t *testing.T) {
	t.Parallel()
	p := start(t, PostgresOptions{Dir: newDir(t), Replicas: 1})
	if err := syscall.Kill(p.replicas[0].proc.pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("nobody noticed")
	}
	mustClose(t, p)
}

func TestStalePidFileStopsNoStart(t *testing.T) {
	t.Parallel()
	options := PostgresOptions{Dir: newDir(t)}
	first := start(t, options)
	mustClose(t, first)
	stale := fmt.Sprintf("%d\n%s\n", os.Getppid(), first.primary.dir()) // an id that another process has by now
	mustWrite(t, first.folder.join("primary", "postmaster.pid"), stale)
	start(t, options)
}

func TestOneServer(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	p := start(t, PostgresOptions{Dir: dir})

	t.Run("has its data folder to itself", func(t *testing.T) {
		_, err := StartPostgres(t.Context(), PostgresOptions{Dir: dir})
		var inUse *InUseError
		if !errors.As(err, &inUse) || inUse.Holder != strconv.Itoa(os.Getpid()) {
			t.Errorf("second start: %v, want in use by this process", err)
		}
	})
	t.Run("has its port to itself", func(t *testing.T) {
		_, err := StartPostgres(t.Context(), PostgresOptions{Dir: newDir(t), Port: p.primary.port})
		if err == nil || !strings.Contains(err.Error(), strconv.Itoa(p.primary.port)) {
			t.Errorf("start on a taken port: %v", err)
		}
	})
	t.Run("lets nobody in without the password", func(t *testing.T) {
		if err := try(t, strings.Replace(p.WriterURL("postgres"), p.password, "guess", 1), "SELECT 1"); err == nil {
			t.Error("a guess was let in")
		}
		if got := mode(t, p.folder.join("password")); got != 0o600 {
			t.Errorf("the password file has mode %v", got)
		}
	})
	t.Run("creates a database once", func(t *testing.T) {
		for range 2 {
			if err := p.EnsureDatabase(t.Context(), "throng dev"); err != nil {
				t.Fatal(err)
			}
		}
		if got := query(t, p.WriterURL("throng dev"), "SELECT current_database()::text"); got != "throng dev" {
			t.Errorf("connected to %q", got)
		}
	})
	t.Run("has no replica to pause or to read from", func(t *testing.T) {
		if err := p.PauseReplay(t.Context(), 0); err == nil {
			t.Error("a replica that does not exist was paused")
		}
		if urls := p.ReaderURLs("postgres"); len(urls) != 0 {
			t.Errorf("readers: %v", urls)
		}
	})
	t.Run("closes more than once", func(t *testing.T) {
		mustClose(t, p)
		mustClose(t, p)
		if err := p.StartPrimary(t.Context()); err == nil {
			t.Error("a closed stack started its primary")
		}
	})
}
