package campaign_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// pages reads a list to its end, page by page, and answers titles.
func (w world) pages(req *campaignv1.ListCampaignsRequest, between func()) (titles []string) {
	w.t.Helper()
	for range 100 {
		res, err := w.ListCampaigns(w.t.Context(), req)
		must(w.t, err)
		for _, c := range res.GetCampaigns() {
			titles = append(titles, c.GetTitle())
		}
		if res.GetNextPageToken() == "" {
			return titles
		}
		req.PageToken = res.GetNextPageToken()
		if between != nil {
			between()
		}
	}
	w.t.Fatal("the list has no end")
	return nil
}

func TestCampaignsAreListedByStartLatestFirst(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, ada, ben := open(t, seam), uuid.New(), uuid.New()
		add := func(who uuid.UUID, title string, start, end time.Duration) {
			w.create(who, w.plan(func(req *campaignv1.CreateCampaignRequest) {
				req.Title, req.StartsAt, req.EndsAt = title, w.at(start), w.at(end)
			}))
		}
		add(ada, "old", -50*time.Hour, -49*time.Hour)
		add(ben, "soon", time.Hour, 9*time.Hour)
		add(ada, "now", -time.Hour, time.Hour)
		add(ben, "long", -300*24*time.Hour, time.Hour)
		add(ada, "later", 5*time.Hour, 9*time.Hour)
		add(ben, "just over", -time.Hour, -time.Minute)
		all := []string{"later", "soon", "just over", "now", "old", "long"}
		// Of two that start at once the younger is first.
		for size := range int32(4) {
			if got := w.pages(&campaignv1.ListCampaignsRequest{PageSize: size}, nil); !slices.Equal(got, all) && size > 0 {
				t.Errorf("in pages of %d: %v", size, got)
			}
		}
		for name, c := range map[string]struct {
			req  *campaignv1.ListCampaignsRequest
			want []string
		}{
			"upcoming":             {&campaignv1.ListCampaignsRequest{State: campaignv1.State_STATE_UPCOMING}, []string{"later", "soon"}},
			"running":              {&campaignv1.ListCampaignsRequest{State: campaignv1.State_STATE_RUNNING}, []string{"now", "long"}},
			"ended":                {&campaignv1.ListCampaignsRequest{State: campaignv1.State_STATE_ENDED}, []string{"just over", "old"}},
			"of Ada":               {&campaignv1.ListCampaignsRequest{OrganizerId: ada.String()}, []string{"later", "now", "old"}},
			"of Ben that are over": {&campaignv1.ListCampaignsRequest{OrganizerId: ben.String(), State: campaignv1.State_STATE_ENDED}, []string{"just over"}},
			"of nobody":            {&campaignv1.ListCampaignsRequest{OrganizerId: uuid.NewString()}, nil},
		} {
			c.req.PageSize = 1
			if got := w.pages(c.req, nil); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		n := 0
		got := w.pages(&campaignv1.ListCampaignsRequest{PageSize: 2}, func() {
			n++
			add(ada, fmt.Sprintf("new %d", n), 100*time.Hour, 101*time.Hour)
		})
		if !slices.Equal(got, all) {
			t.Errorf("while others are made: %v", got)
		}
	})
}

func TestATokenOfAnotherListIsRefused(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		for range 2 {
			w.running(3, 3)
		}
		res, err := w.ListCampaigns(t.Context(), &campaignv1.ListCampaignsRequest{PageSize: 1})
		must(t, err)
		_, err = w.ListCampaigns(t.Context(), &campaignv1.ListCampaignsRequest{PageSize: 1, PageToken: res.GetNextPageToken(), State: campaignv1.State_STATE_RUNNING})
		wantFault(t, err, fault.Invalid, "page_token_invalid")
	})
}

func TestACampaignGoesWithTheClockAlsoWhereItIsCached(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		c := w.create(uuid.New(), w.plan(func(req *campaignv1.CreateCampaignRequest) {
			req.StartsAt, req.EndsAt, req.FreezesAt = w.at(time.Second), w.at(9*time.Second), w.at(5*time.Second)
		}))
		for _, want := range []struct {
			state  campaignv1.State
			frozen bool
		}{
			{campaignv1.State_STATE_UPCOMING, false},
			{campaignv1.State_STATE_RUNNING, false},
			{campaignv1.State_STATE_RUNNING, true},
			{campaignv1.State_STATE_ENDED, false},
		} {
			got := w.get(c.GetId())
			equal(t, "state", got.GetState(), want.state)
			equal(t, "frozen", got.GetFrozenSince() != nil, want.frozen)
			if want.frozen && !proto.Equal(got.GetFrozenSince(), c.GetFreezesAt()) {
				t.Errorf("frozen since %v", got.GetFrozenSince())
			}
			w.clock.forward(4 * time.Second)
		}
		hits, _ := w.service.CacheCounts()
		equal(t, "hits", hits, 3)
	})
}

