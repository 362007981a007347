// Package deployment is what an experiment runs on: a private Postgres with a replica and
// one server with its worker in a process of its own, or a deployment on this machine
// that is running already.
//
// A private one keeps what was loaded into it between runs where it has a folder of its
// own (kept.go). Of either one the lab is an operator, too, past the API: it makes
// accounts and recounts (operator.go). cpu.go tells how many processors the parts had.
package deployment

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
	"github.com/throng-social/throng/internal/migration"
)

const (
	databaseName   = "throng"
	postgresFolder = "postgres"
	operatorConns  = 8
)

// Options say what to run on.
type Options struct {
	// Name is what temporary folders begin with.
	Name string
	// Folder keeps a private deployment between runs; without it, it goes with the run.
	Folder string
	// Server is the URL of a running deployment, on this machine, whose database and
	// secret are in Running; a private one is brought up where it is empty.
	Server  string
	Running app.Settings
	// Serve is the command that serves, with settings in its environment, and
	// Concurrency its setting of that name.
	Serve       []string
	Concurrency string
	// Prepare looks at the folder of a private deployment before anything is brought up.
	Prepare func(folder string) error
}

// Deployment is a running one.
type Deployment struct {
	// Base is the server's URL.
	Base string
	// Database is the URL of the writer, Version that of its Postgres.
	Database, Version string
	// Folder has what belongs to the run.
	Folder string

	// temporary says that the folder goes with the run.
	temporary bool
	// pg and server are nil where the deployment was running already.
	pg       *devstack.Postgres
	server   *process.Server
	operator *app.App
}

// Open brings a deployment up. Another machine is refused before anything is made.
func Open(ctx context.Context, o Options) (*Deployment, error) {
	d := &Deployment{}
	if err := d.open(ctx, o); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Deployment) open(ctx context.Context, o Options) error {
	if o.Server != "" {
		if err := load.CheckLoopback(ctx, o.Server); err != nil {
			return err
		}
	}
	if err := d.openFolder(o); err != nil {
		return err
	}
	settings := app.Settings{Database: o.Running.Database, Secret: o.Running.Secret, MediaDir: filepath.Join(d.Folder, "media")}
	if o.Server == "" {
		if err := d.build(ctx, o, &settings); err != nil {
			return err
		}
	} else {
		d.Base = strings.TrimSuffix(o.Server, "/")
	}
	d.Database = settings.URL
	return d.operate(ctx, settings)
}

func (d *Deployment) openFolder(o Options) (err error) {
	if d.Folder = o.Folder; d.Folder == "" {
		d.temporary = true
		d.Folder, err = devstack.TempDir(o.Name)
		return err
	}
	return os.MkdirAll(d.Folder, 0o755) //nolint:gosec // Postgres may run under another account, which must be able to pass
}

// build brings up a private deployment.
func (d *Deployment) build(ctx context.Context, o Options, settings *app.Settings) (err error) {
	if o.Prepare != nil {
		if err := o.Prepare(d.Folder); err != nil {
			return err
		}
	}
	log := slog.New(slog.DiscardHandler)
	d.pg, err = devstack.StartPostgres(ctx, devstack.PostgresOptions{Dir: filepath.Join(d.Folder, postgresFolder), Replicas: 1, Durable: true, Log: log})
	if err != nil {
		return err
	}
	if err := d.pg.EnsureDatabase(ctx, databaseName); err != nil {
		return err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	settings.URL, settings.Secret = d.pg.WriterURL(databaseName), hex.EncodeToString(key)
	if err := migration.Up(ctx, settings.URL, log); err != nil {
		return err
	}
	d.server, err = process.Serve(ctx, process.Options{Command: o.Serve, Log: filepath.Join(d.Folder, "serve.log"), Settings: []string{
		"THRONG_DB_URL=" + settings.URL,
		"THRONG_DB_READERS=" + strings.Join(d.pg.ReaderURLs(databaseName), ","),
		"THRONG_SECRET=" + settings.Secret,
		"THRONG_MEDIA_DIR=" + settings.MediaDir,
		"THRONG_CONCURRENCY=" + o.Concurrency,
		"THRONG_RATE_LIMITS=false",
		"THRONG_LOG_LEVEL=warn",
	}})
	if err == nil {
		d.Base = d.server.Base
	}
	return err
}

// operate opens an app on the deployment's database that works nothing off and reads no
// replica.
func (d *Deployment) operate(ctx context.Context, settings app.Settings) (err error) {
	if _, d.Version, err = database.Exists(ctx, settings.URL, databaseName); err != nil {
		return err
	}
	settings.MaxConns, settings.Readers = operatorConns, nil
	// These are never used, but must be possible.
	settings.Timeline.Keep, settings.Timeline.FanoutPage = 1, 1
	d.operator, err = app.New(ctx, settings.Operator(), app.Role{}, slog.New(slog.DiscardHandler))
	return err
}

// Close takes down what was brought up.
func (d *Deployment) Close() error {
	var errs []error
	if d.operator != nil {
		d.operator.Close()
	}
	if d.server != nil {
		errs = append(errs, d.server.Stop())
	}
	if d.pg != nil {
		errs = append(errs, d.pg.Close())
	}
	if d.temporary && d.Folder != "" {
		_ = devstack.RemoveTempDir(d.Folder) // the next run sweeps what is left
	}
	return errors.Join(errs...)
}

// WhileServing ends what is under way when the server ends.
func (d *Deployment) WhileServing(ctx context.Context, do func(context.Context) error) error {
	if d.server == nil {
		return do(ctx)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-d.server.Ended():
			cancel(d.server.Fell())
		case <-ctx.Done():
		}
	}()
	err := do(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}
