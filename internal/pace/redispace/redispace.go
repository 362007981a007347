// Package redispace holds accounts to a rate over all processes of a deployment,
// by counting in Redis and by Redis's clock.
//
// Of a key Redis keeps one number, as long as it matters. While Redis is away each
// process counts by itself, and goes on from what it has let through: it never
// waits for Redis, and never opens without a limit.
package redispace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/redis"
)

// take works as pace.Memory does. A bucket that is said to be full later than an
// empty one would be, as after Redis's clock was put back, counts as empty.
var take = redis.NewScript(`
local time = redis.call('TIME')
local now, every, burst = time[1] * 1000000 + time[2], tonumber(ARGV[1]), tonumber(ARGV[2])
local full = tonumber(redis.call('GET', KEYS[1]) or now)
full = math.min(math.max(full, now), now + every * burst) + every
local wait = full - every * burst - now
if wait > 0 then
  return math.ceil(wait)
end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
return 0
`)

// Limiter implements pace.Limiter.
type Limiter struct {
	client *redis.Client
	prefix string
	own    *pace.Memory
}

var _ pace.Limiter = (*Limiter)(nil)

// New makes a limiter whose keys begin with prefix.
func New(client *redis.Client, prefix string) *Limiter {
	return &Limiter{client: client, prefix: prefix, own: pace.NewMemory(0, time.Now)}
}

// Take implements pace.Limiter.
func (l *Limiter) Take(ctx context.Context, key string, r pace.Rate) (wait time.Duration) {
	if r.Unlimited() {
		return 0
	}
	answer, err := l.client.Run(ctx, take, []string{l.name(key)}, r.Every().Microseconds(), max(r.Burst, 1))
	micros, ok := answer.(int64)
	if err != nil || !ok {
		return l.own.Take(ctx, key, r)
	}
	if micros == 0 {
		// So that nobody begins anew when Redis goes.
		l.own.Take(ctx, key, r)
	}
	return time.Duration(micros) * time.Microsecond
}

// name is the key in Redis, where no login that somebody typed ought to be read.
func (l *Limiter) name(key string) string {
	sum := sha256.Sum256([]byte(key))
	return l.prefix + hex.EncodeToString(sum[:16])
}
