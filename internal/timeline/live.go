package timeline

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/pubsub"
)

const (
	topicLive = "timeline"
	// namedReaders is how many readers one message names, and namingMessages how
	// many such messages are sent before everybody is meant instead.
	namedReaders   = 300
	namingMessages = 10
)

// live is what a process knows of posts and follows that are new: it announces
// what a worker begins to deliver, hears what all workers announce, and wakes the
// streams that it concerns. Without a bus, or while the bus is not connected,
// nothing is heard; then streams look for themselves once a second (hub_wheel.go),
// heads live as long as they may (fresher says false), and no author is in flight:
// slower, never wrong.
type live struct {
	bus    pubsub.Bus
	log    *slog.Logger
	recent recent
	hub    *hub
	// place reaches every position that was heard of: who reads past it sees
	// everything that was announced.
	place atomic.Pointer[consistency.Position]
	heard atomic.Int64
}

func newLive(s *Service) *live {
	l := &live{bus: s.Bus, log: s.Log}
	l.hub = newHub(s, l)
	if l.bus != nil {
		l.bus.Subscribe(topicLive, pubsub.Subscriber{Heard: l.hear, Missed: l.missed})
	}
	return l
}

// announcement is a live message: a post that is being delivered, or readers
// whose follows changed.
type announcement struct {
	Post   uuid.UUID `json:"post,omitzero"`
	Author uuid.UUID `json:"author,omitzero"`
	Large  bool      `json:"large,omitempty"`
	// Readers are ids, one after the other.
	Readers   []byte `json:"readers,omitempty"`
	Everybody bool   `json:"everybody,omitempty"`
}

// announcePost says that the delivery of a post begins; large, that it takes so
// long that reads ought to pull the author meanwhile. It may be said again.
func (l *live) announcePost(ctx context.Context, post, author uuid.UUID, large bool) error {
	return l.say(ctx, announcement{Post: post, Author: author, Large: large})
}

// announceFollows says that the follows of readers changed, and that their edges
// have followed.
func (l *live) announceFollows(ctx context.Context, readers []uuid.UUID) error {
	if len(readers) > namedReaders*namingMessages {
		return l.say(ctx, announcement{Everybody: true})
	}
	var messages []announcement
	for part := range slices.Chunk(readers, namedReaders) {
		messages = append(messages, announcement{Readers: joined(part)})
	}
	return l.say(ctx, messages...)
}

func (l *live) say(ctx context.Context, messages ...announcement) error {
	if l.bus == nil {
		return nil
	}
	texts := make([]string, len(messages))
	for i, m := range messages {
		text, err := json.Marshal(m)
		if err != nil {
			return err
		}
		texts[i] = string(text)
	}
	err := l.bus.Publish(ctx, topicLive, texts...)
	if fault.Is(err, fault.Unavailable) {
		// Who listens to a bus that is away learns that he missed something when it is
		// back; trying the whole delivery again until then would bring nobody anything.
		l.log.WarnContext(ctx, "the bus is away; nothing is announced", slog.Any("error", err))
		return nil
	}
	return err
}

// hear takes a message. It waits for nothing but short locks.
func (l *live) hear(at consistency.Position, message string) {
	var a announcement
	if err := json.Unmarshal([]byte(message), &a); err != nil {
		l.log.Warn("an announcement cannot be read", slog.Any("error", err))
		return
	}
	l.heard.Add(1)
	l.reach(at)
	switch {
	case a.Post != uuid.Nil:
		l.recent.add(a, time.Now())
		l.hub.announced(a.Post, a.Author, at)
	case a.Everybody:
		l.hub.everybody()
	default:
		l.hub.refollowed(split(a.Readers))
	}
}

// missed is told after each connection: announcements up to m may be lost.
func (l *live) missed(m pubsub.Moment) {
	l.reach(m.Position)
	l.recent.lost(time.Now())
	l.hub.missed()
}

func (l *live) reach(p consistency.Position) {
	for {
		old := l.place.Load()
		if old != nil {
			p = p.Max(*old)
		}
		if old != nil && p == *old || l.place.CompareAndSwap(old, &p) {
			return
		}
	}
}

// position is where a read must have come to that is to see everything announced
// so far.
func (l *live) position() consistency.Position {
	if p := l.place.Load(); p != nil {
		return *p
	}
	return consistency.Position{}
}

// fresher says whether a post of a followed author was heard of after a moment
// of this process, taken with time.Now. It says so as well where it cannot know:
// when more was heard than is kept, or messages may have been lost.
func (l *live) fresher(following []follow, than time.Time) bool {
	return l.recent.anyOf(following, than)
}

// inFlight are the followed authors of whom a large delivery began in the last
// ten seconds, ascending; usually none.
func (l *live) inFlight(following []follow) []uuid.UUID {
	return l.recent.flying(following, time.Now())
}

func joined(ids []uuid.UUID) []byte {
	raw := make([]byte, 0, len(ids)*len(uuid.Nil))
	for _, u := range ids {
		raw = append(raw, u[:]...)
	}
	return raw
}

func split(raw []byte) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(raw)/len(uuid.Nil))
	for part := range slices.Chunk(raw, len(uuid.Nil)) {
		if len(part) == len(uuid.Nil) {
			ids = append(ids, uuid.UUID(part))
		}
	}
	return ids
}

// LiveCounts is what this process does for live streams.
type LiveCounts struct {
	// Streams are open now.
	Streams int
	// Heard are announcements, Hydrations posts that were read once for all
	// streams, Looks reads of one stream for itself, Sent items in all streams.
	Heard, Hydrations, Looks, Sent int64
	// Connected says that announcements are heard.
	Connected bool
}

// Live answers the counts since the process's start.
func (s *Service) Live() LiveCounts {
	h := s.live.hub
	c := LiveCounts{Streams: h.open(), Heard: s.live.heard.Load(), Hydrations: h.hydrations.Load(), Looks: h.looks.Load(), Sent: h.sent.Load()}
	c.Connected = h.connected()
	return c
}

// EndStreams ends all live streams of this process, which their clients resume
// elsewhere, and refuses new ones.
func (s *Service) EndStreams() { s.live.hub.end() }
