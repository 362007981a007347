package pgtest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/throng-social/throng/internal/devstack"
)

const (
	timeZone = "Asia/Kathmandu"
	template = "throng_template"
)

// A stack is what one test process has: a temporary folder and, once a test asked for it, the shared server.
type stack struct {
	migrate func(ctx context.Context, url string) error

	mu     sync.Mutex
	dir    string
	shared *server
	failed error // a start that failed is not tried again by every test
	count  int
}

// A server is the shared one, with a few connections to make and drop clones.
type server struct {
	postgres *devstack.Postgres
	admin    *pgxpool.Pool
}

// clones returns the shared server, started on the first call.
func (s *stack) clones(ctx context.Context) (*server, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared == nil && s.failed == nil {
		s.shared, s.failed = s.start(ctx)
	}
	return s.shared, s.failed
}

// start leaves a server that it could not complete to close, which removes all there is.
func (s *stack) start(ctx context.Context) (*server, error) {
	dir, err := s.folder("shared")
	if err != nil {
		return nil, err
	}
	postgres, err := devstack.StartPostgres(ctx, devstack.PostgresOptions{Dir: dir})
	if err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(postgres.WriterURL("postgres"))
	if err != nil {
		return nil, errors.Join(err, postgres.Close())
	}
	config.MaxConns = 4
	admin, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), config)
	if err != nil {
		return nil, errors.Join(err, postgres.Close())
	}
	shared := &server{postgres: postgres, admin: admin}
	if err := errors.Join(s.create(ctx, postgres, template), shared.seal(ctx)); err != nil {
		return nil, errors.Join(err, shared.close())
	}
	return shared, nil
}

// folder names a data folder of this process.
func (s *stack) folder(name string) (string, error) {
	if s.dir == "" {
		dir, err := devstack.MemoryDir("throng-pgtest")
		if err != nil {
			return "", err
		}
		s.dir = dir
	}
	return filepath.Join(s.dir, name), nil
}

func (s *stack) replicated(ctx context.Context, replicas int) (*devstack.Postgres, error) {
	s.mu.Lock()
	s.count++
	dir, err := s.folder(fmt.Sprintf("own-%d", s.count))
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return devstack.StartPostgres(ctx, devstack.PostgresOptions{Dir: dir, Replicas: replicas})
}

// create makes a migrated database.
func (s *stack) create(ctx context.Context, postgres *devstack.Postgres, name string) error {
	if err := postgres.EnsureDatabase(ctx, name); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, postgres.WriterURL("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, setTimeZone(name))
	if err = errors.Join(err, conn.Close(ctx)); err != nil {
		return err
	}
	if s.migrate == nil {
		return nil
	}
	if err := s.migrate(ctx, postgres.WriterURL(name)); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// seal keeps everybody out of the template, as it cannot be cloned while somebody is connected.
func (s *server) seal(ctx context.Context) error {
	_, err := s.admin.Exec(ctx, "ALTER DATABASE "+quote(template)+" ALLOW_CONNECTIONS false")
	if err != nil {
		return err
	}
	_, err = s.admin.Exec(ctx, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", template)
	return err
}

// clone copies the template. A database's own settings are not copied with it.
func (s *server) clone(ctx context.Context, name string) error {
	if _, err := s.admin.Exec(ctx, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(template)); err != nil {
		return fmt.Errorf("clone the template: %w", err)
	}
	_, err := s.admin.Exec(ctx, setTimeZone(name))
	return err
}

func (s *server) drop(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := s.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
	return err
}

func (s *server) close() error {
	s.admin.Close()
	return s.postgres.Close()
}

func (s *stack) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		return nil
	}
	if s.shared != nil {
		if err := s.shared.close(); err != nil {
			return err
		}
	}
	return devstack.RemoveTempDir(s.dir)
}

// name tells in the server's log and in pg_stat_activity which test a database is of.
func (s *stack) name(t testing.TB) string {
	s.mu.Lock()
	s.count++
	name := fmt.Sprintf("t%d_%s", s.count, t.Name())
	s.mu.Unlock()
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
	return name[:min(len(name), 63)] // the longest name that Postgres keeps
}

func setTimeZone(database string) string {
	return "ALTER DATABASE " + quote(database) + " SET timezone = '" + timeZone + "'"
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
