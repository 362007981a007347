package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/campaign/board/redisboard"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/pace/redispace"
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
func (s *Settings) usesRedis() bool { return s.PubSub == onRedis || s.callsRedis() }

// callsRedis says whether any part does but the bus, which has connections of its
// own.
func (s *Settings) callsRedis() bool {
	return s.Limits == onRedis || s.Cache == onRedis || s.Boards == onRedis
}

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
	return func() uint64 { return uint64(time.Now().UnixMicro()) }
}

// newRedis makes the client of the parts that call Redis, nil where none does.
func (a *App) newRedis() (*redis.Client, error) {
	if !a.settings.callsRedis() {
		return nil, nil
	}
	client, err := redis.Open(redis.Config{URL: a.settings.RedisURL}, a.log)
	if err != nil {
		return nil, err
	}
	a.closing = append(a.closing, func() { _ = client.Close() })
	a.metrics.MustRegister(calls{client})
	return client, nil
}

// newLimiter makes what counts for rate limits.
func (a *App) newLimiter() pace.Limiter {
	if a.settings.Limits != onRedis {
		return pace.NewMemory(0, time.Now)
	}
	return redispace.New(a.redis, redisPrefix+"pace:")
}

// newBoards makes what ranks leaderboards; nil leaves that to the noun, in this
// process.
func (a *App) newBoards() board.Board {
	if a.settings.Boards != onRedis {
		return nil
	}
	return redisboard.New(a.redis, redisPrefix+"board:")
}

// newCaches makes this process's caches a part of the deployment's. By Postgres
// they are told nothing: there workers alone publish, as each message takes a lock
// that all of them share (docs/adr/0007), and entries live as long as they may.
func (a *App) newCaches() *cache.Group {
	g := &cache.Group{Prefix: redisPrefix + "cache:", Log: a.log}
	if a.settings.Cache == onRedis {
		g.Redis = a.redis
	}
	if a.settings.PubSub == onRedis {
		g.Bus = a.bus
	}
	if g.Redis == nil && g.Bus == nil {
		return nil
	}
	a.closing = append(a.closing, g.Close)
	return g
}

var (
	descRedisHere    = prometheus.NewDesc("throng_redis_here", "1 while Redis is called; 0 while it counts as away and everything goes on without it.", nil, nil)
	descRedisCalls   = prometheus.NewDesc("throng_redis_calls_total", "Calls that were sent to Redis.", nil, nil)
	descRedisFailed  = prometheus.NewDesc("throng_redis_failures_total", "Calls to Redis that failed or took too long.", nil, nil)
	descRedisRefused = prometheus.NewDesc("throng_redis_refused_total", "Calls that were not sent because Redis counted as away.", nil, nil)
)

// calls collects what became of calls to Redis.
type calls struct{ client *redis.Client }

// Describe implements prometheus.Collector.
func (calls) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descRedisHere, descRedisCalls, descRedisFailed, descRedisRefused} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c calls) Collect(ch chan<- prometheus.Metric) {
	s := c.client.State()
	here := 0.0
	if s.Here {
		here = 1
	}
	ch <- prometheus.MustNewConstMetric(descRedisHere, prometheus.GaugeValue, here)
	for d, n := range map[*prometheus.Desc]uint64{descRedisCalls: s.Calls, descRedisFailed: s.Failures, descRedisRefused: s.Refused} {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n))
	}
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
