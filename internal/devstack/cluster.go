package devstack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// superuser is the one role of a private server.
const superuser = "throng"

// startLimit bounds how long a server may recover before it takes connections.
const startLimit = 2 * time.Minute

// A cluster is one Postgres server on one data directory (Postgres's own word for it): the primary or a replica. Its
// name is that of its directory, and of the files beside it that hold its messages and its port.
type cluster struct {
	name     string
	folder   *folder
	bin      binaries
	password string
	settings func() string // the text of postgresql.conf, but for the port
	orphan   syscall.Signal

	port int
	log  *logFile
	proc *process // nil before the first start
}

func (c *cluster) dir() string { return c.folder.join(c.name) }

func (c *cluster) exists() bool {
	_, err := os.Stat(c.folder.join(c.name, "PG_VERSION"))
	return err == nil
}

// start runs the server and waits until it takes connections. With want 0 a port that was taken by somebody between
// probe and start is given up for another one.
func (c *cluster) start(ctx context.Context, want int) error {
	err := c.endOrphan(ctx)
	if err == nil && c.log == nil {
		c.log, err = c.folder.openLog(c.name)
	}
	if err != nil {
		return err
	}
	var failed error
	for range 3 {
		port, err := c.folder.port(c.name, want)
		if err != nil {
			return err
		}
		if port != c.port { // URLs may be asked for meanwhile, so the same value is not written again
			c.port = port
		}
		failed = c.launch(ctx)
		if failed == nil {
			return c.folder.rememberPort(c.name, c.port)
		}
		if want != 0 || ctx.Err() != nil || probe(c.port) == nil {
			break
		}
	}
	return fmt.Errorf("start postgres %s: %w", c.name, failed)
}

func (c *cluster) launch(ctx context.Context) error {
	conf := c.settings() + "port = " + strconv.Itoa(c.port) + "\n"
	err := errors.Join(c.folder.write(c.name+"/postgresql.conf", conf), c.folder.write(c.name+"/pg_hba.conf", hba))
	if err != nil {
		return err
	}
	c.proc, err = startProcess(command{
		path: c.bin.path("postgres"), args: []string{"-D", c.dir()},
		account: c.folder.account, output: c.log, orphan: c.orphan,
	})
	if err != nil {
		return err
	}
	if err := c.ready(ctx); err != nil {
		return errors.Join(err, c.proc.end(context.WithoutCancel(ctx), syscall.SIGQUIT))
	}
	return nil
}

// ready waits for the word of the server itself, which it writes into its pid file: "ready" means that it takes
// connections, of a replica too.
func (c *cluster) ready(ctx context.Context) error {
	err := until(ctx, startLimit, func() bool {
		pid, status := c.pidFile()
		return !c.proc.running() || pid == c.proc.pid() && status == "ready"
	})
	if err != nil {
		return err
	}
	if !c.proc.running() {
		return fmt.Errorf("it ended (%w); the end of %s says: %s", c.proc.err, c.log.path, c.log.tail())
	}
	return nil
}

// pidFile reads the process id and the status out of postmaster.pid, 0 and "" where there is none.
func (c *cluster) pidFile() (pid int, status string) {
	text, err := os.ReadFile(c.folder.join(c.name, "postmaster.pid"))
	if err != nil {
		return 0, ""
	}
	lines := strings.Split(string(text), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return 0, ""
	}
	if len(lines) > 7 {
		status = strings.TrimSpace(lines[7])
	}
	return pid, status
}

// endOrphan makes way where a killed run left its server or only the server's pid file, with an id that another process
// may have by now, at which Postgres would refuse to start.
func (c *cluster) endOrphan(ctx context.Context) error {
	pid, _ := c.pidFile()
	mine := func() bool {
		line := commandOf(pid)
		return strings.Contains(line, "postgres") && strings.Contains(line, "-D "+c.dir())
	}
	if pid > 1 {
		if err := endOrphan(ctx, pid, mine); err != nil {
			return err
		}
	}
	err := os.Remove(c.folder.join(c.name, "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// stop ends the server after a last checkpoint, without waiting for its clients.
func (c *cluster) stop(ctx context.Context) error { return c.end(ctx, syscall.SIGINT, syscall.SIGQUIT) }

// crash ends the server at once: what was not yet in its log is lost, and its next start recovers.
func (c *cluster) crash(ctx context.Context) error { return c.end(ctx, syscall.SIGQUIT) }

func (c *cluster) end(ctx context.Context, signals ...syscall.Signal) error {
	if c.proc == nil {
		return nil
	}
	if err := c.proc.end(ctx, signals...); err != nil {
		return fmt.Errorf("stop postgres %s: %w", c.name, err)
	}
	return nil
}

func (c *cluster) url(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(superuser, c.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)), Path: database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// do lends a connection to the server's maintenance database.
func (c *cluster) do(ctx context.Context, use func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return fmt.Errorf("connect to postgres %s: %w", c.name, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return use(conn)
}

// endOrphans ends the servers that a killed run left in a data folder.
func (f *folder) endOrphans(ctx context.Context) error {
	pidFiles, err := filepath.Glob(f.join("*", "postmaster.pid"))
	for _, path := range pidFiles {
		c := &cluster{name: filepath.Base(filepath.Dir(path)), folder: f}
		err = errors.Join(err, c.endOrphan(ctx))
	}
	return errors.Join(err, f.endOrphanRedis(ctx))
}
