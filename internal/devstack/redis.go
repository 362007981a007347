package devstack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// RedisOptions say what StartRedis starts.
type RedisOptions struct {
	// Dir is the data folder, under the same rules as that of Postgres. It keeps the port and the password between
	// starts, and the data if they are durable.
	Dir string
	// Durable data survives the server and the machine. Without, an end of the server is the end of its data.
	Durable bool
	// Port is the server's. 0 takes any free one, the same as last time where possible.
	Port int
	// MaxMemoryMB bounds the data; 0 is 256.
	MaxMemoryMB int
	// Log may be nil.
	Log *slog.Logger
}

// Redis is a running server. Its methods may be called from several goroutines.
type Redis struct {
	options  RedisOptions
	log      *slog.Logger
	folder   *folder
	program  string
	password string
	output   *logFile

	mu       sync.Mutex // held while the server starts or stops
	port     int
	proc     *process
	closed   bool
	done     chan struct{}
	doneOnce sync.Once
}

// StartRedis starts a server that answers. ctx bounds the start only; the server runs until Close, or until this process
// is gone. It takes a tenth of a second.
func StartRedis(ctx context.Context, o RedisOptions) (*Redis, error) {
	r := &Redis{options: o, log: o.Log, done: make(chan struct{})}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if r.folder, err = openFolder(o.Dir); err != nil {
		return nil, fmt.Errorf("redis data folder: %w", err)
	}
	if err := r.prepare(ctx); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Redis) prepare(ctx context.Context) (err error) {
	if r.program, err = findRedis(r.folder.account); err != nil {
		return err
	}
	if r.password, err = r.folder.password(); err != nil {
		return err
	}
	if r.output, err = r.folder.openLog("redis"); err != nil {
		return err
	}
	if err := r.folder.endOrphans(ctx); err != nil {
		return err
	}
	return r.Start(ctx)
}

// findRedis returns the program: $THRONG_REDIS_SERVER, or redis-server or valkey-server on the PATH.
func findRedis(who account) (string, error) {
	names := []string{"redis-server", "valkey-server"}
	if set := os.Getenv("THRONG_REDIS_SERVER"); set != "" {
		names = []string{set}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, who.enters(path)
		}
	}
	return "", fmt.Errorf("%s not found. Looked in $THRONG_REDIS_SERVER and $PATH. To install it: apt install redis-server, or "+
		"brew install redis, or point THRONG_REDIS_SERVER to the program", strings.Join(names, " or "))
}

// Start brings a server that was stopped or killed back on the same port. It does nothing where one runs.
func (r *Redis) Start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errors.New("redis is closed")
	}
	if r.proc != nil && r.proc.running() {
		return nil
	}
	want := r.options.Port
	if r.port != 0 {
		want = r.port
	}
	var failed error
	for range 3 {
		port, err := r.folder.port("redis", want)
		if err != nil {
			return err
		}
		r.port = port
		if failed = r.launch(ctx); failed == nil {
			return r.folder.rememberPort("redis", port)
		}
		if want != 0 || ctx.Err() != nil || probe(port) == nil {
			break
		}
	}
	return fmt.Errorf("start redis: %w", failed)
}

func (r *Redis) launch(ctx context.Context) (err error) {
	if err := r.folder.write("redis.conf", r.settings()); err != nil {
		return err
	}
	orphan := syscall.SIGKILL
	if r.options.Durable {
		orphan = syscall.SIGTERM
	}
	r.proc, err = startProcess(command{
		path: r.program, args: []string{r.folder.join("redis.conf")},
		account: r.folder.account, output: r.output, orphan: orphan,
	})
	if err != nil {
		return err
	}
	if err := r.ready(ctx); err != nil {
		return errors.Join(err, r.proc.end(context.WithoutCancel(ctx), syscall.SIGTERM))
	}
	go r.watch(r.proc)
	return nil
}

