// Package redis is how parts reach Redis: for what is faster with it and right
// without.
//
// A call takes 50 milliseconds at most, or what it was given itself (RunFor),
// whatever time its caller has. After a call that failed Redis counts as away: calls
// are refused at once, cost nothing and send nothing, while one goroutine asks, after
// ever longer pauses, whether it is back. So a Redis that is slow, gone or full makes
// nobody wait, and its return is noticed within two seconds. Whoever calls has another
// way (a count or a cache of this process, a load from the source) and goes it on any
// error.
//
// Calls are Lua scripts, each of which Redis runs as one step, and plain commands for
// what nobody else knows of yet, which cost Redis a fraction of that. A script that
// names several keys needs them on one server: this is for one primary, with replicas
// to take over or without, and not for a cluster.
package redis

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/throng-social/throng/internal/fault"
)

const (
	callTimeout  = 50 * time.Millisecond
	probeTimeout = time.Second
	leastPause   = 10 * time.Millisecond
	longestPause = 2 * time.Second
	connections  = 32
)

var errAway = fault.New(fault.Unavailable, "redis_away", "Redis is away")

// Config says where Redis is.
type Config struct {
	// URL as redis://user:password@host:port/database, or rediss:// for TLS.
	URL string
	// Timeout bounds a call; 0 means 50 milliseconds.
	Timeout time.Duration
}

// Client calls Redis. It is safe for concurrent use.
type Client struct {
	raw     *goredis.Client
	timeout time.Duration
	log     *slog.Logger

	away                     atomic.Bool
	calls, failures, refused atomic.Uint64

	ctx    context.Context //nolint:containedctx // it ends with the client, and with it whoever asks whether Redis is back
	cancel context.CancelFunc
	asking sync.WaitGroup
	mu     sync.Mutex
	closed bool
}

// Open makes a client. Redis need not be there yet, and counts as away until it
// has answered for the first time.
func Open(c Config, log *slog.Logger) (*Client, error) {
	o, err := Options(c.URL)
	if err != nil {
		return nil, err
	}
	client := &Client{timeout: c.Timeout, log: log}
	if client.timeout == 0 {
		client.timeout = callTimeout
	}
	o.PoolSize, o.MinIdleConns, o.PoolTimeout = connections, 1, client.timeout
	client.raw = goredis.NewClient(o)
	client.ctx, client.cancel = context.WithCancel(context.Background())
	client.leave()
	return client, nil
}

// Options reads a URL. Nothing is tried twice, as callers know better whether it
// is worth it, and deadlines are those of the context.
func Options(url string) (*goredis.Options, error) {
	quiet()
	o, err := goredis.ParseURL(url)
	if err != nil {
		// The driver's error would quote the URL with its password.
		return nil, errors.New("the URL of Redis cannot be read: it looks like redis://user:password@host:6379/0")
	}
	o.MaxRetries, o.DialerRetries, o.DialTimeout = -1, 1, probeTimeout
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o, nil
}

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// quiet keeps the driver from writing to the terminal; its errors are returned.
var quiet = sync.OnceFunc(func() { goredis.SetLogger(silence{}) })

// Close ends the connections.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.asking.Wait()
	return c.raw.Close()
}

// Script is a Lua script.
type Script struct{ raw *goredis.Script }

// NewScript names a script. Redis learns it at its first call.
func NewScript(source string) *Script { return &Script{goredis.NewScript(source)} }

// Run runs a script and answers what it returns: an int64, a string, a []any of
// these, or nil. It does not end with its caller, who may be gone before others
// know that Redis is well.
func (c *Client) Run(ctx context.Context, s *Script, keys []string, args ...any) (any, error) {
	return c.RunFor(ctx, c.timeout, s, keys, args...)
}

// RunFor is Run for a script that may take longer than others, or as long as the
// client's own timeout, if that is longer.
func (c *Client) RunFor(ctx context.Context, timeout time.Duration, s *Script, keys []string, args ...any) (any, error) {
	if c.away.Load() {
		c.refused.Add(1)
		return nil, errAway
	}
	c.calls.Add(1)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(timeout, c.timeout))
	defer cancel()
	answer, err := s.raw.Run(ctx, c.raw, keys, args...).Result()
	if err != nil && !errors.Is(err, goredis.Nil) {
		c.fail(err)
		return nil, errAway.Because(err)
	}
	return answer, nil
}

// Command is a command with its arguments, as Redis names it.
type Command []any

// Send has Redis run commands one after the other and waits once for all of them, as
// RunFor does for one script. Those of others may come in between, and where one
// fails the rest may have been run or not.
func (c *Client) Send(ctx context.Context, timeout time.Duration, commands ...Command) error {
	if c.away.Load() {
		c.refused.Add(1)
		return errAway
	}
	c.calls.Add(1)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(timeout, c.timeout))
	defer cancel()
	_, err := c.raw.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for _, command := range commands {
			p.Do(ctx, command...)
		}
		return nil
	})
	if err != nil && !errors.Is(err, goredis.Nil) {
		c.fail(err)
		return errAway.Because(err)
	}
	return nil
}

// Ping asks whether Redis answers, without regard to what is known.
func (c *Client) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if err := c.raw.Ping(ctx).Err(); err != nil {
		return errAway.Because(err)
	}
	return nil
}

// State is what became of calls.
type State struct {
	// Here says that calls are sent.
	Here bool
	// Calls were sent, Failures of them failed. Refused were not sent.
	Calls, Failures, Refused uint64
}

// State answers the counts since the client was opened.
func (c *Client) State() State {
	return State{Here: !c.away.Load(), Calls: c.calls.Load(), Failures: c.failures.Load(), Refused: c.refused.Load()}
}

func (c *Client) fail(err error) {
	c.failures.Add(1)
	if c.leave() {
		c.log.Warn("redis is away; going on without it", slog.Any("error", err))
	}
}

// leave begins to ask whether Redis is back, unless somebody does.
func (c *Client) leave() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || !c.away.CompareAndSwap(false, true) {
		return false
	}
	c.asking.Go(c.awaitReturn)
	return true
}

func (c *Client) awaitReturn() {
	for pause := leastPause; ; pause = min(2*pause, longestPause) {
		if c.Ping(c.ctx) == nil {
			c.away.Store(false)
			c.log.Info("redis answers")
			return
		}
		rest := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-c.ctx.Done():
			rest.Stop()
			return
		case <-rest.C:
		}
	}
}
