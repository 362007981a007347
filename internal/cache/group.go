package cache

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/redis"
)

const (
	topic = "cache"
	// sayEvery gathers what writes made old, so that many of them are one message.
	sayEvery   = 20 * time.Millisecond
	sayAgain   = time.Second
	sayTimeout = 5 * time.Second
	// mostUnsaid bounds the keys of a cache that wait to be said; past it everything
	// in it counts as old.
	mostUnsaid = 10_000
	everything = "*"
)

// Group is how the caches of this process know of those in the others.
//
// Over a bus each tells the others which keys it invalidated, a few milliseconds
// later, and they forget them. That is for those who have not seen a write; who
// has, demands its position, and is answered by nothing older wherever he asks.
// Whoever may have missed a message forgets everything.
//
// In Redis stands a second level that all share (see second).
type Group struct {
	// Redis is where the second level is; without it there is none.
	Redis *redis.Client
	// Prefix begins the keys there.
	Prefix string
	// Bus carries what is old; without it others find out when their entries' lives
	// end.
	Bus pubsub.Bus
	Log *slog.Logger

	mu      sync.Mutex
	members map[string]member
	// unsaid are keys by the name of their cache.
	unsaid map[string]map[string]struct{}
	wake   chan struct{}
}

// member is a cache of the group.
type member struct {
	outdate func(at consistency.Position, keys []string)
	clear   func()
}

// join is called as a cache is made.
func (g *Group) join(name string, m member) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.members == nil {
		g.members, g.unsaid, g.wake = map[string]member{}, map[string]map[string]struct{}{}, make(chan struct{}, 1)
		if g.Bus != nil {
			g.Bus.Subscribe(topic, pubsub.Subscriber{Heard: g.heard, Missed: func(pubsub.Moment) { g.missed() }})
		}
	}
	g.members[name] = m
}

// heard takes a message: the name of a cache, and keys.
func (g *Group) heard(at consistency.Position, message string) {
	words := strings.Fields(message)
	if len(words) == 0 {
		return
	}
	g.mu.Lock()
	m, ok := g.members[words[0]]
	g.mu.Unlock()
	switch {
	case !ok:
	case len(words) == 2 && words[1] == everything:
		m.clear()
	default:
		m.outdate(at, words[1:])
	}
}

func (g *Group) missed() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.members {
		m.clear()
	}
}

// say notes what others are to forget.
func (g *Group) say(name string, keys []string) {
	if g.Bus == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.note(name, keys)
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// note is called with the lock held.
func (g *Group) note(name string, keys []string) {
	unsaid := g.unsaid[name]
	if unsaid == nil {
		unsaid = map[string]struct{}{}
		g.unsaid[name] = unsaid
	}
	if _, all := unsaid[everything]; all {
		return
	}
	for _, k := range keys {
		unsaid[k] = struct{}{}
	}
	if len(unsaid) > mostUnsaid {
		g.unsaid[name] = map[string]struct{}{everything: {}}
	}
}

// Run tells other processes what writes here made old, until ctx ends. What cannot
// be said is said later.
func (g *Group) Run(ctx context.Context) {
	if g.Bus == nil || g.wake == nil {
		return
	}
	for pause := sayEvery; ; {
		select {
		case <-ctx.Done():
			return
		case <-g.wake:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = sayEvery
		if err := g.sayAll(ctx); err != nil {
			g.Log.WarnContext(ctx, "other processes cannot be told what is old; trying again", slog.Any("error", err))
			pause = sayAgain
		}
	}
}

// Close says what is left to say.
func (g *Group) Close() {
	if g.Bus != nil && g.wake != nil {
		_ = g.sayAll(context.Background())
	}
}

func (g *Group) sayAll(ctx context.Context) error {
	g.mu.Lock()
	unsaid := g.unsaid
	g.unsaid = map[string]map[string]struct{}{}
	g.mu.Unlock()
	var messages []string
	for name, keys := range unsaid {
		messages = append(messages, messagesOf(name, keys)...)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sayTimeout)
	defer cancel()
	err := g.Bus.Publish(ctx, topic, messages...)
	if err != nil {
		for name, keys := range unsaid {
			list := make([]string, 0, len(keys))
			for k := range keys {
				list = append(list, k)
			}
			g.say(name, list)
		}
	}
	return err
}

// messagesOf puts as many keys into each message as fit.
func messagesOf(name string, keys map[string]struct{}) (messages []string) {
	var b strings.Builder
	for k := range keys {
		if b.Len() > 0 && len(topic)+1+b.Len()+1+len(k) > pubsub.MaxMessage {
			messages = append(messages, b.String())
			b.Reset()
		}
		if b.Len() == 0 {
			b.WriteString(name)
		}
		b.WriteString(" " + k)
	}
	if b.Len() > 0 {
		messages = append(messages, b.String())
	}
	return messages
}
