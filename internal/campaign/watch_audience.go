package campaign

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/consistency"
)

const (
	// lookEvery is how often a campaign is looked at though nothing was heard of it, or up
	// to a quarter more often, so that those of many campaigns are not at the same time.
	lookEvery = time.Second
	// askEvery is how often the primary is asked how far it has come.
	askEvery = lookEvery / 2
	// leastPause and mostPause bound how soon after a look the next one follows: at
	// most ten a second, and fewer the more streams each of them wakes.
	leastPause = 100 * time.Millisecond
	mostPause  = 500 * time.Millisecond
	perStream  = 40 * time.Microsecond
	// looksToFail is after how many failures in a row streams end, that their clients
	// may find a server that sees more.
	looksToFail = 10
)

// audience are the streams of one campaign, and what looks at its boards for all of
// them: when a hint was heard, when a stream demands it, and each second anyway. What
// such a look sees is no older than half a second, though the replicas that it could
// read are behind; so hints that are lost cost two seconds at most.
type audience struct {
	hub      *watchHub
	campaign uuid.UUID
	wake     chan struct{}

	mu    sync.Mutex
	views map[viewKey]*boardView
	size  int
	// viewers are those who are told when their teams may have changed.
	viewers map[uuid.UUID][]*watcher
	// heard is where reads must have come to that are to see all that was heard of;
	// asked is what streams demand of the next look alone, as clients say what they
	// have seen and may have made it up. reached is where the last look had come to.
	heard, asked, reached consistency.Position
	// begun and finished number looks; looked is closed when one finishes, with err.
	begun, finished int64
	looked          chan struct{}
	err             error
	failures        int
	// counted is the position up to which moves were told of; change is when the clock
	// next changes what is shown; present is where the primary was when it was told last.
	// The look under way alone uses them.
	counted int64
	change  time.Time
	present consistency.Position
	told    time.Time
}

func newAudience(h *watchHub, campaign uuid.UUID) *audience {
	return &audience{
		hub: h, campaign: campaign, wake: make(chan struct{}, 1), views: map[viewKey]*boardView{}, viewers: map[uuid.UUID][]*watcher{},
		looked: make(chan struct{}), counted: noVersion,
	}
}

func (a *audience) take(key viewKey, w *watcher) {
	a.mu.Lock()
	defer a.mu.Unlock()
	v := a.views[key]
	if v == nil {
		v = newBoardView(a, key)
		a.views[key] = v
	}
	v.watchers++
	a.size++
	if w.nudge != nil {
		a.viewers[w.user] = append(a.viewers[w.user], w)
	}
	w.audience, w.view = a, v
}

// lose says whether nobody is left.
func (a *audience) lose(w *watcher) (empty bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if w.view.watchers--; w.view.watchers == 0 {
		delete(a.views, w.view.viewKey)
	}
	a.size--
	if w.nudge != nil {
		rest := slices.DeleteFunc(a.viewers[w.user], func(o *watcher) bool { return o == w })
		if a.viewers[w.user] = rest; len(rest) == 0 {
			delete(a.viewers, w.user)
		}
	}
	return a.size == 0
}

func (a *audience) watched() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.size > 0
}

// hear makes the audience look, at or past a place.
func (a *audience) hear(at consistency.Position) {
	a.mu.Lock()
	a.heard = a.heard.Max(at)
	a.mu.Unlock()
	a.hurry()
}

func (a *audience) hurry() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// await answers the view's state once it has all that was there at a place. Where
// the last look may have been too early, one is waited for that begins from now on.
func (a *audience) await(ctx context.Context, v *boardView, demand consistency.Position) (*shown, error) {
	a.mu.Lock()
	if now := v.now.Load(); now.ready() && a.reached.Reaches(demand) {
		a.mu.Unlock()
		return now, nil
	}
	a.asked = a.asked.Max(demand)
	wanted := a.begun + 1
	a.mu.Unlock()
	a.hurry()
	for {
		a.mu.Lock()
		finished, looked, err := a.finished, a.looked, a.err
		a.mu.Unlock()
		if now := v.now.Load(); finished >= wanted && (err != nil || now.ready()) {
			return now, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-a.hub.ended:
			return nil, errStopping
		case <-looked:
		}
	}
}

// run looks until nobody watches any more.
func (a *audience) run() {
	for a.hub.goesOn(a) {
		if err := a.look(); err != nil {
			a.hub.service.log.Warn("cannot look at a board that is watched", slog.String("campaign", a.campaign.String()), slog.Any("error", err))
		}
		a.rest()
	}
}

func (a *audience) rest() {
	a.mu.Lock()
	pause := min(leastPause+time.Duration(a.size)*perStream, mostPause)
	a.mu.Unlock()
	if !a.sleep(pause, nil) {
		return
	}
	idle := lookEvery - rand.N(lookEvery/4) - pause
	if !a.change.IsZero() {
		idle = max(min(idle, a.change.Sub(a.hub.service.now())), 0)
	}
	a.sleep(idle, a.wake)
}

// sleep says whether the server goes on.
func (a *audience) sleep(d time.Duration, wake <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-a.hub.ended:
		return false
	case <-wake:
	case <-t.C:
	}
	return true
}

// look brings all views to the present.
func (a *audience) look() error {
	a.hub.looks.Add(1)
	demand, views := a.begin()
	ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
	defer cancel()
	a.ask(ctx)
	ctx, session := consistency.Begin(ctx, demand.Max(a.present))
	err := a.renew(ctx, views)
	a.finish(session.Floor(), err, views)
	return err
}

// begin answers what streams and hints demand of a look, and what it is to renew.
func (a *audience) begin() (demand consistency.Position, views []*boardView) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begun++
	demand = a.heard.Max(a.asked)
	a.asked = consistency.Position{}
	views = make([]*boardView, 0, len(a.views))
	for _, v := range a.views {
		views = append(views, v)
	}
	return demand, views
}

// ask asks where the primary is, now and then: a position that no hint told of may be
// missing at a replica for as long as that is behind. While the primary is away nothing
// is counted either, and what replicas have goes on being shown.
func (a *audience) ask(ctx context.Context) {
	now := time.Now()
	if now.Sub(a.told) < askEvery {
		return
	}
	if present, err := a.hub.service.db.Place(ctx); err == nil {
		a.present, a.told = present, now
	}
}

func (a *audience) finish(reached consistency.Position, err error, views []*boardView) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.finished, a.err = a.begun, err
	if a.failures++; err == nil {
		a.failures, a.reached = 0, reached
	}
	if a.failures == looksToFail {
		for _, v := range views {
			v.fail(err)
		}
	}
	close(a.looked)
	a.looked = make(chan struct{})
}
