package pubsub

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/throng-social/throng/internal/consistency"
)

const (
	// ProofEvery is how often a connection is asked whether it is alive. One whose
	// other end vanished without a word is found out after both times.
	ProofEvery = 5 * time.Second
	// ProofTimeout is how long it has to answer.
	ProofTimeout = 5 * time.Second
	leastPause   = 50 * time.Millisecond
	longestPause = 5 * time.Second
)

// Listener is what adapters share: who listens in this process, and what is known
// of its connection.
type Listener struct {
	log *slog.Logger

	mu          sync.Mutex
	subscribers map[string][]Subscriber
	connected   bool
	last        Moment
}

// NewListener makes one without subscribers or connection.
func NewListener(log *slog.Logger) *Listener {
	return &Listener{log: log, subscribers: map[string][]Subscriber{}}
}

// Subscribe implements Bus.
func (l *Listener) Subscribe(topic string, s Subscriber) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subscribers[topic] = append(l.subscribers[topic], s)
}

// Heard implements Bus.
func (l *Listener) Heard() (last Moment, connected bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, l.connected
}

// Keep listens until ctx ends. listen hears messages over one connection until it
// fails, and says whether it ever heard.
func (l *Listener) Keep(ctx context.Context, listen func(context.Context) (heard bool, err error)) {
	for pause := leastPause; ctx.Err() == nil; pause = min(2*pause, longestPause) {
		heard, err := listen(ctx)
		l.lose()
		if ctx.Err() != nil {
			return
		}
		if heard {
			pause = leastPause
		}
		l.log.WarnContext(ctx, "live messages are not heard; connecting anew", slog.Any("error", err))
		rest := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-ctx.Done():
			rest.Stop()
		case <-rest.C:
		}
	}
}

// Begin is for a new connection that hears what is said from now on. First
// subscribers are told, so that whoever finds the bus connected can count on their
// having been told.
func (l *Listener) Begin(now Moment) {
	l.mu.Lock()
	all := make([]Subscriber, 0, len(l.subscribers))
	for _, list := range l.subscribers {
		all = append(all, list...)
	}
	l.mu.Unlock()
	for _, s := range all {
		s.Missed(now)
	}
	l.Prove(now)
}

// Prove notes that everything said before the moment has been heard.
func (l *Listener) Prove(now Moment) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last, l.connected = now, true
}

func (l *Listener) lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.connected = false
}

// Hear hands a line on.
func (l *Listener) Hear(at consistency.Position, line string) {
	topic, message := split(line)
	l.mu.Lock()
	list := slices.Clip(l.subscribers[topic])
	l.mu.Unlock()
	for _, s := range list {
		s.Heard(at, message)
	}
}
