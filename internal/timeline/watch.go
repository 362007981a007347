package timeline

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

const (
	watchEvery     = time.Second
	heartbeatEvery = 15 * time.Second
	// overlap is how long after its id's time a post may still turn up: the clock
	// bound, a transaction's limit and a fan-out's together.
	overlap = time.Minute
	// watchedPosts bounds what one look finds and a token lists.
	watchedPosts      = 300
	streamsPerAccount = 8
)

// WatchHomeTimeline implements throng.timeline.v1. It looks at the head of the
// timeline once a second and sends what it has not sent before. Posts may turn up
// out of order, so every look re-reads the last minute, and the token lists what
// of that minute was delivered.
func (s *Service) WatchHomeTimeline(ctx context.Context, req *timelinev1.WatchHomeTimelineRequest, stream *connect.ServerStream[timelinev1.WatchHomeTimelineResponse]) error {
	caller, err := identity.Account(ctx)
	if err != nil {
		return err
	}
	if !s.streams.enter(caller.UserID) {
		return fault.New(fault.Exhausted, "too_many_streams", "at most %d streams of one account", streamsPerAccount)
	}
	defer s.streams.leave(caller.UserID)
	w, err := s.newWatch(ctx, caller.UserID, req.GetResumeToken())
	if err != nil {
		return err
	}
	return w.run(ctx, stream)
}

// watch is one stream.
type watch struct {
	service *Service
	viewer  uuid.UUID
	// since is the oldest place that is looked at; delivered are the posts from
	// there on that were sent, or were there before the stream began.
	since     uuid.UUID
	delivered map[uuid.UUID]bool
}

func (s *Service) newWatch(ctx context.Context, viewer uuid.UUID, token string) (*watch, error) {
	w := &watch{service: s, viewer: viewer, delivered: map[uuid.UUID]bool{}}
	if token != "" {
		return w, w.resume(token)
	}
	w.since = idAt(time.Now().Add(-overlap))
	entries, err := w.look(ctx)
	for _, e := range entries {
		w.delivered[e.post] = true
	}
	return w, err
}

func (w *watch) run(ctx context.Context, stream *connect.ServerStream[timelinev1.WatchHomeTimelineResponse]) error {
	if err := stream.Send(&timelinev1.WatchHomeTimelineResponse{ResumeToken: w.token()}); err != nil {
		return err
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	sent := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		items, err := w.news(ctx)
		if err != nil {
			return err
		}
		if len(items) == 0 && time.Since(sent) < heartbeatEvery {
			continue
		}
		if err := stream.Send(&timelinev1.WatchHomeTimelineResponse{Items: items, ResumeToken: w.token()}); err != nil {
			return err
		}
		sent = time.Now()
	}
}

// news is what came in since the last look. Each look has a session of its own,
// as it must see what was written after the stream began.
func (w *watch) news(ctx context.Context) ([]*timelinev1.TimelineItem, error) {
	ctx, _ = consistency.Begin(ctx, 0)
	entries, err := w.look(ctx)
	if err != nil {
		return nil, err
	}
	fresh := slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return w.delivered[e.post] })
	items, err := w.service.hydrate(ctx, w.viewer, fresh)
	if err != nil {
		return nil, err
	}
	w.advance(entries)
	return items, nil
}

// look reads the head of the timeline down to since.
func (w *watch) look(ctx context.Context) ([]entry, error) {
	r := request{viewer: w.viewer, strategy: timelinev1.Strategy_STRATEGY_PUSH}
	sk, err := w.service.skeleton(ctx, r, id.Max, watchedPosts)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(sk.entries, func(e entry) bool { return compare(e.post, w.since) < 0 }), nil
}

// advance marks what was looked at as delivered and forgets what is older than
// the overlap.
func (w *watch) advance(entries []entry) {
	for _, e := range entries {
		w.delivered[e.post] = true
	}
	if since := idAt(time.Now().Add(-overlap)); compare(since, w.since) > 0 {
		w.since = since
	}
	if posts := slices.SortedFunc(maps.Keys(w.delivered), compare); len(posts) > watchedPosts {
		w.since = posts[len(posts)-watchedPosts]
	}
	for post := range w.delivered {
		if compare(post, w.since) < 0 {
			delete(w.delivered, post)
		}
	}
}

// idAt is the least id of a time.
func idAt(t time.Time) uuid.UUID {
	var u uuid.UUID
	ms := t.UnixMilli()
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i)) //nolint:gosec // one byte of six
	}
	return u
}

// streams counts the open streams of each account.
type streams struct {
	mu   sync.Mutex
	open map[uuid.UUID]int
}

func newStreams() *streams { return &streams{open: map[uuid.UUID]int{}} }

func (s *streams) enter(account uuid.UUID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[account] >= streamsPerAccount {
		return false
	}
	s.open[account]++
	return true
}

func (s *streams) leave(account uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[account]--; s.open[account] <= 0 {
		delete(s.open, account)
	}
}
