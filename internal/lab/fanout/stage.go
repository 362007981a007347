package fanout

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/process"
	"github.com/throng-social/throng/internal/lab/world"
	"github.com/throng-social/throng/internal/migration"
)

// stage is the private Postgres on which variants are run, with the world in a
// database that all of them are cloned from.
type stage struct {
	Config

	world    *world.World
	pg       *devstack.Postgres
	dir      string
	postgres string
	template string
	secret   string
	log      *slog.Logger
	tokens   *tokens
}

// openStage starts Postgres and loads the world, unless the folder has it already.
func openStage(ctx context.Context, c Config, w *world.World) (*stage, error) {
	s := &stage{Config: c, world: w, dir: c.Dir, log: slog.New(slog.DiscardHandler)}
	if err := s.open(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stage) open(ctx context.Context) (err error) {
	if s.dir == "" {
		if s.dir, err = devstack.TempDir("throng-lab"); err != nil {
			return err
		}
	} else if err := os.MkdirAll(s.dir, 0o755); err != nil { //nolint:gosec // Postgres may run under another account, which must be able to pass
		return err
	}
	if err := s.checkDisk(); err != nil {
		return err
	}
	if s.secret, err = secret(s.dir); err != nil {
		return err
	}
	s.pg, err = devstack.StartPostgres(ctx, devstack.PostgresOptions{Dir: filepath.Join(s.dir, postgresFolder), Durable: true, Log: s.log})
	if err != nil {
		return err
	}
	if err := s.loadWorld(ctx); err != nil {
		return err
	}
	s.tokens, err = mint(ctx, s)
	return err
}

const postgresFolder = "postgres"

func (s *stage) close() {
	if s.pg != nil {
		_ = s.pg.Close()
	}
	if s.Dir == "" && s.dir != "" {
		_ = devstack.RemoveTempDir(s.dir) // the next run sweeps what is left
	}
}

// checkDisk wants room for the world, its clone, and what is written into that.
func (s *stage) checkDisk() error {
	need := 3 * database.Disk(s.world)
	free, err := imports.FreeDisk(s.dir)
	if err == nil && free < need {
		return fmt.Errorf("the comparison needs about %d MB of disk, and %s has %d MB free", need>>20, s.dir, free>>20)
	}
	return err
}

// secret is that of the deployments here; tokens of an earlier run stay good.
func secret(dir string) (string, error) {
	path := filepath.Join(dir, "secret")
	text, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	made := hex.EncodeToString(key)
	return made, os.WriteFile(path, []byte(made+"\n"), 0o600)
}

// loadWorld makes the template under another name, so that one which is not
// complete is never taken for it.
func (s *stage) loadWorld(ctx context.Context) error {
	s.template = s.templateName()
	admin := s.pg.WriterURL(maintenance)
	there, version, err := database.Exists(ctx, admin, s.template)
	s.postgres = version
	if err != nil || there {
		return err
	}
	unfinished := s.template + "_new"
	if err := database.Drop(ctx, admin, unfinished); err != nil {
		return err
	}
	if err := s.fill(ctx, unfinished); err != nil {
		return err
	}
	return database.Rename(ctx, admin, unfinished, s.template)
}

const maintenance = "postgres"

// templateName tells worlds apart that are not the same.
func (s *stage) templateName() string {
	name := fmt.Sprintf("world_%d_%d_%d_%s", s.World.People, s.World.Seed, s.World.Star, strconv.FormatFloat(s.World.Posts, 'f', -1, 64))
	if s.Taught {
		name += fmt.Sprintf("_taught_%g_%g", s.Reads, s.Writes)
	}
	return strings.ReplaceAll(name, ".", "p")
}

func (s *stage) fill(ctx context.Context, name string) error {
	if err := s.pg.EnsureDatabase(ctx, name); err != nil {
		return err
	}
	url := s.pg.WriterURL(name)
	if err := migration.Up(ctx, url, s.log); err != nil {
		return err
	}
	began := time.Now()
	if err := database.Store(ctx, url, s.world, database.Options{Out: s.Out}); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "the world is loaded, in %.1f s\n", time.Since(began).Seconds())
	if !s.Taught {
		return nil
	}
	return database.Teach(ctx, url, s.world, s.pace(s.world))
}

// clone makes the database of a run.
func (s *stage) clone(ctx context.Context, name string) (url string, err error) {
	admin := s.pg.WriterURL(maintenance)
	if err := errors.Join(database.Drop(ctx, admin, name), database.Clone(ctx, admin, s.template, name)); err != nil {
		return "", err
	}
	return s.pg.WriterURL(name), nil
}

func (s *stage) drop(ctx context.Context, name string) error {
	return database.Drop(ctx, s.pg.WriterURL(maintenance), name)
}

// postgresTime is the processor time of all of Postgres so far.
func (s *stage) postgresTime() (time.Duration, error) {
	return process.PostmasterTime(filepath.Join(s.dir, postgresFolder, "primary"))
}

// operator is an app on a database that serves nothing.
func (s *stage) operator(ctx context.Context, url string) (*app.App, error) {
	return operator(ctx, url, s.secret, s.mediaDir())
}

func (s *stage) mediaDir() string { return filepath.Join(s.dir, "media") }