func TestAnUnknownCampaignIsNotFound(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		nowhere := uuid.NewString()
		_, err := w.GetCampaign(t.Context(), &campaignv1.GetCampaignRequest{CampaignId: nowhere})
		wantFault(t, err, fault.NotFound, "campaign_not_found")
		_, err = w.GetParticipation(as(t, uuid.New()), &campaignv1.GetParticipationRequest{CampaignId: nowhere})
		wantFault(t, err, fault.NotFound, "campaign_not_found")
		_, err = w.JoinCampaign(as(t, uuid.New()), &campaignv1.JoinCampaignRequest{CampaignId: nowhere})
		wantFault(t, err, fault.NotFound, "campaign_not_found")
		_, err = w.ListTeams(t.Context(), &campaignv1.ListTeamsRequest{CampaignId: nowhere})
		wantFault(t, err, fault.NotFound, "campaign_not_found")
		_, err = w.CreateTeam(as(t, uuid.New()), &campaignv1.CreateTeamRequest{CampaignId: nowhere, Name: "Reds", IdempotencyKey: "key of one"})
		wantFault(t, err, fault.NotFound, "campaign_not_found")
	})
}

func TestAFreezeLastsAsLongAsItShould(t *testing.T) {
	t.Parallel()
	at := func(hour int) *time.Time { return new(time.Date(2026, 5, 1, hour, 0, 0, 0, time.UTC)) }
	for name, c := range map[string]struct {
		freezes, frozen, unfrozen *time.Time
		now                       int
		want                      *time.Time
	}{
		"never":                                   {now: 15},
		"before":                                  {freezes: at(14), now: 13},
		"from its moment on":                      {freezes: at(14), now: 14, want: at(14)},
		"until the end":                           {freezes: at(14), now: 17, want: at(14)},
		"not after it":                            {freezes: at(14), now: 18},
		"not once it was lifted":                  {freezes: at(14), unfrozen: at(15), now: 16},
		"not where it was lifted in its moment":   {freezes: at(14), unfrozen: at(14), now: 16},
		"though one before it was lifted":         {freezes: at(14), unfrozen: at(13), now: 16, want: at(14)},
		"by hand":                                 {frozen: at(12), now: 12, want: at(12)},
		"by hand before that by the clock":        {freezes: at(14), frozen: at(12), now: 16, want: at(12)},
		"by hand until it is lifted":              {frozen: at(12), now: 23, want: at(12)},
		"by hand again after one that was lifted": {freezes: at(14), unfrozen: at(15), frozen: at(16), now: 20, want: at(16)},
	} {
		got := campaign.FrozenSince(campaigndb.Campaign{StartsAt: *at(10), EndsAt: *at(18), FreezesAt: c.freezes, FrozenAt: c.frozen, UnfrozenAt: c.unfrozen}, *at(c.now))
		if (got == nil) != (c.want == nil) || (got != nil && !got.Equal(*c.want)) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestACampaignIsTheSameInTheCacheOfAllProcesses(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	made := w.create(uuid.New(), w.plan(func(req *campaignv1.CreateCampaignRequest) { req.FreezesAt = w.at(0) }))
	want, err := campaigndb.New().FindCampaign(t.Context(), w.db.Reader(t.Context()), uuid.MustParse(made.GetId()))
	must(t, err)
	got, participants, teams, err := campaign.Recoded(want, 3, 4)
	must(t, err)
	if participants != 3 || teams != 4 || fmt.Sprint(utc(got)) != fmt.Sprint(utc(want)) {
		t.Errorf("got %v, %d and %d, want %v", got, participants, teams, want)
	}
}

func utc(c campaigndb.Campaign) campaigndb.Campaign {
	c.StartsAt, c.EndsAt, c.FreezesAt = c.StartsAt.UTC(), c.EndsAt.UTC(), nil
	return c
}
