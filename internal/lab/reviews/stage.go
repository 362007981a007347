package reviews

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
	"github.com/throng-social/throng/internal/migration"
	throng "github.com/throng-social/throng/sdk/go"
)

const (
	databaseName   = "throng"
	postgresFolder = "postgres"
	operatorConns  = 8
	// tokenLife is longer than any run.
	tokenLife = 24 * time.Hour
)

// clusters are the folders of the private Postgres that have a server each.
var clusters = []string{"primary", "replica1"}

// stage is the deployment with what is in it.
type stage struct {
	Config

	dir     string
	base    string
	version string
	// pg and server are nil where the deployment was running already.
	pg       *devstack.Postgres
	server   *process.Server
	operator *app.App
	// prefix is what the handles of this run begin with, token the operator's.
	prefix, token string
	// people have accounts, and write.
	people   crowd
	products []uuid.UUID
	loaded   *Loaded
}

func openStage(ctx context.Context, c Config) (*stage, error) {
	s := &stage{Config: c, dir: c.Dir, prefix: "r" + strconv.FormatInt(time.Now().UnixMicro(), 36)}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *stage) open(ctx context.Context) error {
	if err := s.openDir(ctx); err != nil {
		return err
	}
	settings := app.Settings{Database: s.Running.Database, Secret: s.Running.Secret, MediaDir: filepath.Join(s.dir, "media")}
	if s.Server == "" {
		if err := s.build(ctx, &settings); err != nil {
			return err
		}
	} else {
		s.base = strings.TrimSuffix(s.Server, "/")
	}
	if err := s.operate(ctx, settings); err != nil {
		return err
	}
	if err := s.populate(ctx, settings.URL); err != nil {
		return err
	}
	if err := s.load(ctx, settings.URL); err != nil {
		return err
	}
	return s.findProducts(ctx)
}

// openDir refuses another machine before anything is made.
func (s *stage) openDir(ctx context.Context) (err error) {
	if s.Server != "" {
		if err := load.CheckLoopback(ctx, s.Server); err != nil {
			return err
		}
	}
	if s.dir == "" {
		s.dir, err = devstack.TempDir("throng-lab-reviews")
		return err
	}
	return os.MkdirAll(s.dir, 0o755) //nolint:gosec // Postgres may run under another account, which must be able to pass
}

// build brings up a private deployment.
func (s *stage) build(ctx context.Context, settings *app.Settings) (err error) {
	if err := s.checkSet(); err != nil {
		return err
	}
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
	s.server, err = process.Serve(ctx, process.Options{Command: s.Serve, Log: filepath.Join(s.dir, "serve.log"), Settings: []string{
		"THRONG_DB_URL=" + settings.URL,
		"THRONG_DB_READERS=" + strings.Join(s.pg.ReaderURLs(databaseName), ","),
		"THRONG_SECRET=" + settings.Secret,
		"THRONG_MEDIA_DIR=" + settings.MediaDir,
		"THRONG_CONCURRENCY=" + s.Concurrency,
		"THRONG_RATE_LIMITS=false",
		"THRONG_LOG_LEVEL=warn",
	}})
	if err == nil {
		s.base = s.server.Base
	}
	return err
}

// operate opens an app on the deployment's database that works nothing off and reads no
// replica.
func (s *stage) operate(ctx context.Context, settings app.Settings) (err error) {
	if _, s.version, err = database.Exists(ctx, settings.URL, databaseName); err != nil {
		return err
	}
	settings.MaxConns, settings.Readers = operatorConns, nil
	// These are never used, but must be possible.
	settings.Timeline.Keep, settings.Timeline.FanoutPage = 1, 1
	s.operator, err = app.New(ctx, settings.Operator(), app.Role{}, slog.New(slog.DiscardHandler))
	return err
}

// populate makes an operator, and the people who write.
func (s *stage) populate(ctx context.Context, url string) error {
	operator := s.prefix + "_operator"
	_, err := throng.New(s.base).Users.Register(ctx, &userv1.RegisterRequest{Email: operator + "@example.org", Handle: operator, Password: uuid.NewString()})
	if err != nil {
		return err
	}
	if err := s.operator.SetRole(ctx, operator, "admin"); err != nil {
		return err
	}
	if s.token, err = s.operator.Token(ctx, operator, tokenLife); err != nil {
		return err
	}
	handles := make([]string, s.People)
	for i := range handles {
		handles[i] = fmt.Sprintf("%s_%d", s.prefix, i)
	}
	ids, err := database.Enroll(ctx, url, operator, handles)
	if err != nil {
		return err
	}
	people := make([]*shopper, len(handles))
	for i, handle := range handles {
		people[i] = newShopper(s.Seed, uint64(i)|1<<40)
		people[i].id = ids[i]
		if people[i].token, err = s.operator.Token(ctx, handle, tokenLife); err != nil {
			return err
		}
	}
	s.people = gather(people)
	return nil
}

func (s *stage) close() error {
	var errs []error
	if s.operator != nil {
		s.operator.Close()
	}
	if s.server != nil {
		errs = append(errs, s.server.Stop())
	}
	if s.pg != nil {
		errs = append(errs, s.pg.Close())
	}
	if s.Dir == "" && s.dir != "" {
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

var errNotOurs = errors.New("the processor time of a Postgres that was running already is not known")

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
