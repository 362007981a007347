package rush

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
	"github.com/throng-social/throng/internal/migration"
)

const (
	boardsMemory = "memory"
	boardsRedis  = "redis"

	databaseName   = "throng"
	postgresFolder = "postgres"
	operatorConns  = 8
)

// clusters are the folders of the private Postgres that have a server each.
var clusters = []string{"primary", "replica1"}

// stage is the deployment, and who is there before the clock starts.
type stage struct {
	Config

	dir     string
	base    string
	version string
	// pg, redis and server are nil where the deployment was running already.
	pg       *devstack.Postgres
	redis    *devstack.Redis
	server   *process.Server
	operator *app.App

	campaign  string
	organizer string
	password  string
	// people are those who rush and, behind them, the probes.
	people []person
}

func openStage(ctx context.Context, c Config) (*stage, error) {
	s := &stage{Config: c}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *stage) open(ctx context.Context) (err error) {
	if s.dir, err = devstack.TempDir("throng-lab-rush"); err != nil {
		return err
	}
	settings := app.Settings{Database: s.Running.Database, Secret: s.Running.Secret, MediaDir: filepath.Join(s.dir, "media")}
	if s.Server == "" {
		if err := s.build(ctx, &settings); err != nil {
			return err
		}
	} else {
		if err := load.CheckLoopback(ctx, s.Server); err != nil {
			return err
		}
		s.base = strings.TrimSuffix(s.Server, "/")
	}
	if _, s.version, err = database.Exists(ctx, settings.URL, databaseName); err != nil {
		return err
	}
	// The operator works nothing off and reads no replica. These settings are never
	// used, but must be possible.
	settings.MaxConns, settings.Readers = operatorConns, nil
	settings.Timeline.Keep, settings.Timeline.FanoutPage = 1, 1
	if s.operator, err = app.New(ctx, settings.Operator(), app.Role{}, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	return s.populate(ctx, settings.URL)
}

// build brings up a private deployment.
func (s *stage) build(ctx context.Context, settings *app.Settings) (err error) {
	log := slog.New(slog.DiscardHandler)
	s.pg, err = devstack.StartPostgres(ctx, devstack.PostgresOptions{Dir: filepath.Join(s.dir, postgresFolder), Replicas: 1, Durable: true, Log: log})
	if err != nil {
		return err
	}
	if err := s.pg.EnsureDatabase(ctx, databaseName); err != nil {
		return err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	settings.URL, settings.Secret = s.pg.WriterURL(databaseName), hex.EncodeToString(key)
	if err := migration.Up(ctx, settings.URL, log); err != nil {
		return err
	}
	set := []string{
		"THRONG_DB_URL=" + settings.URL,
		"THRONG_DB_READERS=" + strings.Join(s.pg.ReaderURLs(databaseName), ","),
		"THRONG_SECRET=" + settings.Secret,
		"THRONG_MEDIA_DIR=" + settings.MediaDir,
		"THRONG_BOARDS=" + s.Boards,
		"THRONG_CONCURRENCY=" + s.Concurrency,
		"THRONG_RATE_LIMITS=false",
		"THRONG_LOG_LEVEL=warn",
	}
	if s.Boards == boardsRedis {
		if s.redis, err = devstack.StartRedis(ctx, devstack.RedisOptions{Dir: filepath.Join(s.dir, "redis"), Log: log}); err != nil {
			return err
		}
		set = append(set, "THRONG_REDIS_URL="+s.redis.URL())
	}
	s.server, err = process.Serve(ctx, process.Options{Command: s.Serve, Settings: set, Log: filepath.Join(s.dir, "serve.log")})
	if err == nil {
		s.base = s.server.Base
	}
	return err
}

func (s *stage) close() error {
	var errs []error
	if s.operator != nil {
		s.operator.Close()
	}
	if s.server != nil {
		errs = append(errs, s.server.Stop())
	}
	if s.redis != nil {
		errs = append(errs, s.redis.Close())
	}
	if s.pg != nil {
		errs = append(errs, s.pg.Close())
	}
	if s.dir != "" {
		_ = devstack.RemoveTempDir(s.dir) // the next run sweeps what is left
	}
	return errors.Join(errs...)
}

// whileServing ends what is under way when the server ends.
func (s *stage) whileServing(ctx context.Context, do func(context.Context) error) error {
	if s.server == nil {
		return do(ctx)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-s.server.Ended():
			cancel(s.server.Fell())
		case <-ctx.Done():
		}
	}()
	err := do(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// postgresTime is the processor time of all of the private Postgres.
func (s *stage) postgresTime() (total time.Duration, err error) {
	if s.pg == nil {
		return 0, errNotOurs
	}
	for _, name := range clusters {
		spent, err := process.PostmasterTime(filepath.Join(s.dir, postgresFolder, name))
		if err != nil {
			return 0, err
		}
		total += spent
	}
	return total, nil
}

var errNotOurs = errors.New("the processor time of a Postgres that was running already is not known")

// told says how long something took.
func (s *stage) toldf(began time.Time, format string, args ...any) {
	fmt.Fprintf(s.Out, format+", in %.1f s\n", append(args, time.Since(began).Seconds())...)
}
