// Package pubsub carries live messages between the processes of a deployment:
// hints that something is new, which make those who watch look sooner.
//
// Messages travel by NOTIFY. A commit that notifies takes a lock that all such
// commits of the server share, so workers publish, in a statement of its own that
// waits for no disk, and a user's write never does. Each process that listens has
// one connection for it, outside of the pools, whatever the number of topics and
// of watchers.
//
// A message carries ids and the place that the log had come to when it was said;
// whoever wants to see what it speaks of reads at or past that place, as a
// replica may be behind the message. It reaches every process that is connected,
// once, in the order of the commits, and is lost to those that are not. So after
// each connection, the first one too, subscribers are told that they may have
// missed something and look for themselves. Nothing but speed may depend on a
// message.
package pubsub

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/throng-social/throng/gen/db/pubsubdb"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
)

// MaxMessage bounds a message with its topic, in bytes: Postgres takes 8,000, the
// place in the log among them.
const MaxMessage = 7900

// Bus publishes and listens.
type Bus struct {
	db  *postgres.DB
	url string
	q   *pubsubdb.Queries
	log *slog.Logger

	mu          sync.Mutex
	subscribers map[string][]Subscriber
	connected   bool
	last        Moment
}

// New makes a bus; url is the primary's, as replicas hear nothing. It listens
// while Run runs, and publishes without.
func New(db *postgres.DB, url string, log *slog.Logger) *Bus {
	return &Bus{db: db, url: url, q: pubsubdb.New(), log: log, subscribers: map[string][]Subscriber{}}
}

// Subscriber hears what is said about a topic. Its functions are called one at a
// time and must not wait: everybody else's messages are behind them.
type Subscriber struct {
	// Heard gets a message, and the place that whatever it speaks of was committed
	// before.
	Heard func(at consistency.Position, message string)
	// Missed says that messages about what was committed before the moment may
	// have been lost.
	Missed func(m Moment)
}

// Subscribe adds a subscriber. A topic has no blanks in it.
func (b *Bus) Subscribe(topic string, s Subscriber) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subscribers[topic] = append(b.subscribers[topic], s)
}

// Publish says messages to every process that listens, this one too. All of them
// are said or, with an error, perhaps none.
func (b *Bus) Publish(ctx context.Context, topic string, messages ...string) error {
	if len(messages) == 0 {
		return nil
	}
	said := make([]string, len(messages))
	for i, m := range messages {
		said[i] = topic + " " + m
		if len(said[i]) > MaxMessage {
			return fault.New(fault.Internal, "message_too_long", "a message of %s has %d bytes, the limit is %d", topic, len(said[i]), MaxMessage)
		}
	}
	return b.q.Publish(ctx, b.db.Writer(ctx), said)
}

// Moment is a time of the database, by its own clock.
type Moment struct {
	Clock time.Time
	// Position is how far the log had come by then.
	Position consistency.Position

	asked time.Time
}

// Now is the database's time now. The clock of this process may be wrong; all it
// adds is how long ago the database was asked.
func (m Moment) Now() time.Time { return m.Clock.Add(time.Since(m.asked)) }

// Known says that the database was asked at all.
func (m Moment) Known() bool { return !m.asked.IsZero() }

// Ask asks for the present moment.
func (b *Bus) Ask(ctx context.Context) (Moment, error) {
	return b.ask(ctx, b.db.Primary(ctx))
}

func (b *Bus) ask(ctx context.Context, db pubsubdb.DBTX) (Moment, error) {
	asked := time.Now()
	row, err := b.q.GetMoment(ctx, db)
	return Moment{Clock: row.Clock, Position: consistency.Position{Log: uint64(max(row.Position, 0))}, asked: asked}, postgres.Fault(err)
}

// Heard is the last moment at which the connection proved to be alive, and
// whether it is believed to be so: what was said before has been heard, but for
// what Missed spoke of. Once connected, the moment is a few seconds old at most.
func (b *Bus) Heard() (last Moment, connected bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last, b.connected
}

func position(digits string) (consistency.Position, error) {
	p, err := strconv.ParseUint(digits, 10, 64)
	return consistency.Position{Log: p}, err
}
