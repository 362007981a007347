package pubsub

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// proofEvery is how often the connection is asked whether it is alive. One
	// whose other end vanished without a word is found out after both times.
	proofEvery   = 5 * time.Second
	proofTimeout = 5 * time.Second
	leastPause   = 50 * time.Millisecond
	longestPause = 5 * time.Second
)

// Run listens until ctx ends, and connects anew, after ever longer pauses, when
// the connection is lost.
func (b *Bus) Run(ctx context.Context) {
	for pause := leastPause; ctx.Err() == nil; pause = min(2*pause, longestPause) {
		heard, err := b.listen(ctx)
		if ctx.Err() != nil {
			return
		}
		if heard {
			pause = leastPause
		}
		b.log.WarnContext(ctx, "live messages are not heard; connecting anew", slog.Any("error", err))
		rest := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-ctx.Done():
			rest.Stop()
		case <-rest.C:
		}
	}
}

// listen hears messages over one connection until it fails, and says whether it
// ever heard.
func (b *Bus) listen(ctx context.Context) (heard bool, err error) {
	conn, err := b.connect(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		b.lost()
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = errors.Join(err, conn.Close(bounded))
	}()
	now, err := b.begin(ctx, conn)
	if err != nil {
		return false, err
	}
	// First they are told, so that whoever finds the bus connected can count on
	// having been told.
	b.missed(now)
	b.proved(now)
	for {
		if err := b.hearUntil(ctx, conn, time.Now().Add(proofEvery)); err != nil {
			return true, err
		}
		if err := b.prove(ctx, conn); err != nil {
			return true, err
		}
	}
}

func (b *Bus) connect(ctx context.Context) (*pgx.Conn, error) {
	c, err := pgx.ParseConfig(b.url)
	if err != nil {
		return nil, err
	}
	c.ConnectTimeout = proofTimeout
	c.RuntimeParams["application_name"] = "throng live"
	return pgx.ConnectConfig(ctx, c)
}

// begin listens first and asks for the moment then: what was committed before it
// may have been said before, whatever comes later will be heard.
func (b *Bus) begin(ctx context.Context, conn *pgx.Conn) (Moment, error) {
	ctx, cancel := context.WithTimeout(ctx, proofTimeout)
	defer cancel()
	if err := b.q.Listen(ctx, conn); err != nil {
		return Moment{}, err
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
	digits, rest, _ := strings.Cut(n.Payload, " ")
	topic, message, _ := strings.Cut(rest, " ")
	at, err := position(digits)
	if err != nil {
		b.log.WarnContext(ctx, "a live message cannot be read", slog.Any("error", err))
		return
	}
	for _, s := range b.of(topic) {
		s.Heard(at, message)
	}
}

// prove asks over the connection itself, which would not answer if it were dead.
func (b *Bus) prove(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, proofTimeout)
	defer cancel()
	now, err := b.ask(ctx, conn)
	if err == nil {
		b.proved(now)
	}
	return err
}

func (b *Bus) proved(now Moment) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last, b.connected = now, true
}

func (b *Bus) lost() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.connected = false
}

func (b *Bus) missed(now Moment) {
	b.mu.Lock()
	all := make([]Subscriber, 0, len(b.subscribers))
	for _, list := range b.subscribers {
		all = append(all, list...)
	}
	b.mu.Unlock()
	for _, s := range all {
		s.Missed(now)
	}
}

func (b *Bus) of(topic string) []Subscriber {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clip(b.subscribers[topic])
}
