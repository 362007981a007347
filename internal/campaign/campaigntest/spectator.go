package campaigntest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
)

// mostShown is how many parts of boards are kept to be compared.
const mostShown = 400

// pageSize is the greatest.
const pageSize = 100

var scopes = []campaignv1.Scope{campaignv1.Scope_SCOPE_TEAMS, campaignv1.Scope_SCOPE_MEMBERS}

// shown is the beginning of a board as somebody was shown it.
type shown struct {
	where     string
	scope     campaignv1.Scope
	position  int64
	countedAt time.Time
	size      int64
	standings []*campaignv1.Standing
}

var errBack = errors.New("a session went back")

// look reads boards from all servers by turns until ctx ends.
func (c *client) look(ctx context.Context) error {
	for i, last := 0, int64(0); ctx.Err() == nil; i++ {
		req := &campaignv1.GetLeaderboardRequest{CampaignId: c.crowd.Campaign.GetId(), Scope: scopes[c.random.IntN(len(scopes))], PageSize: pageSize}
		res, err := ask(ctx, c, nil, campaigns.GetLeaderboard, req)
		switch {
		case err != nil && ctx.Err() == nil:
			return fmt.Errorf("read a board: %w", err)
		case ctx.Err() != nil:
			continue
		case res.GetPosition() < last:
			return fmt.Errorf("%w: from position %d to %d", errBack, last, res.GetPosition())
		case res.GetPosition() > last:
			c.crowd.show(shown{"shown live", req.GetScope(), res.GetPosition(), res.GetCountedAt().AsTime(), res.GetSize(), res.GetStandings()})
		}
		last = res.GetPosition()
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

// show keeps what was shown; when there is too much of it, every other one.
func (c *Crowd) show(s shown) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.shown) >= mostShown {
		kept := c.shown[:0]
		for i := 0; i < len(c.shown); i += 2 {
			kept = append(kept, c.shown[i])
		}
		c.shown = kept
	}
	c.shown = append(c.shown, s)
}

// watcher watches the top of the teams at one server, and takes the stream up again
// wherever it breaks.
type watcher struct {
	crowd  *Crowd
	server string

	mu       sync.Mutex
	resume   string
	messages int
	streams  int
	broke    error
	gaveUp   bool
	position int64
	size     int64
	top      map[string]*campaignv1.Standing
}

func (c *Crowd) startWatchers(ctx context.Context, g *errgroup.Group) {
	c.watchers = nil
	for _, server := range c.Servers {
		w := &watcher{crowd: c, server: server, top: map[string]*campaignv1.Standing{}}
		c.watchers = append(c.watchers, w)
		g.Go(func() error { return w.run(ctx) })
	}
}

func (w *watcher) run(ctx context.Context) error {
	boards := campaignv1connect.NewCampaignServiceClient(w.crowd.http, w.server)
	for ctx.Err() == nil {
		stream, err := boards.WatchLeaderboard(ctx, &campaignv1.WatchLeaderboardRequest{CampaignId: w.crowd.Campaign.GetId(), Top: pageSize, ResumeToken: w.resume})
		if err == nil {
			w.opened()
			for stream.Receive() {
				w.take(stream.Msg())
			}
			err = stream.Err()
			_ = stream.Close()
		}
		if w.broken(err) {
			return fmt.Errorf("watch a board: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

func (w *watcher) opened() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.streams++
}

// broken says whether there is no use in another stream.
func (w *watcher) broken(by error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broke, w.gaveUp = by, by != nil && refused(by)
	return w.gaveUp
}

func (w *watcher) take(m *campaignv1.WatchLeaderboardResponse) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.messages++
	if m.GetSnapshot() {
		clear(w.top)
	}
	for _, id := range m.GetGoneIds() {
		delete(w.top, id)
	}
	for _, s := range m.GetStandings() {
		w.top[s.GetTeam().GetId()] = proto.CloneOf(s)
	}
	w.resume, w.position, w.size = m.GetResumeToken(), m.GetPosition(), m.GetSize()
	if m.GetPosition() > 0 {
		w.crowd.show(shown{"watched", campaignv1.Scope_SCOPE_TEAMS, w.position, m.GetCountedAt().AsTime(), w.size, w.standings()})
	}
}

// standings are those of the moment, by rank.
func (w *watcher) standings() []*campaignv1.Standing {
	return slices.SortedFunc(maps.Values(w.top), func(a, b *campaignv1.Standing) int { return int(a.GetRank() - b.GetRank()) })
}

// watchersArrive waits until all watchers have been sent the last position.
func (c *Crowd) watchersArrive() {
	c.t.Helper()
	last := c.last()
	for _, w := range c.watchers {
		for deadline := time.Now().Add(time.Minute); ; <-time.After(20 * time.Millisecond) {
			arrived, over, told := w.arrived(last)
			if arrived {
				c.t.Log(told)
				break
			}
			if over || time.Now().After(deadline) {
				c.t.Fatalf("%s, and not position %d", told, last)
			}
		}
	}
}

// arrived says whether the watcher was sent a position, or will never be, and tells
// of the way.
func (w *watcher) arrived(at int64) (arrived, over bool, told string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	told = fmt.Sprintf("a watcher of %s was sent position %d after %d messages on %d streams; the last one that ended did with %v", w.server, w.position, w.messages, w.streams, w.broke)
	return w.position >= at, w.gaveUp, told
}

// last is the position that was counted last.
func (c *Crowd) last() (position int64) {
	c.t.Helper()
	c.must(c.DB.Primary(c.t.Context()).QueryRow(c.t.Context(), `SELECT position FROM campaign_boards WHERE campaign_id = $1::text::uuid`, c.Campaign.GetId()).Scan(&position))
	return position
}

// pages reads a board to its end: the one of now, or of a moment.
func (c *client) pages(ctx context.Context, where string, scope campaignv1.Scope, asOf *timestamppb.Timestamp) (s shown, err error) {
	s = shown{where: where, scope: scope}
	req := &campaignv1.GetLeaderboardRequest{CampaignId: c.crowd.Campaign.GetId(), Scope: scope, AsOf: asOf, PageSize: pageSize}
	for {
		res, err := ask(ctx, c, nil, campaigns.GetLeaderboard, req)
		if err != nil {
			return s, err
		}
		if s.standings != nil && (res.GetPosition() != s.position || res.GetSize() != s.size) {
			return s, fmt.Errorf("%s: a page is of position %d, that before of %d", where, res.GetPosition(), s.position)
		}
		s.position, s.countedAt, s.size = res.GetPosition(), res.GetCountedAt().AsTime(), res.GetSize()
		if s.standings = append(s.standings, res.GetStandings()...); res.GetNextPageToken() == "" {
			return s, nil
		}
		req.PageToken = res.GetNextPageToken()
	}
}
