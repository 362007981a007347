package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/dynamo"
)

// cloudSize is how large the part of a world is that a deployment of the shape aws
// has: emulators hold less than Postgres in the same time.
type cloudSize struct {
	// Readers follow so many (Follows) of the Authors, each of whom wrote Posts.
	Readers, Authors, Follows, Posts int
	// Fans follow the star.
	Fans int
	// Messages are delivered in a round of the queue, Counted posts are made to count
	// what they take.
	Messages, Counted int
}

// cloud is a deployment of the shape aws on this machine: accounts in the world's
// Postgres, follows, posts and timelines in Dynoxide, messages on fauxqs, caches and
// live messages in Redis. Tables, topics and queues come from cdk/template.json. What
// is in them the product made itself: readers' follows were stored by the graph's store
// and became edges by their events, posts were made by calls and delivered by a worker.
// Fans are edges alone, which the timelines' store made.
type cloud struct {
	world        *world
	size         cloudSize
	dynamo, sqs  *devstack.Emulator
	redis        *devstack.Redis
	settings     app.Settings
	tables       *dynamo.DB
	bare         *bareTables
	readers      []*reader
	authors      []*reader
	star, lonely *reader
	// fans are the star's followers, ascending; the first one follows the lonely
	// author too, and nobody else does.
	fans []uuid.UUID
}

const (
	cloudPrefix = "bench-"
	// tellAfter is how often it is asked whether something has come to its end.
	tellAfter = 10 * time.Millisecond
	// settleTime bounds how long a deployment may take to do all that it was given.
	settleTime = 10 * time.Minute
)

// missingError says that an emulator is not to be had here.
type missingError struct{ cause error }

func (m *missingError) Error() string { return m.cause.Error() }
func (m *missingError) Unwrap() error { return m.cause }

// onAWS are rows that need the emulators. Where one is not installed they are passed
// over, by name, unless they were asked for.
func onAWS(name string, rows func(ctx context.Context, c *cloud, o options, r *report) error) section {
	return section{name, func(ctx context.Context, w *world, o options, r *report) error {
		c, err := w.onAWS(ctx, r)
		if missing, ok := errors.AsType[*missingError](err); ok && o.only == "" {
			r.sayf("%s is not measured: %v", name, missing)
			r.notef("Not measured: %s, as there is no emulator: %v.", name, missing)
			return nil
		}
		if err != nil {
			return err
		}
		return rows(ctx, c, o, r)
	}}
}

// onAWS makes the world's cloud when it is first needed.
func (w *world) onAWS(ctx context.Context, r *report) (*cloud, error) {
	if w.cloud != nil {
		return w.cloud, nil
	}
	c := &cloud{world: w, size: w.size.Cloud}
	if err := c.start(ctx, filepath.Join(w.dir, "aws")); err != nil {
		c.close()
		return nil, &missingError{err}
	}
	r.sayf("making a world for the shape aws: %v", c.size)
	if err := c.fill(ctx); err != nil {
		c.close()
		return nil, fmt.Errorf("make a world for the shape aws: %w", err)
	}
	w.cloud = c
	return c, nil
}

func (s cloudSize) String() string {
	return fmt.Sprintf("%d readers who follow %d of %d authors with %d posts each, a star with %d followers", s.Readers, s.Follows, s.Authors, s.Posts, s.Fans)
}

// start starts the emulators, which keep everything in memory, as tests do.
func (c *cloud) start(ctx context.Context, dir string) (err error) {
	if c.dynamo, err = devstack.StartDynoxide(ctx, devstack.EmulatorOptions{Dir: filepath.Join(dir, "dynamodb"), Memory: true}); err != nil {
		return err
	}
	if c.sqs, err = devstack.StartFauxqs(ctx, devstack.EmulatorOptions{Dir: filepath.Join(dir, "sqs"), Memory: true}); err != nil {
		return err
	}
	if c.redis, err = devstack.StartRedis(ctx, devstack.RedisOptions{Dir: filepath.Join(dir, "redis")}); err != nil {
		return err
	}
	c.settings = c.world.settings
	s := &c.settings
	s.Shape, s.MediaStore, s.RedisURL = app.ShapeAWS, "folder", c.redis.URL()
	s.Region, s.Prefix, s.DynamoEndpoint, s.QueueEndpoint = devstack.Region, cloudPrefix, c.dynamo.Endpoint(), c.sqs.Endpoint()
	return nil
}

// close may be called for one that was not started whole, or not at all.
func (c *cloud) close() {
	if c == nil {
		return
	}
	for _, e := range []*devstack.Emulator{c.dynamo, c.sqs} {
		if e != nil {
			_ = e.Close()
		}
	}
	if c.redis != nil {
		_ = c.redis.Close()
	}
}

// settle waits until the deployment has done all that was announced.
func settle(ctx context.Context, a *app.App) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	return await(ctx, 10*tellAfter, func() (bool, error) {
		n, err := a.OpenJobs(ctx)
		return n == 0, err
	})
}

// await asks until it is so.
func await(ctx context.Context, every time.Duration, is func() (bool, error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if done, err := is(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
