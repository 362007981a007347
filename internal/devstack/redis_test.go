package devstack

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func startRedis(t *testing.T, o RedisOptions) *Redis {
	t.Helper()
	r, err := StartRedis(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// ask sends commands, one a line, and returns the first line of each answer.
func (r *Redis) ask(t *testing.T, commands ...string) []string {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	lines := bufio.NewReader(conn)
	answers := make([]string, len(commands))
	for i, c := range commands {
		_, _ = fmt.Fprintf(conn, "%s\r\n", c)
		if answers[i], err = lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		answers[i] = strings.TrimSpace(answers[i])
	}
	return answers
}

func TestRedisAnswersToItsPasswordAlone(t *testing.T) {
	t.Parallel()
	r := startRedis(t, RedisOptions{Dir: newDir(t)})
	if got := r.ask(t, "SET a 1"); !strings.HasPrefix(got[0], "-NOAUTH") {
		t.Errorf("without a password it answers %q", got)
	}
	if got := r.ask(t, "AUTH "+r.password, "SET a 1"); got[1] != "+OK" {
		t.Errorf("with its password it answers %q", got)
	}
	if !strings.Contains(r.URL(), r.password+"@127.0.0.1:") {
		t.Error("the URL does not name it:", r.URL())
	}
}

func TestRedisComesBackOnItsPortEmptyUnlessItsDataAreDurable(t *testing.T) {
	t.Parallel()
	for want, durable := range map[string]bool{":0": false, ":1": true} {
		r := startRedis(t, RedisOptions{Dir: newDir(t), Durable: durable})
		url := r.URL()
		r.ask(t, "AUTH "+r.password, "SET a 1")
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := r.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := r.ask(t, "AUTH "+r.password, "DBSIZE"); got[1] != want || r.URL() != url {
			t.Errorf("durable is %v, and it came back at %s with %s keys", durable, r.URL(), got[1])
		}
		select {
		case <-r.Done():
			t.Error("it ended on purpose, and is taken for lost")
		default:
		}
	}
}

func TestDoneTellsThatRedisEndedUnasked(t *testing.T) {
	t.Parallel()
	r := startRedis(t, RedisOptions{Dir: newDir(t)})
	if err := r.Freeze(); err != nil {
		t.Fatal(err)
	}
	if err := r.Thaw(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(r.proc.pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-r.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("nobody noticed")
	}
}

// A server whose parent was killed where the kernel does not end it is ended by
// the next one to use the folder.
func TestAnOrphanedRedisMakesWay(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	r := startRedis(t, RedisOptions{Dir: dir})
	old := r.proc
	if err := r.folder.close(); err != nil {
		t.Fatal(err)
	}
	second, err := StartRedis(t.Context(), RedisOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := until(t.Context(), 30*time.Second, func() bool { return !old.running() }); err != nil {
		t.Error("the orphan runs on:", err)
	}
	r.closed = true // its folder is another's now
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

func TestWhereThereIsNoRedisTheErrorSaysHowToGetOne(t *testing.T) {
	t.Setenv("THRONG_REDIS_SERVER", filepath.Join(os.TempDir(), "no-such-program"))
	_, err := StartRedis(context.Background(), RedisOptions{Dir: newDir(t)})
	if err == nil || !strings.Contains(err.Error(), "apt install redis-server") {
		t.Errorf("the error says %v", err)
	}
}
