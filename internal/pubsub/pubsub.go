// Package pubsub carries live messages between the processes of a deployment:
// hints that something is new, which make those who watch look sooner, and those
// who remember forget.
//
// A message carries ids and the place that the log had come to when it was said;
// whoever wants to see what it speaks of reads at or past that place, as a
// replica may be behind the message. It reaches every process that is connected,
// and is lost to those that are not. So after each connection, the first one too,
// subscribers are told that they may have missed something and look for
// themselves. Nothing but speed may depend on a message.
//
// Two adapters carry messages: pgnotify over Postgres, which is there anyway, and
// redisbus over Redis, where many processes publish. Both pass pubsubtest.
package pubsub

import (
	"context"
	"strings"
	"time"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
)

// MaxMessage bounds a message with its topic, in bytes: Postgres takes 8,000, the
// place in the log among them.
const MaxMessage = 7900

// Bus publishes and listens.
type Bus interface {
	// Subscribe adds a subscriber. A topic has no blanks in it.
	Subscribe(topic string, s Subscriber)
	// Publish says messages to every process that listens, this one too if it does;
	// it works without Run. A process that is connected hears each once, those of one
	// publisher in the order in which he said them, and all processes in the same
	// order. With an error, all of them may have been said, or none. It is Unavailable
	// while what carries messages is away, and nothing is kept to be said later.
	Publish(ctx context.Context, topic string, messages ...string) error
	// Ask asks for the present moment.
	Ask(ctx context.Context) (Moment, error)
	// Heard is the last moment at which the connection proved to be alive, and
	// whether it is believed to be so: what was said before has been heard, but for
	// what Missed spoke of. Once connected, the moment is ten seconds old at most.
	Heard() (last Moment, connected bool)
	// Run listens until ctx ends, over one connection of this process, and connects
	// anew, after ever longer pauses, when the connection is lost.
	Run(ctx context.Context)
}

// Subscriber hears what is said about a topic. Its functions are called one at a
// time and must not wait: everybody else's messages are behind them. Where they do
// all the same, messages wait for them until what carries them gives up on the
// process, which then connects anew and is told that it missed some.
type Subscriber struct {
	// Heard gets a message, and the place that whatever it speaks of was committed
	// before.
	Heard func(at consistency.Position, message string)
	// Missed says that messages about what was committed before the moment may
	// have been lost.
	Missed func(m Moment)
}

// Moment is a time of the database, by its own clock.
type Moment struct {
	Clock time.Time
	// Position is how far the log had come by then.
	Position consistency.Position

	asked time.Time
}

// MomentOf is what a database answered that was asked at a time of this process.
func MomentOf(clock time.Time, p consistency.Position, asked time.Time) Moment {
	return Moment{Clock: clock, Position: p, asked: asked}
}

// Now is the database's time now. The clock of this process may be wrong; all it
// adds is how long ago the database was asked.
func (m Moment) Now() time.Time { return m.Clock.Add(time.Since(m.asked)) }

// Known says that the database was asked at all.
func (m Moment) Known() bool { return !m.asked.IsZero() }

// Lines are messages as they travel, the topic before each.
func Lines(topic string, messages []string) ([]string, error) {
	lines := make([]string, len(messages))
	for i, m := range messages {
		lines[i] = topic + " " + m
		if len(lines[i]) > MaxMessage {
			return nil, fault.New(fault.Internal, "message_too_long", "a message of %s has %d bytes, the limit is %d", topic, len(lines[i]), MaxMessage)
		}
	}
	return lines, nil
}

// split is a line's topic and message.
func split(line string) (topic, message string) {
	topic, message, _ = strings.Cut(line, " ")
	return topic, message
}
