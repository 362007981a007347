package timeline

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/pubsub"
)

const (
	streamsPerAccount = 8
	// looksAtOnce bounds the streams of a process that read for themselves at the
	// same time, so that thousands that must look leave the pools to others.
	looksAtOnce = 8
	lookTimeout = 5 * time.Second
)

// hub knows the streams of a process: who watches, and whose posts each waits
// for. A stream costs nothing while nothing happens: heartbeats and looks come
// from one wheel for all (hub_wheel.go), posts from one reader for all
// (hub_deliver.go).
type hub struct {
	service *Service
	live    *live
	ended   chan struct{}
	once    sync.Once
	looking chan struct{}

	mu sync.RWMutex
	// viewers has the streams of each account, authors those whose viewers follow
	// an author or are him.
	viewers map[uuid.UUID][]*watch
	authors map[uuid.UUID]*audience
	wheel   wheel

	queue queueOfPosts
	// gaps counts how often announcements may have been lost. A stream that looked
	// after the last time has missed nothing.
	gaps atomic.Int64
	// asked is a moment of the database for processes that never listen.
	asked atomic.Pointer[pubsub.Moment]

	hydrations, looks, sent atomic.Int64
}

// audience are the streams that wait for an author's posts. Streams point to it,
// which takes a third of what a list of ids would.
type audience struct {
	author  uuid.UUID
	watches []*watch
}

func newHub(s *Service, l *live) *hub {
	return &hub{
		service: s, live: l, ended: make(chan struct{}), looking: make(chan struct{}, looksAtOnce),
		viewers: map[uuid.UUID][]*watch{}, authors: map[uuid.UUID]*audience{},
	}
}

// enter takes a stream in. From now on it is told of everything that concerns
// all streams or its viewer's follows.
func (h *hub) enter(w *watch) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.ended:
		return fault.New(fault.Unavailable, "server_stopping", "this server is stopping; please resume").After(time.Second)
	default:
	}
	if len(h.viewers[w.viewer]) >= streamsPerAccount {
		return fault.New(fault.Exhausted, "too_many_streams", "at most %d streams of one account", streamsPerAccount)
	}
	h.viewers[w.viewer] = append(h.viewers[w.viewer], w)
	if h.wheel.add(w) {
		go h.turn()
	}
	return nil
}

func (h *hub) leave(w *watch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unfollow(w)
	h.wheel.remove(w)
	if rest := without(h.viewers[w.viewer], w); len(rest) > 0 {
		h.viewers[w.viewer] = rest
	} else {
		delete(h.viewers, w.viewer)
	}
}

// follow makes the stream wait for the posts of those whom its viewer follows,
// and for his own.
func (h *hub) follow(w *watch, following []follow) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unfollow(w)
	w.authors = make([]*audience, 0, len(following)+1)
	for _, f := range following {
		h.await(w, f.author)
	}
	h.await(w, w.viewer)
}

// await is called with the lock held.
func (h *hub) await(w *watch, author uuid.UUID) {
	a := h.authors[author]
	if a == nil {
		a = &audience{author: author}
		h.authors[author] = a
	}
	a.watches = append(a.watches, w)
	w.authors = append(w.authors, a)
}

// unfollow is called with the lock held.
func (h *hub) unfollow(w *watch) {
	for _, a := range w.authors {
		if a.watches = without(a.watches, w); len(a.watches) == 0 {
			delete(h.authors, a.author)
		}
	}
	w.authors = nil
}

// without takes a stream out of a list whose order means nothing.
func without(list []*watch, w *watch) []*watch {
	i, last := slices.Index(list, w), len(list)-1
	if i < 0 {
		return list
	}
	list[i], list[last] = list[last], nil
	return list[:last]
}

// waiting are the streams that wait for an author's posts.
func (h *hub) waiting(author uuid.UUID) []*watch {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if a := h.authors[author]; a != nil {
		return slices.Clone(a.watches)
	}
	return nil
}

func (h *hub) open() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.wheel.streams
}

// refollowed makes the streams of readers whose follows changed look.
func (h *hub) refollowed(readers []uuid.UUID) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, reader := range readers {
		for _, w := range h.viewers[reader] {
			w.ask(askFollows | askLook)
		}
	}
}

// everybody makes all streams look, one after the other.
func (h *hub) everybody() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.wheel.streams > 0 {
		h.wheel.spread = spreadTicks
	}
}

// missed makes all streams look because posts may have passed by them.
func (h *hub) missed() {
	h.gaps.Add(1)
	h.everybody()
}

func (h *hub) end() { h.once.Do(func() { close(h.ended) }) }

func (h *hub) connected() bool {
	if h.live.bus == nil {
		return false
	}
	_, ok := h.live.bus.Heard()
	return ok
}

// clock is the database's time, by which ids are made, whatever the clock of this
// process shows. Only a process that never reached the database's clock goes by
// its own.
func (h *hub) clock(ctx context.Context) time.Time {
	if h.live.bus == nil {
		return h.service.Now()
	}
	if m, _ := h.live.bus.Heard(); m.Known() {
		return m.Now()
	}
	if m := h.asked.Load(); m != nil {
		return m.Now()
	}
	m, err := h.live.bus.Ask(ctx)
	if err != nil {
		return h.service.Now()
	}
	h.asked.Store(&m)
	return m.Now()
}

// alive is a time of the database up to which nothing that was announced has
// passed a stream by that looked after the last gap.
func (h *hub) alive() (time.Time, bool) {
	if h.live.bus == nil {
		return time.Time{}, false
	}
	m, connected := h.live.bus.Heard()
	return m.Clock, connected
}

// bounded runs a read of one stream when it is its turn, in time.
func (h *hub) bounded(ctx context.Context, read func(context.Context) error) error {
	select {
	case h.looking <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.looking }()
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	return read(ctx)
}
