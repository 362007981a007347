package queue

import (
	"context"
	"time"
)

// Backend is the queue of a deployment, as its workers, its outboxes and its operators
// see it. There are two: River on Postgres, and SNS with SQS.
//
// What Accept has kept is delivered at least once to every handler that it is meant
// for, in no promised order, by whichever process works. A delivery succeeds when its
// handler answers without an error; else it is tried again with growing pauses, and
// after the last try becomes a dead letter. A delivery whose process was killed is
// tried again within 30 s. A message that no handler can read, or whose topic has
// none, fails like any other.
type Backend interface {
	// Accept keeps all messages, or fails; then some may be kept. It may be given
	// messages that it was given before, which are then delivered again.
	Accept(ctx context.Context, messages []Message) error
	// Work delivers until ctx ends, then lets the handlers under way finish, for at most
	// their time limit, and gives back what they had not begun. It fails only where
	// it cannot begin.
	Work(ctx context.Context, w Work) error
	// Depths says how much waits, by topic and state; it may be some seconds old.
	Depths(ctx context.Context) ([]Depth, error)
	// DeadLetters lists some of them, at most limit.
	DeadLetters(ctx context.Context, limit int) ([]DeadLetter, error)
	// Redrive gives the dead letters of a topic ("" for all) their tries again and answers
	// how many. Broken off and repeated it loses none.
	Redrive(ctx context.Context, topic string) (int64, error)
}

// Work is what a process does for a queue.
type Work struct {
	// Handlers are all of the deployment's: a process that knew some of them only would
	// spend the tries of the others.
	Handlers Handlers
	// Limits says from which queues it takes, and how many at once.
	Limits  Limits
	Observe Observer
	// GiveWay waits before each try while others have more to do, a moment at most; nil
	// never does.
	GiveWay func(ctx context.Context)
}

// The states in which deliveries wait.
const (
	// StateReady is due.
	StateReady = "ready"
	// StateLater waits for its next try.
	StateLater = "later"
	// StateRunning is with a worker.
	StateRunning = "running"
	// StateDead is a dead letter.
	StateDead = "dead"
)

// Depth is how many deliveries of a topic are in a state.
type Depth struct {
	// Topic is that of the handler, or where the backend does not know it the name of the
	// queue.
	Topic, Queue, State string
	Jobs                int64
	// Oldest is how long the oldest has been due; 0 where it is not known.
	Oldest time.Duration
}

// DeadLetter is a delivery that has had its last try.
type DeadLetter struct {
	ID, Topic, Queue string
	Tries            int
	// LastError is empty where the backend keeps none: it is in the logs.
	LastError string
}

// Open counts the deliveries that are still to succeed.
func Open(depths []Depth) (n int64) {
	for _, d := range depths {
		if d.State != StateDead {
			n += d.Jobs
		}
	}
	return n
}
