package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
)

const (
	devDatabase = "throng"
	devBucket   = "throng-media"
)

// devServers are the private servers of a development deployment.
type devServers struct {
	running []devServer
}

// devServer is one of them.
type devServer struct {
	name, dir string
	server    interface {
		Done() <-chan struct{}
		Close() error
	}
}

// start starts what the settings stand on, in folders below dir, and puts where it is
// into them. What was started must be closed, also after an error.
func (d *devServers) start(ctx context.Context, dir string, s *app.Settings, log *slog.Logger) error {
	if err := d.postgres(ctx, filepath.Join(dir, "postgres"), s, log); err != nil {
		return err
	}
	s.MediaDir = filepath.Join(dir, "media")
	needs := s.Needs()
	for _, part := range []struct {
		name   string
		needed bool
		start  func(ctx context.Context, dir string, s *app.Settings, log *slog.Logger) error
	}{
		{"dynamodb", needs.DynamoDB, d.dynamo},
		{"sqs", needs.SQS, d.sqs},
		{"redis", needs.Redis, d.redis},
		{"s3", needs.S3, d.s3},
	} {
		if !part.needed {
			continue
		}
		if err := part.start(ctx, filepath.Join(dir, part.name), s, log); err != nil {
			return err
		}
	}
	return nil
}

func (d *devServers) postgres(ctx context.Context, dir string, s *app.Settings, log *slog.Logger) error {
	pg, err := devstack.StartPostgres(ctx, devstack.PostgresOptions{Dir: dir, Replicas: 1, Durable: true, Log: log})
	if err != nil {
		return err
	}
	d.running = append(d.running, devServer{"postgres", dir, pg})
	s.URL, s.Readers = pg.WriterURL(devDatabase), pg.ReaderURLs(devDatabase)
	return pg.EnsureDatabase(ctx, devDatabase)
}

func (d *devServers) dynamo(ctx context.Context, dir string, s *app.Settings, log *slog.Logger) error {
	e, err := devstack.StartDynoxide(ctx, devstack.EmulatorOptions{Dir: dir, Log: log})
	if err != nil {
		return err
	}
	d.running = append(d.running, devServer{"dynoxide", dir, e})
	s.Region, s.DynamoEndpoint = devstack.Region, e.Endpoint()
	return devstack.CreateTables(ctx, e.Endpoint(), s.Prefix)
}

func (d *devServers) sqs(ctx context.Context, dir string, s *app.Settings, log *slog.Logger) error {
	e, err := devstack.StartFauxqs(ctx, devstack.EmulatorOptions{Dir: dir, Log: log})
	if err != nil {
		return err
	}
	d.running = append(d.running, devServer{"fauxqs", dir, e})
	s.Region, s.QueueEndpoint = devstack.Region, e.Endpoint()
	return devstack.CreateQueues(ctx, e.Endpoint(), s.Prefix)
}

// redis is never the only copy of anything, so its data may go with it.
func (d *devServers) redis(ctx context.Context, dir string, s *app.Settings, log *slog.Logger) error {
	r, err := devstack.StartRedis(ctx, devstack.RedisOptions{Dir: dir, Log: log})
	if err != nil {
		return err
	}
	d.running = append(d.running, devServer{"redis", dir, r})
	s.RedisURL = r.URL()
	return nil
}

func (d *devServers) s3(ctx context.Context, dir string, s *app.Settings, log *slog.Logger) error {
	e, err := devstack.StartS3(ctx, devstack.EmulatorOptions{Dir: dir, Log: log})
	if err != nil {
		return err
	}
	d.running = append(d.running, devServer{"versitygw", dir, e})
	s.S3.Bucket, s.S3.Region, s.S3.Endpoint, s.S3.PathStyle = devBucket, devstack.Region, e.Endpoint(), true
	s.S3.AccessKey, s.S3.SecretKey = e.AccessKey(), e.SecretKey()
	return e.EnsureBucket(ctx, devBucket)
}

// watch answers with an error when one of them ends by itself.
func (d *devServers) watch(ctx context.Context) error {
	ended := make(chan devServer, len(d.running))
	for _, r := range d.running {
		go func() {
			select {
			case <-r.server.Done():
				ended <- r
			case <-ctx.Done():
			}
		}()
	}
	select {
	case <-ctx.Done():
		return nil
	case r := <-ended:
		return fmt.Errorf("%s ended by itself; its log is in %s", r.name, r.dir)
	}
}

// close ends them, the last one first.
func (d *devServers) close() error {
	var errs []error
	for _, r := range slices.Backward(d.running) {
		errs = append(errs, r.server.Close())
	}
	return errors.Join(errs...)
}
