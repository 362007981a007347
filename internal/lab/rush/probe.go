package rush

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/internal/lab/load"
	throng "github.com/throng-social/throng/sdk/go"
)

const (
	// probeRest is between the end of a probe's look and its next check-in, lookEvery
	// between two looks, which is what a lag is exact to.
	probeRest = time.Second
	lookEvery = 10 * time.Millisecond
	// probePart is how much of the board is around a probe when it looks.
	probePart = 3
	micros    = 1_000_000
)

// lag keeps how long boards took to show what was acknowledged.
type lag struct {
	mu          sync.Mutex
	all, recent *load.Histogram
	// unseen are check-ins that no look has shown; failed are calls that came to
	// nothing, refused those of them that the server refused to protect itself.
	unseen, failed, refused int
}

func newLag() *lag { return &lag{all: load.NewHistogram(), recent: load.NewHistogram()} }

func (l *lag) record(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all.Record(d)
	l.recent.Record(d)
}

func (l *lag) count(n *int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*n++
}

// fail counts a call that came to nothing, and waits as long as the server says.
func (l *lag) fail(ctx context.Context, err error) {
	if load.OutcomeOf(err) != load.Refused {
		l.count(&l.failed)
		return
	}
	l.count(&l.refused)
	pause(ctx, throng.RetryAfter(err))
}

// cut answers the longest lag since the cut before; nil where there was none.
func (l *lag) cut() *float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	recent := l.recent
	l.recent = load.NewHistogram()
	if recent.Count() == 0 {
		return nil
	}
	most := ms(recent.Max())
	return &most
}

// probe checks in and looks until the clock has run down, in turn with itself.
func (r *run) probe(ctx context.Context, n int) error {
	p := &r.people[r.People+n]
	client := r.client(1)
	for made := int64(0); time.Since(r.work.began) < r.Duration && ctx.Err() == nil; pause(ctx, probeRest) {
		at, err := r.offer(ctx, client, p)
		if err != nil {
			r.lag.fail(ctx, err)
			continue
		}
		made++
		r.await(ctx, client, p.id, made, at)
	}
	return context.Cause(ctx)
}

// offer checks a probe in, and answers when that was acknowledged.
func (r *run) offer(ctx context.Context, client campaignv1connect.CampaignServiceClient, p *person) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	ctx, saw := p.call(ctx)
	p.acts++
	text := fmt.Sprintf("Number %d of %s, who looks at the board.", p.acts, p.handle)
	r.work.ledger.offer(text)
	res, err := client.CheckIn(ctx, &campaignv1.CheckInRequest{CampaignId: r.campaign, Text: text, IdempotencyKey: uuid.NewString()})
	at := time.Now()
	if err != nil {
		return at, err
	}
	saw()
	made, err := checkCheckIn(res.GetCheckIn(), r.campaign, p.id, text)
	if err == nil {
		r.work.ledger.acknowledge(made, p.id, at.Sub(r.work.began))
	}
	return at, err
}

// await looks, as somebody who is not signed in and so demands nothing, until a
// probe's score has all that was acknowledged.
func (r *run) await(ctx context.Context, client campaignv1connect.CampaignServiceClient, probe uuid.UUID, made int64, since time.Time) {
	for time.Since(since) < r.Timeout && ctx.Err() == nil {
		score, err := scoreOf(ctx, client, r.campaign, probe, r.Timeout)
		switch {
		case err != nil:
			r.lag.fail(ctx, err)
		case score >= made*micros:
			r.lag.record(time.Since(since))
			return
		}
		pause(ctx, lookEvery)
	}
	r.lag.count(&r.lag.unseen)
}

// scoreOf is a person's score as the board shows it now; 0 where it does not.
func scoreOf(ctx context.Context, client campaignv1connect.CampaignServiceClient, campaign string, who uuid.UUID, timeout time.Duration) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	res, err := client.GetLeaderboard(ctx, &campaignv1.GetLeaderboardRequest{
		CampaignId: campaign, Scope: campaignv1.Scope_SCOPE_MEMBERS, AroundId: who.String(), PageSize: probePart,
	})
	for _, s := range res.GetStandings() {
		if s.GetUser().GetId() == who.String() {
			return s.GetScoreMicros(), err
		}
	}
	return 0, err
}

func pause(ctx context.Context, d time.Duration) {
	rest := time.NewTimer(d)
	defer rest.Stop()
	select {
	case <-ctx.Done():
	case <-rest.C:
	}
}
