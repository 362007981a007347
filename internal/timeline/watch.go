package timeline

import (
	"context"
	"slices"
	"sync"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

// WatchHomeTimeline implements throng.timeline.v1. The stream sleeps until the hub
// has a post for it, asks for a heartbeat, or tells it to look: to read the logs
// of everybody followed and send what it has not sent. It looks at its beginning,
// when it resumes, when its viewer's follows changed, when announcements may have
// been lost, and when it could not take all that the hub gave it.
func (s *Service) WatchHomeTimeline(ctx context.Context, req *timelinev1.WatchHomeTimelineRequest, stream *connect.ServerStream[timelinev1.WatchHomeTimelineResponse]) error {
	caller, err := identity.Account(ctx)
	if err != nil {
		return err
	}
	w := &watch{
		hub: s.live.hub, demand: consistency.From(ctx).Demand(), stream: stream, wake: make(chan struct{}, 1),
		progress: progress{viewer: caller.UserID},
	}
	if err := w.resume(req.GetResumeToken()); err != nil {
		return err
	}
	if err := w.hub.enter(w); err != nil {
		return err
	}
	defer w.hub.leave(w)
	if err := w.begin(ctx); err != nil {
		return err
	}
	return w.run(ctx)
}

// watch is one stream. Its handler alone uses it, but for what mu guards and what
// the hub keeps in it.
type watch struct {
	progress

	hub    *hub
	demand consistency.Position
	stream *connect.ServerStream[timelinev1.WatchHomeTimelineResponse]
	// looked is the database's time of the last look, gaps the hub's count before.
	looked time.Time
	gaps   int64
	failed int

	// The hub's, under its lock.
	authors []*audience
	slot    int

	wake  chan struct{}
	mu    sync.Mutex
	asked asks
	inbox []*news
}

// asks are what the hub may want of a stream.
type asks uint8

const (
	askBeat asks = 1 << iota
	askLook
	askFollows
)

// inboxSize bounds the posts that wait for a stream whose client is slow. One
// that is slower looks again when it is ready, at what it has not had by then.
const inboxSize = 32

// ask wakes the stream. It never waits.
func (w *watch) ask(what asks) {
	w.mu.Lock()
	w.asked |= what
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// put gives the stream a post. It never waits.
func (w *watch) put(n *news) {
	what := asks(0)
	w.mu.Lock()
	if len(w.inbox) < inboxSize {
		w.inbox = append(w.inbox, n)
	} else {
		w.inbox, what = nil, askLook
	}
	w.mu.Unlock()
	w.ask(what)
}

func (w *watch) take() (asks, []*news) {
	w.mu.Lock()
	defer w.mu.Unlock()
	what, inbox := w.asked, w.inbox
	w.asked, w.inbox = 0, nil
	return what, inbox
}

// begin sends what came since the token, or else remembers what is there already.
func (w *watch) begin(ctx context.Context) error {
	resumed := w.since != uuid.Nil
	if !resumed {
		w.since = idAt(w.hub.clock(ctx).Add(-overlap))
	}
	found, err := w.look(ctx, true)
	if err != nil {
		return err
	}
	if resumed && len(found) > 0 {
		return w.sendFound(ctx, found)
	}
	for _, e := range found {
		w.add(e.post)
	}
	return w.send(nil)
}

func (w *watch) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-w.hub.ended:
			return nil
		case <-w.wake:
		}
		what, inbox := w.take()
		err := w.turn(ctx, what, inbox)
		if err == nil {
			w.failed = 0
			continue
		}
		if err := w.lookLater(ctx, what, inbox, err); err != nil {
			return err
		}
	}
}

// turn does what the hub asked for. Posts that wait are sent last: what was found
// by looking is known to be delivered then.
func (w *watch) turn(ctx context.Context, what asks, inbox []*news) error {
	if what&(askLook|askFollows) != 0 {
		found, err := w.look(ctx, what&askFollows != 0)
		if err == nil {
			err = w.sendFound(ctx, found)
		}
		if err != nil {
			return err
		}
	}
	items, err := w.fresh(ctx, inbox)
	if err != nil || (len(items) == 0 && what&askBeat == 0) {
		return err
	}
	return w.send(items)
}

// fresh makes items of the posts that are new to this stream, newest first.
func (w *watch) fresh(ctx context.Context, inbox []*news) ([]*timelinev1.TimelineItem, error) {
	if len(inbox) == 0 {
		return nil, nil
	}
	fresh := slices.Clone(inbox)
	slices.SortFunc(fresh, func(a, b *news) int { return compare(b.post, a.post) })
	fresh = slices.CompactFunc(fresh, func(a, b *news) bool { return a.post == b.post })
	fresh = slices.DeleteFunc(fresh, func(n *news) bool { return !w.takes(n.post) })
	items := make([]*timelinev1.TimelineItem, 0, len(fresh))
	for _, n := range fresh {
		switch {
		case n.personal():
			mine, err := w.hydrate(ctx, []entry{n.entry})
			if err != nil {
				return nil, err
			}
			items = append(items, mine...)
		case n.author == w.viewer:
			items = append(items, n.own())
		default:
			items = append(items, n.item)
		}
	}
	for _, n := range fresh {
		w.add(n.post)
	}
	return items, nil
}

// takes says whether a post that was announced is new to the stream. One from
// before the time that it remembers was announced late; if the stream has looked
// since it was made, it was found then.
func (w *watch) takes(post uuid.UUID) bool {
	if compare(post, w.since) < 0 {
		return id.Time(post).After(w.looked)
	}
	return !w.has(post)
}

// send sends a message, and what to resume with after it.
func (w *watch) send(items []*timelinev1.TimelineItem) error {
	w.advance()
	w.hub.sent.Add(int64(len(items)))
	return w.stream.Send(&timelinev1.WatchHomeTimelineResponse{Items: items, ResumeToken: w.token()})
}

// advance forgets what is too old to turn up once more: older than the overlap,
// before a time at which the stream had sent everything there was.
func (w *watch) advance() {
	complete := w.looked
	if alive, ok := w.hub.alive(); ok && w.gaps == w.hub.gaps.Load() && alive.After(complete) {
		complete = alive
	}
	w.forget(idAt(complete.Add(-overlap)))
}
