package campaign

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/pubsub"
)

// topicWatched carries "<campaign id> <position>": a board has come so far, or is
// shown in another way.
const topicWatched = "campaign"

const (
	streamsPerAccount = 8
	streamsPerNetwork = 64
	streamsPerProcess = 20_000
	// readsAtOnce bounds the boards of the past that are read at the same time.
	readsAtOnce = 4
	lookTimeout = 5 * time.Second
)

// watchHub knows the streams of a process, by the campaigns that they watch.
type watchHub struct {
	service *Service
	source  boardSource
	ended   chan struct{}
	once    sync.Once
	reading chan struct{}

	mu        sync.Mutex
	audiences map[uuid.UUID]*audience
	// open counts streams by who has them.
	open map[streamOwner]int
	all  int

	looks, states, sent atomic.Int64
}

// boardSource is where the tops of boards come from. Each is at one position: live
// at one not before what the context's session demands, past at the one asked for,
// and NotFound where there is none such.
type boardSource struct {
	live func(ctx context.Context, campaign uuid.UUID, scope campaignv1.Scope) (boardTop, error)
	past func(ctx context.Context, campaign uuid.UUID, scope campaignv1.Scope, position int64) (boardTop, error)
}

// streamOwner is an account, or the network of somebody who is not signed in.
type streamOwner struct {
	account uuid.UUID
	network netip.Prefix
}

func newWatchHub(s *Service) *watchHub {
	h := &watchHub{
		service: s, source: boardSource{live: s.liveTop, past: s.pastTop}, ended: make(chan struct{}), reading: make(chan struct{}, readsAtOnce),
		audiences: map[uuid.UUID]*audience{}, open: map[streamOwner]int{},
	}
	if s.bus != nil {
		s.bus.Subscribe(topicWatched, pubsub.Subscriber{Heard: h.hear, Missed: h.missed})
	}
	return h
}

// admit counts a stream of the caller's, until it leaves.
func (h *watchHub) admit(c identity.Caller) (leave func(), err error) {
	owner, most, whose := streamOwner{account: c.UserID}, streamsPerAccount, "account"
	if !c.SignedIn() {
		owner, most, whose = streamOwner{network: networkOf(c.Address)}, streamsPerNetwork, "address"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped() {
		return nil, errStopping
	}
	if h.open[owner] >= most {
		return nil, fault.New(fault.Exhausted, "too_many_streams", "at most %d streams of one %s", most, whose)
	}
	if h.all >= streamsPerProcess {
		return nil, fault.New(fault.Exhausted, "too_many_streams", "this server has all the streams that it can have").After(time.Second)
	}
	h.open[owner]++
	h.all++
	return func() { h.dismiss(owner) }, nil
}

func (h *watchHub) dismiss(owner streamOwner) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all--
	if h.open[owner]--; h.open[owner] == 0 {
		delete(h.open, owner)
	}
}

// networkOf is what counts as one address. Who has an IPv6 address has 2^64 of them.
func networkOf(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := min(a.BitLen(), 64)
	p, _ := a.Prefix(bits)
	return p
}

var errStopping = fault.New(fault.Unavailable, "server_stopping", "this server is stopping; please resume").After(time.Second)

func (h *watchHub) stopped() bool {
	select {
	case <-h.ended:
		return true
	default:
		return false
	}
}

// join makes a stream one of those who watch a campaign. The first of them sets its
// looking going.
func (h *watchHub) join(campaign uuid.UUID, key viewKey, w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.audiences[campaign]
	if a == nil {
		a = newAudience(h, campaign)
		h.audiences[campaign] = a
		defer func() { go a.run() }()
	}
	a.take(key, w)
}

func (h *watchHub) part(w *watcher) {
	if w.audience.lose(w) {
		w.audience.hurry()
	}
}

// goesOn says whether somebody watches still, and forgets the campaign if nobody
// does.
func (h *watchHub) goesOn(a *audience) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.stopped() && a.watched() {
		return true
	}
	if h.audiences[a.campaign] == a {
		delete(h.audiences, a.campaign)
	}
	return false
}

// hear takes a message. It waits for nothing but short locks.
func (h *watchHub) hear(at consistency.Position, message string) {
	name, _, _ := strings.Cut(message, " ")
	campaign, err := uuid.Parse(name)
	if err != nil {
		h.service.log.Warn("a hint about a board cannot be read", slog.Any("error", err))
		return
	}
	h.mu.Lock()
	a := h.audiences[campaign]
	h.mu.Unlock()
	if a != nil {
		a.hear(at)
	}
}

// missed is told after each connection: hints about what was before m may be lost.
func (h *watchHub) missed(m pubsub.Moment) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.audiences {
		a.hear(m.Position)
	}
}

// WatchCounts is what this process does for those who watch boards.
type WatchCounts struct {
	// Streams are open now, Campaigns are watched by them.
	Streams, Campaigns int
	// Looks are times that a campaign was looked at, States those of a board that were
	// found, Sent messages in all streams.
	Looks, States, Sent int64
}

// Watching answers the counts, those that only grow since the process's start.
func (s *Service) Watching() WatchCounts {
	h := s.watching
	h.mu.Lock()
	defer h.mu.Unlock()
	return WatchCounts{Streams: h.all, Campaigns: len(h.audiences), Looks: h.looks.Load(), States: h.states.Load(), Sent: h.sent.Load()}
}

// EndStreams ends all live streams of this process, which their clients resume
// elsewhere, and refuses new ones.
func (s *Service) EndStreams() { s.watching.once.Do(func() { close(s.watching.ended) }) }
