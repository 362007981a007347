package bench

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/lab/load"
)

// live is a campaign that people check in to, as many a second whether answers come or
// not, while others watch its teams: by streams, and by one who asks for the board over
// and over. Server and worker are one process.
//
// A check-in is visible to somebody from the first state that he is shown of a position
// at which it is counted. There are no more teams than are watched, so each check-in
// changes what all are shown, and there is such a state for each position.
type live struct {
	*contest

	campaign uuid.UUID
	side     *side
	made     ledger
}

// ledger has what was acknowledged, and when.
type ledger struct {
	mu      sync.Mutex
	at      map[uuid.UUID]time.Time
	refused int
}

// sighting is a state of the board as somebody was shown it.
type sighting struct {
	position int64
	at       time.Time
}

// counted is a check-in: when it was acknowledged, and at which position it is counted.
type counted struct {
	position int64
	at       time.Time
}

const (
	// lookEvery is how often the one asks; it is in what he sees.
	lookEvery = 10 * time.Millisecond
	// arrivalTime bounds how long the last state may take to be shown to all.
	arrivalTime = time.Minute
)

func liveRows(ctx context.Context, w *world, o options, r *report) error {
	l, err := openLive(ctx, w)
	if err != nil {
		return err
	}
	defer l.close()
	if err := l.rush(ctx, o, r); err != nil {
		return err
	}
	if err := l.rest(ctx); err != nil {
		return err
	}
	return l.readers(ctx, o, r)
}

func openLive(ctx context.Context, w *world) (*live, error) {
	contest, err := openContest(ctx, w, "live")
	if err != nil {
		return nil, err
	}
	l := &live{contest: contest, made: ledger{at: map[uuid.UUID]time.Time{}}}
	if err := l.prepare(ctx); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *live) prepare(ctx context.Context) (err error) {
	s := l.world.size.Contest
	people := upTo(s.People)
	if err := l.accounts(ctx, people); err != nil {
		return err
	}
	if l.campaign, err = l.enrolled(ctx, s); err != nil {
		return err
	}
	if err := l.signIn(ctx, people); err != nil {
		return err
	}
	if l.side, err = startSide(ctx, order{Settings: l.settings, Work: true, Log: filepath.Join(l.world.dir, "live.log")}); err != nil {
		return err
	}
	// A first check-in for each team puts all of them on the board.
	c, err := dial(l.side.addr)
	if err != nil {
		return err
	}
	defer c.conn.Close()
	for _, captain := range l.people[:s.Teams] {
		if err := l.checkIn(c, captain); err != nil {
			return err
		}
	}
	return l.allCounted(ctx)
}

func (l *live) close() {
	if l.side != nil {
		_ = l.side.stop()
	}
	l.contest.close()
}

// checkIn is an act that is entered into the ledger. To be refused is an answer, too.
func (l *live) checkIn(c *client, r *reader) error {
	made, err := c.checkIn(r, l.campaign)
	at := time.Now()
	l.made.mu.Lock()
	defer l.made.mu.Unlock()
	if _, refused := errors.AsType[statusError](err); refused {
		l.made.refused++
		return nil
	}
	if err != nil {
		return err
	}
	u, err := uuid.Parse(made.GetId())
	l.made.at[u] = at
	return err
}

// allCounted waits until no fact of the campaign is left to be counted.
func (l *live) allCounted(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	return await(ctx, tellAfter, func() (all bool, err error) {
		err = l.conn.QueryRow(ctx, "SELECT NOT EXISTS (SELECT FROM campaign_facts WHERE campaign_id = $1 AND position IS NULL)", l.campaign).Scan(&all)
		return all, err
	})
}

