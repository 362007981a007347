package devstack

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// PostgresOptions say what StartPostgres starts.
type PostgresOptions struct {
	// Dir is the data folder. It is created where it does not exist, and keeps its data between starts. One process at
	// a time can use it (*InUseError). When this program is root, it must be in reach of the account postgres or nobody
	// (*UnreachableError; see ReachableDir and TempDir).
	Dir string
	// Replicas is the number of streaming replicas, 0 to 4.
	Replicas int
	// Durable data survives a crash of the machine. Tests do without, and are faster.
	Durable bool
	// Port is the primary's. 0 takes any free one, the same as last time where possible; so do replicas always.
	Port int
	// Log may be nil.
	Log *slog.Logger
}

// Postgres is a running primary with its replicas. Its methods may be called from several goroutines.
type Postgres struct {
	options  PostgresOptions
	log      *slog.Logger
	folder   *folder
	bin      binaries
	password string
	primary  *cluster
	replicas []*cluster

	mu       sync.Mutex // held while servers start or stop
	closed   bool
	done     chan struct{}
	doneOnce sync.Once
}

// StartPostgres starts a primary and replicas that have caught up with it. ctx bounds the start only; the servers run
// until Close, or until this process is gone. A new data folder takes about a second, a second start a fraction of it.
func StartPostgres(ctx context.Context, o PostgresOptions) (*Postgres, error) {
	return startPostgres(ctx, o, usualPlaces())
}

func startPostgres(ctx context.Context, o PostgresOptions, where places) (*Postgres, error) {
	if o.Replicas < 0 || o.Replicas > 4 {
		return nil, fmt.Errorf("postgres: %d replicas, want 0 to 4", o.Replicas)
	}
	p := &Postgres{options: o, log: o.Log, done: make(chan struct{})}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if p.folder, err = openFolder(o.Dir); err != nil {
		return nil, fmt.Errorf("postgres data folder: %w", err)
	}
	if err := p.start(ctx, where); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Postgres) start(ctx context.Context, where places) (err error) {
	if p.bin, err = where.find(ctx, p.folder.account, p.madeBy()); err != nil {
		return err
	}
	if p.password, err = p.folder.password(); err != nil {
		return err
	}
	p.primary = p.cluster("primary", p.primarySettings)
	if !p.primary.exists() {
		if err := p.initdb(ctx); err != nil {
			return err
		}
	}
	if err := p.run(ctx, p.primary, p.options.Port); err != nil {
		return err
	}
	if err := p.startReplicas(ctx); err != nil {
		return err
	}
	return p.CatchUp(ctx)
}

// madeBy is the major version of the data, 0 when there is none yet.
func (p *Postgres) madeBy() int {
	text, err := os.ReadFile(p.folder.join("primary", "PG_VERSION"))
	if err != nil {
		return 0
	}
	major, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return major
}

// password is made once for a data folder.
func (f *folder) password() (string, error) {
	text, err := os.ReadFile(f.join("password"))
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	secret := make([]byte, 20)
	_, _ = rand.Read(secret) // never fails
	password := hex.EncodeToString(secret)
	return password, f.write("password", password+"\n")
}

func (p *Postgres) cluster(name string, settings func() string) *cluster {
	orphan := syscall.SIGQUIT
	if p.options.Durable {
		orphan = syscall.SIGINT // a little later, but without recovery at the next start
	}
	return &cluster{
		name: name, folder: p.folder, bin: p.bin, password: p.password, settings: settings, orphan: orphan,
	}
}

// initdb makes the primary's directory beside its place and moves it there, so that a start which is killed half way
// leaves nothing that looks complete.
func (p *Postgres) initdb(ctx context.Context) error {
	temp := p.folder.join("primary.new")
	if err := os.RemoveAll(temp); err != nil {
		return err
	}
	args := []string{
		"-D", temp, "-U", superuser, "--pwfile", p.folder.join("password"), "--auth", "scram-sha-256",
		"--encoding", "UTF8", "--locale", "C", "--lc-ctype", lcCtype, "--no-instructions",
	}
	if !p.options.Durable {
		args = append(args, "--no-sync")
	}
	err := run(ctx, command{path: p.bin.path("initdb"), args: args, account: p.folder.account})
	if err != nil {
		return fmt.Errorf("create postgres data: %w", err)
	}
	return os.Rename(temp, p.primary.dir())
}

// run starts a cluster and watches it from then on.
func (p *Postgres) run(ctx context.Context, c *cluster, port int) error {
	if err := c.start(ctx, port); err != nil {
		return err
	}
	p.log.DebugContext(ctx, "postgres started", slog.String("server", c.name), slog.Int("port", c.port))
	go p.watch(c, c.proc)
	return nil
}

func (p *Postgres) watch(c *cluster, proc *process) {
	<-proc.ended
	if proc.asked.Load() {
		return
	}
	p.log.ErrorContext(context.Background(), "postgres ended", slog.String("server", c.name), slog.Any("error", proc.err), slog.String("log", c.log.path))
	p.doneOnce.Do(func() { close(p.done) })
}

// Done is closed when a server ended that nobody here told to: the stack is then of no use but to Close.
func (p *Postgres) Done() <-chan struct{} { return p.done }

// WriterURL names a database on the primary. It stays the same while p runs.
func (p *Postgres) WriterURL(database string) string { return p.primary.url(database) }

// ReaderURLs name a database on each replica, in order; none without replicas.
func (p *Postgres) ReaderURLs(database string) []string {
	urls := make([]string, 0, len(p.replicas))
	for _, replica := range p.replicas {
		urls = append(urls, replica.url(database))
	}
	return urls
}

// EnsureDatabase creates a database where there is none of that name.
func (p *Postgres) EnsureDatabase(ctx context.Context, name string) error {
	return p.primary.do(ctx, func(conn *pgx.Conn) error {
		var there bool
		err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there)
		if err != nil || there {
			return err
		}
		_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
		return err
	})
}

// Close ends all servers in order, waits for them, and lets go of the data folder. Further calls do nothing.
func (p *Postgres) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	return errors.Join(p.stopAll(context.Background()), p.folder.close())
}

// stopAll begins with the primary, which hands all it has to the replicas before it ends: so they can go on from there.
func (p *Postgres) stopAll(ctx context.Context) error {
	var errs []error
	for _, c := range append([]*cluster{p.primary}, p.replicas...) {
		if c == nil {
			continue
		}
		errs = append(errs, c.stop(ctx))
		if c.log != nil {
			errs = append(errs, c.log.close())
		}
	}
	return errors.Join(errs...)
}