// settings are for a small machine that the server shares with Throng itself: past its memory, what was used longest ago
// goes, as everything in Redis may.
func (r *Redis) settings() string {
	durable := "save \"\"\nappendonly no\n"
	if r.options.Durable {
		durable = "save \"\"\nappendonly yes\n"
	}
	return "# Written at every start: changes made here are lost.\n" +
		"bind 127.0.0.1\nport " + strconv.Itoa(r.port) + "\nrequirepass " + r.password + "\n" +
		"dir " + r.folder.path + "\npidfile " + r.folder.join(redisPidFile) + "\n" +
		// The command line says which server it is to those who look for orphans.
		"set-proc-title no\ndaemonize no\nlogfile \"\"\n" +
		"maxmemory " + strconv.Itoa(cmp.Or(r.options.MaxMemoryMB, 256)) + "mb\nmaxmemory-policy allkeys-lru\n" + durable
}

// ready waits until the server answers to its password, which another one on the same port would not, and has read its data.
func (r *Redis) ready(ctx context.Context) error {
	err := until(ctx, startLimit, func() bool { return !r.proc.running() || r.answers(ctx) })
	if err != nil {
		return err
	}
	if !r.proc.running() {
		return fmt.Errorf("it ended (%w); the end of %s says: %s", r.proc.err, r.output.path, r.output.tail())
	}
	return nil
}

func (r *Redis) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", r.address())
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	if _, err := fmt.Fprintf(conn, "AUTH %s\r\nPING\r\n", r.password); err != nil {
		return false
	}
	// AUTH is answered while a server still loads, PING is not.
	answer := make([]byte, len("+OK\r\n+PONG\r\n"))
	_, err = io.ReadFull(conn, answer)
	return err == nil && string(answer) == "+OK\r\n+PONG\r\n"
}

func (r *Redis) watch(proc *process) {
	<-proc.ended
	if proc.asked.Load() {
		return
	}
	r.log.ErrorContext(context.Background(), "redis ended", slog.Any("error", proc.err), slog.String("log", r.output.path))
	r.doneOnce.Do(func() { close(r.done) })
}

// Done is closed when the server ended and nobody here told it to.
func (r *Redis) Done() <-chan struct{} { return r.done }

func (r *Redis) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(r.port)) }

// URL is where the server is, with its password. It stays the same while r runs.
func (r *Redis) URL() string {
	u := url.URL{Scheme: "redis", User: url.UserPassword("default", r.password), Host: r.address(), Path: "/0"}
	return u.String()
}

// Stop ends the server in order. It is no reason for Done.
func (r *Redis) Stop(ctx context.Context) error { return r.end(ctx, syscall.SIGTERM) }

// Kill ends the server at once, as a crash would. It is no reason for Done.
func (r *Redis) Kill(ctx context.Context) error { return r.end(ctx) }

func (r *Redis) end(ctx context.Context, signals ...syscall.Signal) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.proc == nil {
		return nil
	}
	return r.proc.end(ctx, signals...)
}

// Freeze lets the server hang: connections stay open, and nothing is answered until Thaw.
func (r *Redis) Freeze() error { return r.proc.cmd.Process.Signal(syscall.SIGSTOP) }

// Thaw lets a frozen server go on.
func (r *Redis) Thaw() error { return r.proc.cmd.Process.Signal(syscall.SIGCONT) }

// Close ends the server, waits for it, and lets go of the data folder. Further calls do nothing.
func (r *Redis) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	r.mu.Unlock()
	err := r.Stop(context.Background())
	if r.output != nil {
		err = errors.Join(err, r.output.close())
	}
	return errors.Join(err, r.folder.close())
}

// redisPidFile is where the server writes its process id.
const redisPidFile = "redis.pid"

// endOrphanRedis ends a server that a killed run left in a data folder.
func (f *folder) endOrphanRedis(ctx context.Context) error {
	text, err := os.ReadFile(f.join(redisPidFile))
	if err != nil {
		return nil //nolint:nilerr // where there is no id there is no server
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return nil //nolint:nilerr // neither is there where the id is none
	}
	return endOrphan(ctx, pid, func() bool { return strings.HasSuffix(commandOf(pid), f.join("redis.conf")) })
}
