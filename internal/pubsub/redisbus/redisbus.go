// Package redisbus carries live messages by Redis's PUBLISH.
//
// All topics share one channel, and with it one order. Redis keeps nothing: who is
// not subscribed at the time has missed a message, and so has whoever reads so
// slowly that Redis closes his connection. Where the log of the database has come
// to is asked of the database, by a publisher before he publishes, and by a
// listener before he asks Redis for a sign of life.
package redisbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/redis"
)

const (
	publishTimeout = 2 * time.Second
	connections    = 4
)

var (
	unavailable     = fault.New(fault.Unavailable, "live_unavailable", "live messages cannot be sent at the moment").After(publishTimeout)
	errInterrupted  = errors.New("the subscription was interrupted")
	errNoConnection = errors.New("the subscription was not confirmed")
)

// Config says where messages are carried.
type Config struct {
	// URL of Redis.
	URL string
	// Prefix is of the channel's name, where several deployments share a Redis.
	Prefix string
	// Ask asks the database for the present moment.
	Ask func(context.Context) (pubsub.Moment, error)
	// ProofEvery is how often the connection must prove to be alive; 0 means
	// pubsub.ProofEvery.
	ProofEvery time.Duration
}

// Bus implements pubsub.Bus.
type Bus struct {
	*pubsub.Listener

	config  Config
	channel string
	client  *goredis.Client
	log     *slog.Logger
}

var _ pubsub.Bus = (*Bus)(nil)

// New makes a bus. Redis need not be there yet.
func New(c Config, log *slog.Logger) (*Bus, error) {
	o, err := redis.Options(c.URL)
	if err != nil {
		return nil, err
	}
	// The answer to a ping says which ping it answers in this version alone.
	o.Protocol = 2
	o.PoolSize, o.PoolTimeout = connections, publishTimeout
	if c.ProofEvery == 0 {
		c.ProofEvery = pubsub.ProofEvery
	}
	return &Bus{Listener: pubsub.NewListener(log), config: c, channel: c.Prefix + "live", client: goredis.NewClient(o), log: log}, nil
}

// Close ends the connections that publish.
func (b *Bus) Close() error { return b.client.Close() }

// Ask implements pubsub.Bus.
func (b *Bus) Ask(ctx context.Context) (pubsub.Moment, error) { return b.config.Ask(ctx) }

// Publish implements pubsub.Bus.
func (b *Bus) Publish(ctx context.Context, topic string, messages ...string) error {
	lines, err := pubsub.Lines(topic, messages)
	if err != nil || len(lines) == 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	now, err := b.config.Ask(ctx)
	if err != nil {
		return err
	}
	_, err = b.client.TxPipelined(ctx, func(p goredis.Pipeliner) error {
		for _, line := range lines {
			p.Publish(ctx, b.channel, now.Position.Token()+" "+line)
		}
		return nil
	})
	if err != nil {
		return unavailable.Because(err)
	}
	return nil
}

// Run implements pubsub.Bus.
func (b *Bus) Run(ctx context.Context) { b.Keep(ctx, b.listen) }

func (b *Bus) listen(ctx context.Context) (heard bool, err error) {
	sub := b.client.Subscribe(ctx)
	defer func() { _ = sub.Close() }()
	now, err := b.begin(ctx, sub)
	if err != nil {
		return false, err
	}
	b.Begin(now)
	g, ctx := errgroup.WithContext(ctx)
	// Who receives waits without a deadline, which could strike within a message,
	// and does not look at the context.
	defer context.AfterFunc(ctx, func() { _ = sub.Close() })()
	pongs := make(chan string, 1)
	g.Go(func() error { return b.receive(ctx, sub, pongs) })
	g.Go(func() error { return b.prove(ctx, sub, pongs) })
	return true, g.Wait()
}

// begin subscribes first and asks for the moment then: what was committed before
// it may have been said before, whatever comes later will be heard.
func (b *Bus) begin(ctx context.Context, sub *goredis.PubSub) (pubsub.Moment, error) {
	ctx, cancel := context.WithTimeout(ctx, pubsub.ProofTimeout)
	defer cancel()
	if err := sub.Subscribe(ctx, b.channel); err != nil {
		return pubsub.Moment{}, err
	}
	first, err := sub.ReceiveTimeout(ctx, pubsub.ProofTimeout)
	if err != nil {
		return pubsub.Moment{}, err
	}
	if _, ok := first.(*goredis.Subscription); !ok {
		return pubsub.Moment{}, errNoConnection
	}
	return b.config.Ask(ctx)
}

// receive hands on messages. The driver mends a broken connection by itself, and
// says so by one more subscription: what was said meanwhile is lost.
func (b *Bus) receive(ctx context.Context, sub *goredis.PubSub, pongs chan<- string) error {
	for {
		got, err := sub.Receive(ctx)
		if err != nil {
			return err
		}
		switch m := got.(type) {
		case *goredis.Message:
			b.hear(ctx, m.Payload)
		case *goredis.Pong:
			select {
			case pongs <- m.Payload:
			case <-ctx.Done():
				return ctx.Err()
			}
		default:
			return errInterrupted
		}
	}
}

func (b *Bus) hear(ctx context.Context, payload string) {
	token, line, ok := strings.Cut(payload, " ")
	if !ok {
		b.log.WarnContext(ctx, "a live message cannot be read", slog.Int("bytes", len(payload)))
		return
	}
	b.Hear(consistency.Parse(token), line)
}

// prove asks again and again for a sign of life, until there is none.
func (b *Bus) prove(ctx context.Context, sub *goredis.PubSub, pongs <-chan string) error {
	tick := time.NewTicker(b.config.ProofEvery)
	defer tick.Stop()
	for pings := 0; ; pings++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if err := b.proveOnce(ctx, sub, strconv.Itoa(pings), pongs); err != nil {
			return err
		}
	}
}

// proveOnce asks the database for the moment and Redis for an answer after that,
// over the connection itself: by then everything said before the moment has come.
func (b *Bus) proveOnce(ctx context.Context, sub *goredis.PubSub, ping string, pongs <-chan string) error {
	ctx, cancel := context.WithTimeout(ctx, pubsub.ProofTimeout)
	defer cancel()
	now, err := b.config.Ask(ctx)
	if err != nil {
		return err
	}
	if err := sub.Ping(ctx, ping); err != nil {
		return err
	}
	for {
		select {
		case pong := <-pongs:
			if pong == ping {
				b.Prove(now)
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("no sign of life: %w", ctx.Err())
		}
	}
}
