package campaign

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

const (
	// beatAfter and beatSpread make a heartbeat of a stream that is silent, before it
	// would be late at 15 seconds, and not of all streams at once.
	beatAfter  = 12 * time.Second
	beatSpread = 2 * time.Second
	defaultTop = 10
)

// WatchLeaderboard implements throng.campaign.v1. What is watched is looked at once
// for all streams of the process (watch_audience.go), and what is sent is made once
// for all that are to get the same (watch_view.go). A stream keeps which state it
// was sent last and nothing else, so a slow reader costs no more than a fast one:
// he gets the newest state when he is ready.
func (s *Service) WatchLeaderboard(ctx context.Context, req *campaignv1.WatchLeaderboardRequest, stream *connect.ServerStream[campaignv1.WatchLeaderboardResponse]) error {
	caller := identity.From(ctx)
	campaign, err := id.Parse("campaign_id", req.GetCampaignId())
	if err != nil {
		return err
	}
	leave, err := s.watching.admit(caller)
	if err != nil {
		return err
	}
	defer leave()
	row, err := s.watched(ctx, campaign)
	if err != nil {
		return err
	}
	w := newWatcher(s.watching, caller, req, stream.Send)
	key := viewKey{scope: max(req.GetScope(), campaignv1.Scope_SCOPE_TEAMS), live: seesLive(caller, row.Campaign.OrganizerID)}
	if err := w.resumes(req.GetResumeToken(), campaign, key.scope); err != nil {
		return err
	}
	s.watching.join(campaign, key, w)
	defer s.watching.part(w)
	return w.run(ctx)
}

// watched reads a campaign. Clients do not ask again once they were told that there is
// none, so it is the primary that says so: a replica may not have a new one yet.
func (s *Service) watched(ctx context.Context, campaign uuid.UUID) (campaigndb.GetWatchedCampaignRow, error) {
	row, err := s.q.GetWatchedCampaign(ctx, s.db.Reader(ctx), campaign)
	if fault.Is(err, fault.NotFound) {
		row, err = s.q.GetWatchedCampaign(ctx, s.db.Primary(ctx), campaign)
	}
	return row, ofCampaign(err)
}

// seesLive says who is shown the boards as they are while the public sees them
// frozen.
func seesLive(c identity.Caller, organizer uuid.UUID) bool {
	return c.SignedIn() && c.UserID == organizer || c.Holds(accessv1.Role_ROLE_ADMIN)
}

// watcher is one stream. Its handler alone uses it.
type watcher struct {
	hub      *watchHub
	audience *audience
	view     *boardView
	user     uuid.UUID
	top      int
	resume   *resumption
	send     func(*campaignv1.WatchLeaderboardResponse) error

	// at is the version of the state that was sent last, replaced is closed when there
	// is a newer one.
	at       int64
	replaced <-chan struct{}

	// mine are the viewer's own on this board. nudge says that they may have changed,
	// and moved that they are to be read again.
	mine  []string
	nudge chan struct{}
	moved bool
}

func newWatcher(h *watchHub, c identity.Caller, req *campaignv1.WatchLeaderboardRequest, send func(*campaignv1.WatchLeaderboardResponse) error) *watcher {
	w := &watcher{hub: h, user: c.UserID, top: int(req.GetTop()), send: send}
	if w.top == 0 {
		w.top = defaultTop
	}
	switch {
	case !c.SignedIn():
	case req.GetScope() == campaignv1.Scope_SCOPE_MEMBERS:
		w.mine = []string{c.UserID.String()}
	default:
		w.nudge, w.moved = make(chan struct{}, 1), true
	}
	return w
}

// run begins with a state that has all that the client has seen, and sends those
// that follow until the stream ends, or the server.
func (w *watcher) run(ctx context.Context) error {
	now, err := w.first(ctx)
	if err != nil {
		return err
	}
	if err := w.begin(ctx, now); err != nil {
		return err
	}
	beat := time.NewTimer(untilBeat())
	defer beat.Stop()
	for {
		due := false
		select {
		case <-ctx.Done():
			return nil
		case <-w.hub.ended:
			return nil
		case <-w.nudge:
			w.moved = true
		case <-w.replaced:
		case <-beat.C:
			due = true
		}
		sent, err := w.turn(ctx, due)
		if err != nil {
			return err
		}
		if sent {
			beat.Reset(untilBeat())
		}
	}
}

// first answers a state that has all that the client has seen: what its session
// demands, and what its token names. Which place in the log that was is not known
// any more, but the present one is behind it.
func (w *watcher) first(ctx context.Context) (*shown, error) {
	demand := consistency.From(ctx).Demand()
	now, err := w.audience.await(ctx, w.view, demand)
	if err != nil || w.resume == nil || now.frozen || now.top.position >= w.resume.position {
		return now, err
	}
	present, err := w.hub.service.db.Place(ctx)
	if err != nil {
		return nil, err
	}
	return w.audience.await(ctx, w.view, demand.Max(present))
}

func untilBeat() time.Duration { return beatAfter + rand.N(beatSpread) }

// begin sends the first message, also where nothing has changed since the token.
func (w *watcher) begin(ctx context.Context, now *shown) error {
	w.regain(ctx)
	var m *campaignv1.WatchLeaderboardResponse
	if w.resume != nil {
		m = w.view.since(ctx, now, w.top, *w.resume)
	}
	if m == nil {
		m = w.view.message(now, w.top, noVersion).response
	}
	return w.show(now, m, nil)
}

// turn sends the newest state, if it differs from the last one or a heartbeat is due.
func (w *watcher) turn(ctx context.Context, due bool) (sent bool, err error) {
	now := w.view.now.Load()
	if now.failure != nil {
		return false, now.failure
	}
	changed := w.regain(ctx)
	m := w.view.message(now, w.top, w.at)
	own := w.regained(m.response, now, changed)
	if m.empty && !due && len(own) == 0 {
		w.at, w.replaced = now.version, now.replaced
		return false, nil
	}
	return true, w.show(now, m.response, own)
}

// show sends a message that all get, or this viewer's own form of it.
func (w *watcher) show(now *shown, m *campaignv1.WatchLeaderboardResponse, own []*campaignv1.Standing) error {
	w.at, w.replaced = now.version, now.replaced
	if len(own) > 0 || slices.ContainsFunc(m.GetStandings(), w.isMine) {
		m = w.marked(m, own)
	}
	w.hub.sent.Add(1)
	return w.send(m)
}
