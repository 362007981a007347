package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/pubsub/pgnotify"
	"github.com/throng-social/throng/internal/pubsub/redisbus"
	"github.com/throng-social/throng/internal/redis"
)

const (
	// onRedis is the value of a setting that gives its part to Redis.
	onRedis = "redis"
	// redisPrefix is of all keys and channels of Throng.
	redisPrefix = "throng:"
)

// usesRedis says whether any part does.
func (s *Settings) usesRedis() bool { return s.PubSub == onRedis }

func (s *Settings) checkRedis() error {
	if !s.usesRedis() {
		return nil
	}
	if s.RedisURL == "" {
		return errors.New("THRONG_REDIS_URL is not set: a part of the deployment is set to redis, so name the Redis to use")
	}
	_, err := redis.Options(s.RedisURL)
	return err
}

// newBus makes what carries live messages.
func (a *App) newBus() (pubsub.Bus, error) {
	notify := pgnotify.New(pgnotify.Config{DB: a.db, URL: a.settings.URL, Stamp: a.stamp()}, a.log)
	if a.settings.PubSub != onRedis {
		return notify, nil
	}
	bus, err := redisbus.New(redisbus.Config{URL: a.settings.RedisURL, Prefix: redisPrefix, Ask: notify.Ask}, a.log)
	if err != nil {
		return nil, err
	}
	a.closing = append(a.closing, func() { _ = bus.Close() })
	return bus, nil
}

// stamp is the clock by which stores on DynamoDB tell old from new, nil where there
// are none. What was written before a moment of it is read after it, as a read that
// demands it is strong.
func (a *App) stamp() func() uint64 {
	if a.dynamo == nil {
		return nil
	}
	return func() uint64 { return uint64(time.Now().UnixMicro()) } //nolint:gosec // it is after 1970
}

// checkRedis asks Redis, where a part is set to it. Nothing stops without Redis;
// whoever asks a doctor wants to know all the same.
func checkRedis(ctx context.Context, s Settings) error {
	if !s.usesRedis() {
		return nil
	}
	client, err := redis.Open(redis.Config{URL: s.RedisURL}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	return client.Ping(ctx)
}
