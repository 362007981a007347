package rush

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/lab/load"
)

const (
	// wholePage is how much a page has of what is read whole.
	wholePage = 100
	askEvery  = 200 * time.Millisecond
)

// account waits until scores and queues have come to rest, and accounts for
// everything.
func (r *run) account(ctx context.Context) error {
	if err := r.settle(ctx); err != nil {
		return err
	}
	if err := r.reconcile(ctx); err != nil {
		return err
	}
	if err := r.empty(ctx); err != nil {
		return err
	}
	if err := r.recount(ctx); err != nil {
		return err
	}
	if c := r.found.CheckIns; !c.right() {
		r.problemf("of %d acknowledged check-ins %d are lost, %d are there again, %d were never offered; %d people have another score; the recount found %d differences",
			c.Acknowledged, c.Lost, c.Duplicates, c.Strangers, c.Misscored, *c.Differences)
	}
	return nil
}

// settle waits until people's scores have as many check-ins as were acknowledged.
func (r *run) settle(ctx context.Context) error {
	began := time.Now()
	settled, err := r.until(ctx, func(ctx context.Context) (bool, error) {
		scores, err := r.scores(ctx)
		var sum int64
		for _, n := range scores {
			sum += n
		}
		return sum >= int64(r.work.ledger.acknowledged()), err
	})
	r.found.SettledAfter = time.Since(began).Seconds()
	if err == nil && !settled {
		r.problemf("the scores had not all check-ins %v after the clock", r.Drain)
	}
	return err
}

// reconcile reads the feed and the scores until nothing is wrong with them, or the time
// is up: what is answered comes from a replica.
func (r *run) reconcile(ctx context.Context) error {
	_, err := r.until(ctx, func(ctx context.Context) (bool, error) {
		feed, err := r.feed(ctx)
		if err != nil {
			return false, err
		}
		scores, err := r.scores(ctx)
		r.found.CheckIns = r.work.ledger.reconcile(feed, scores)
		return r.found.CheckIns.right(), err
	})
	return err
}

// empty waits until no job is open: posts have been made of all check-ins.
func (r *run) empty(ctx context.Context) error {
	began := time.Now()
	empty, err := r.until(ctx, func(ctx context.Context) (bool, error) {
		n, err := r.operator.OpenJobs(ctx)
		return n == 0, err
	})
	r.found.QueuesAfter = r.found.SettledAfter + time.Since(began).Seconds()
	if err == nil && !empty {
		r.problemf("the queues were not empty %v after the clock", r.Drain)
	}
	return err
}

var differences = regexp.MustCompile(`(?m)^campaign: (\d+) differences$`)

// recount compares the deployment's campaigns with their definition, as `throng
// recount campaign` does.
func (r *run) recount(ctx context.Context) error {
	var out strings.Builder
	err := r.operator.Recount(ctx, "campaign", &out)
	found := differences.FindStringSubmatch(out.String())
	if found == nil {
		return fmt.Errorf("the recount said nothing of campaigns: %w", err)
	}
	n, err := strconv.Atoi(found[1])
	r.found.CheckIns.Differences = &n // that there are some is no error here
	return err
}

// until asks until the answer is yes or the time is up. What cannot be answered now is
// asked again, as a server may be busy yet.
func (r *run) until(ctx context.Context, yes func(context.Context) (bool, error)) (bool, error) {
	for began := time.Now(); ; pause(ctx, askEvery) {
		ok, err := yes(ctx)
		switch {
		case ctx.Err() != nil:
			return false, context.Cause(ctx)
		case ok && err == nil, time.Since(began) >= r.Drain:
			return ok, err
		}
	}
}

// feed reads all of the campaign's check-ins.
func (r *run) feed(ctx context.Context) (all []listed, err error) {
	last := uuid.Max
	for token := ""; ; {
		res, err := r.feedPage(ctx, token)
		if err != nil {
			return nil, err
		}
		for _, c := range res.GetCheckIns() {
			made, err := uuid.Parse(c.GetId())
			user, wrong := uuid.Parse(c.GetUser().GetId())
			if err != nil || wrong != nil || made.String() > last.String() {
				return nil, load.Wrong("check-in %q of %q comes after %s", c.GetId(), c.GetUser().GetId(), last)
			}
			all, last = append(all, listed{made, user, c.GetText()}), made
		}
		if token = res.GetNextPageToken(); token == "" {
			return all, nil
		}
	}
}

func (r *run) feedPage(ctx context.Context, token string) (*campaignv1.ListCheckInsResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	return r.asks.ListCheckIns(ctx, &campaignv1.ListCheckInsRequest{CampaignId: r.campaign, PageSize: wholePage, PageToken: token})
}

// scores reads the whole board of people: how many check-ins everybody's score has.
func (r *run) scores(ctx context.Context) (map[uuid.UUID]int64, error) {
	all := map[uuid.UUID]int64{}
	for token := ""; ; {
		res, err := r.boardPage(ctx, token)
		if err != nil {
			return nil, err
		}
		for _, s := range res.GetStandings() {
			user, err := uuid.Parse(s.GetUser().GetId())
			if err != nil {
				return nil, err
			}
			all[user] = s.GetScoreMicros() / micros
		}
		if token = res.GetNextPageToken(); token == "" {
			return all, nil
		}
	}
}

func (r *run) boardPage(ctx context.Context, token string) (*campaignv1.GetLeaderboardResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	return r.asks.GetLeaderboard(ctx, &campaignv1.GetLeaderboardRequest{
		CampaignId: r.campaign, Scope: campaignv1.Scope_SCOPE_MEMBERS, PageSize: wholePage, PageToken: token,
	})
}
