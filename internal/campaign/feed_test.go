package campaign_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func feedIDs(feed []*campaignv1.CheckIn) (ids []string) {
	for _, c := range feed {
		ids = append(ids, c.GetId())
	}
	return ids
}

func TestAFeedHasCheckInsNewestFirstWithPeopleAndPictures(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := openRush(t, seam)
		run, other := w.campaign(terms{}), w.campaign(terms{})
		if feed := w.feed(other, 10, nil); len(feed) != 0 {
			t.Errorf("a feed without check-ins is %v", feed)
		}
		ada, gone := w.joined(run), uuid.New()
		w.join(run, gone)
		w.join(other, ada)
		picture := w.picture(ada)
		var made []string
		made = append(made, w.checkIn(ada, hello(run, picture)).GetId(), w.checkIn(gone, hello(run)).GetId(), w.checkIn(ada, hello(run)).GetId())
		w.checkIn(ada, hello(other))
		slices.Reverse(made)
		for size := range int32(4) {
			if got := feedIDs(w.feed(run, size, nil)); !slices.Equal(got, made) {
				t.Errorf("in pages of %d it is %v, want %v", size, got, made)
			}
		}
		feed := w.feed(run, 10, nil)
		if feed[0].GetUser().GetHandle() == "" || feed[0].GetUser().GetId() != ada.String() || feed[1].GetUser().GetHandle() != "" || feed[1].GetUser().GetId() != gone.String() {
			t.Errorf("its people are %v and %v", feed[0].GetUser(), feed[1].GetUser())
		}
		if m := feed[2].GetMedia(); len(m) != 1 || m[0].GetId() != picture || feed[2].GetText() != "at the top" || feed[2].GetCampaignId() != run.String() {
			t.Errorf("the first is %v", feed[2])
		}
	})
}

func TestAFeedOfNothingIsRefusedAndSoIsAnothersPage(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := openRush(t, seam)
		_, err := w.ListCheckIns(t.Context(), &campaignv1.ListCheckInsRequest{CampaignId: uuid.NewString()})
		wantFault(t, err, fault.NotFound, "campaign_not_found")
		run, other := w.campaign(terms{}), w.campaign(terms{})
		ada := w.joined(run)
		w.checkIn(ada, hello(run))
		w.checkIn(ada, hello(run))
		first, err := w.ListCheckIns(t.Context(), &campaignv1.ListCheckInsRequest{CampaignId: run.String(), PageSize: 1})
		must(t, err)
		_, err = w.ListCheckIns(t.Context(), &campaignv1.ListCheckInsRequest{CampaignId: other.String(), PageToken: first.GetNextPageToken()})
		wantFault(t, err, fault.Invalid, "page_token_invalid")
	})
}

func TestPagesOfAFeedNeitherRepeatNorSkipWhilePeopleCheckIn(t *testing.T) {
	t.Parallel()
	w := openRush(t, rpctest.InProcess)
	run := w.campaign(terms{cap: 10_000})
	ada := w.joined(run)
	var before []string
	for range 30 {
		before = append(before, w.checkIn(ada, hello(run)).GetId())
	}
	slices.Reverse(before)
	ctx, stop := context.WithCancel(t.Context())
	var others sync.WaitGroup
	for range 4 {
		who := w.joined(run)
		others.Go(func() {
			for ctx.Err() == nil {
				if _, err := w.try(who, hello(run)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 5 {
		got := feedIDs(w.feed(run, 7, func() { w.checkIn(ada, hello(run)) }))
		if !slices.IsSortedFunc(got, func(a, b string) int { return -compareText(a, b) }) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Fatalf("it is out of order, or repeats: %v", got)
		}
		if !slices.Equal(got[len(got)-30:], before) {
			t.Fatalf("some of those before are missing: %v", got)
		}
	}
	stop()
	others.Wait()
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// On a replica that stands still, with a first page in the cache.
func TestWhoCheckedInIsInTheFeedThatHeReads(t *testing.T) {
	t.Parallel()
	d := pgtest.NewReplicated(t, 1)
	w := openRushWith(t, rpctest.InProcess, d, pace.Rate{}, nil)
	run := w.campaign(terms{cap: 100})
	ada := w.joined(run)
	must(t, d.Server.CatchUp(t.Context()))
	must(t, d.Server.PauseReplay(t.Context(), 0))
	seen := consistency.Position{}
	for n := range 10 {
		w.feed(run, 50, nil) // somebody fills the cache
		ctx, session := consistency.Begin(rushAs(t, ada, 0), seen)
		made, err := w.CheckIn(ctx, hello(run))
		must(t, err)
		seen, err = session.Ceiling(ctx)
		must(t, err)
		ctx, _ = consistency.Begin(t.Context(), seen)
		feed, err := w.ListCheckIns(ctx, &campaignv1.ListCheckInsRequest{CampaignId: run.String(), PageSize: 50})
		must(t, err)
		if got := feed.GetCheckIns(); len(got) != n+1 || got[0].GetId() != made.GetCheckIn().GetId() {
			t.Fatalf("after check-in %d the feed has %d", n+1, len(got))
		}
	}
}

func TestOthersSeeACheckInWithinASecondOrSo(t *testing.T) {
	t.Parallel()
	w := openRush(t, rpctest.InProcess)
	run := w.campaign(terms{})
	ada := w.joined(run)
	w.feed(run, 10, nil)
	w.checkIn(ada, hello(run))
	began := time.Now()
	for len(w.feed(run, 10, nil)) == 0 {
		if time.Since(began) > 10*time.Second {
			t.Fatal("it never came")
		}
	}
	t.Logf("it came after %v", time.Since(began))
}
