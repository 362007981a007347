// Package pgnotify carries live messages by NOTIFY.
//
// A commit that notifies takes a lock that all such commits of the server share,
// so workers publish, in a statement of its own that waits for no disk, and a
// user's write never does. Each process that listens has one connection for it,
// outside of the pools, whatever the number of topics and of watchers.
package pgnotify

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/throng-social/throng/gen/db/pubsubdb"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/pubsub"
)

// Config says where messages are carried.
type Config struct {
	DB *postgres.DB
	// URL is the primary's, as replicas hear nothing.
	URL string
	// Stamp is the time with which stores that have no log stamp writes now; nil
	// where there are none.
	Stamp func() uint64
}

// Bus implements pubsub.Bus.
type Bus struct {
	*pubsub.Listener

	config Config
	q      *pubsubdb.Queries
	log    *slog.Logger
}

var _ pubsub.Bus = (*Bus)(nil)

// New makes a bus.
func New(c Config, log *slog.Logger) *Bus {
	if c.Stamp == nil {
		c.Stamp = func() uint64 { return 0 }
	}
	return &Bus{Listener: pubsub.NewListener(log), config: c, q: pubsubdb.New(), log: log}
}

// Publish implements pubsub.Bus. A line is said after the place in the log and the
// stamp, of which the database adds the former.
func (b *Bus) Publish(ctx context.Context, topic string, messages ...string) error {
	lines, err := pubsub.Lines(topic, messages)
	if err != nil || len(lines) == 0 {
		return err
	}
	stamp := strconv.FormatUint(b.config.Stamp(), 10)
	for i, line := range lines {
		lines[i] = stamp + " " + line
	}
	return b.q.Publish(ctx, b.config.DB.Writer(ctx), lines)
}

// Ask implements pubsub.Bus.
func (b *Bus) Ask(ctx context.Context) (pubsub.Moment, error) {
	return b.ask(ctx, b.config.DB.Primary(ctx))
}

func (b *Bus) ask(ctx context.Context, db pubsubdb.DBTX) (pubsub.Moment, error) {
	asked := time.Now()
	row, err := b.q.GetMoment(ctx, db)
	at := consistency.Position{Log: uint64(max(row.Position, 0)), Clock: b.config.Stamp()}
	return pubsub.MomentOf(row.Clock, at, asked), postgres.Fault(err)
}

// Run implements pubsub.Bus.
func (b *Bus) Run(ctx context.Context) { b.Keep(ctx, b.listen) }

func (b *Bus) listen(ctx context.Context) (heard bool, err error) {
	conn, err := b.connect(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = errors.Join(err, conn.Close(bounded))
	}()
	now, err := b.begin(ctx, conn)
	if err != nil {
		return false, err
	}
	b.Begin(now)
	for {
		if err := b.hearUntil(ctx, conn, time.Now().Add(pubsub.ProofEvery)); err != nil {
			return true, err
		}
		if err := b.prove(ctx, conn); err != nil {
			return true, err
		}
	}
}

func (b *Bus) connect(ctx context.Context) (*pgx.Conn, error) {
	c, err := pgx.ParseConfig(b.config.URL)
	if err != nil {
		return nil, err
	}
	c.ConnectTimeout = pubsub.ProofTimeout
	c.RuntimeParams["application_name"] = "throng live"
	return pgx.ConnectConfig(ctx, c)
}

// begin listens first and asks for the moment then: what was committed before it
// may have been said before, whatever comes later will be heard.
func (b *Bus) begin(ctx context.Context, conn *pgx.Conn) (pubsub.Moment, error) {
	ctx, cancel := context.WithTimeout(ctx, pubsub.ProofTimeout)
	defer cancel()
	if err := b.q.Listen(ctx, conn); err != nil {
		return pubsub.Moment{}, err
	}
	return b.ask(ctx, conn)
}

// hearUntil hands on messages until a deadline.
func (b *Bus) hearUntil(ctx context.Context, conn *pgx.Conn, deadline time.Time) error {
	bounded, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	for {
		n, err := conn.WaitForNotification(bounded)
		switch {
		case err == nil:
			b.hear(ctx, n)
		case ctx.Err() != nil:
			return ctx.Err()
		case bounded.Err() != nil && pgconn.Timeout(err):
			return nil
		default:
			return err
		}
	}
}

func (b *Bus) hear(ctx context.Context, n *pgconn.Notification) {
	place, rest, _ := strings.Cut(n.Payload, " ")
	stamp, line, _ := strings.Cut(rest, " ")
	log, err := strconv.ParseUint(place, 10, 64)
	clock, stampErr := strconv.ParseUint(stamp, 10, 64)
	if err = errors.Join(err, stampErr); err != nil {
		b.log.WarnContext(ctx, "a live message cannot be read", slog.Any("error", err))
		return
	}
	b.Hear(consistency.Position{Log: log, Clock: clock}, line)
}

// prove asks over the connection itself, which would not answer if it were dead.
func (b *Bus) prove(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, pubsub.ProofTimeout)
	defer cancel()
	now, err := b.ask(ctx, conn)
	if err == nil {
		b.Prove(now)
	}
	return err
}