// counted finds where each acknowledged check-in is counted, and asserts that all are.
func (l *live) counted(ctx context.Context) ([]counted, error) {
	rows, err := l.conn.Query(ctx, "SELECT subject_id, position FROM campaign_facts WHERE campaign_id = $1 AND kind = 1", l.campaign)
	if err != nil {
		return nil, err
	}
	var all []counted
	var made uuid.UUID
	var position int64
	if _, err := pgx.ForEachRow(rows, []any{&made, &position}, func() error {
		if at, ok := l.made.at[made]; ok {
			all = append(all, counted{position, at})
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if len(all) != len(l.made.at) {
		return nil, fmt.Errorf("of %d check-ins that were acknowledged %d are counted", len(l.made.at), len(all))
	}
	slices.SortFunc(all, func(a, b counted) int { return cmp.Compare(a.position, b.position) })
	return all, nil
}

// rush has people check in while others watch.
func (l *live) rush(ctx context.Context, o options, r *report) error {
	s := l.world.size.Contest
	a, err := l.assemble(ctx, l.people[:s.Watchers])
	if err != nil {
		return err
	}
	defer a.leave()
	if o.profile != "" {
		if err := l.side.profile(filepath.Join(o.profile, "live.ours.pprof"), s.Length); err != nil {
			return err
		}
	}
	l.made.at = make(map[uuid.UUID]time.Time, s.Rate*int(s.Length.Seconds()))
	began := time.Now()
	took, err := openLoop(ctx, l.side.addr, l.people, s.Rate, s.Length, l.checkIn)
	if err != nil {
		return err
	}
	length := time.Since(began)
	if err := l.allCounted(ctx); err != nil {
		return err
	}
	all, err := l.counted(ctx)
	if err != nil {
		return err
	}
	if err := a.arrive(ctx, all[len(all)-1].position); err != nil {
		return err
	}
	a.leave()
	l.tell(r, took, all, a)
	r.notef("Live: %d check-ins were due in %v and answered in %.1f s, %d of them refused; all others are counted, at %d positions, and a recount finds no difference.",
		s.Rate*int(s.Length.Seconds()), s.Length, length.Seconds(), l.made.refused, distinct(all))
	return nil
}

// tell adds what was seen when.
func (l *live) tell(r *report, took latency, all []counted, a *attendance) {
	s := l.world.size.Contest
	at := fmt.Sprintf("at %d check-ins/s: ", s.Rate)
	r.add(row{name: at + "until it is acknowledged, p50", unit: "ms", ours: milliseconds(took.p50)})
	r.add(row{name: at + "until it is acknowledged, p99", unit: "ms", ours: milliseconds(took.p99)})
	board, watched := load.NewHistogram(), load.NewHistogram()
	lags(a.asked, all, board)
	for _, w := range a.watchers {
		lags(w.seen, all, watched)
	}
	r.add(row{name: at + "from then until the board has it, p50", unit: "ms", ours: milliseconds(board.Quantile(0.5))})
	r.add(row{name: at + "from then until the board has it, p99", unit: "ms", ours: milliseconds(board.Quantile(0.99)), goal: "≤ 500 ms"})
	watchers := fmt.Sprintf("from then until each of %d watchers has it", s.Watchers)
	r.add(row{name: at + watchers + ", p50", unit: "ms", ours: milliseconds(watched.Quantile(0.5))})
	r.add(row{name: at + watchers + ", p99", unit: "ms", ours: milliseconds(watched.Quantile(0.99)), goal: "≤ 1,000 ms"})
	r.notef("Live: the board was asked for each %v; the last of the watchers was shown a check-in at most %.0f ms after it was acknowledged.", lookEvery, milliseconds(watched.Max()))
}

// lags records how long each check-in took to be in a state that somebody was shown; both
// ascend by position, and the last state has the last check-in. What was shown before it
// was acknowledged took no time.
func lags(seen []sighting, all []counted, to *load.Histogram) {
	i := 0
	for _, c := range all {
		for seen[i].position < c.position {
			i++
		}
		to.Record(seen[i].at.Sub(c.at))
	}
}

// distinct counts positions.
func distinct(all []counted) (n int) {
	last := int64(0)
	for _, c := range all {
		if c.position != last {
			n, last = n+1, c.position
		}
	}
	return n
}

// rest waits until what follows of check-ins, their posts, is done as well, and asserts
// that a recount finds no difference.
func (l *live) rest(ctx context.Context) error {
	a, err := app.New(ctx, l.settings.Operator(), app.Role{}, app.NewLogger(l.settings, &bytes.Buffer{}))
	if err != nil {
		return err
	}
	defer a.Close()
	if err := settle(ctx, a); err != nil {
		return err
	}
	var differences bytes.Buffer
	if err := a.Recount(ctx, "campaign", &differences); err != nil {
		return fmt.Errorf("%w: %s", err, &differences)
	}
	return nil
}

// boardPage is a request for the first page of a board by somebody who is not signed in,
// as a browser sends it: one that caches may answer.
func boardPage(campaign uuid.UUID, scope campaignv1.Scope) []byte {
	message := fmt.Sprintf(`{"campaignId":"%s","scope":"%s"}`, campaign, scope)
	return []byte("GET " + campaignv1connect.CampaignServiceGetLeaderboardProcedure + "?connect=v1&encoding=json&message=" + url.QueryEscape(message) + " HTTP/1.1\r\nHost: bench\r\n\r\n")
}
