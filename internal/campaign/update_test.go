package campaign_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

type change = campaignv1.UpdateCampaignRequest

func (w world) update(who uuid.UUID, c *campaignv1.Campaign, req *change) (*campaignv1.Campaign, error) {
	req.CampaignId = c.GetId()
	res, err := w.UpdateCampaign(organizer(w.t, who), req)
	return res.GetCampaign(), err
}

// outcomes are how a change of each kind ends in each state; "" where it is made.
var outcomes = []struct {
	what                     string
	make                     func(w world) *change
	upcoming, running, ended string
}{
	{"title", func(world) *change { return &change{Title: new("Another")} }, "", "", ""},
	{"text", func(world) *change { return &change{Text: new("More")} }, "", "", ""},
	{"place", func(world) *change { return &change{LocationId: new("oslo")} }, "", "", ""},
	{"nothing", func(world) *change { return &change{} }, "", "", ""},
	{"end", func(w world) *change { return &change{EndsAt: w.at(30 * time.Hour)} }, "", "", "campaign_ended"},
	{"freeze", func(w world) *change { return &change{FreezesAt: w.at(time.Hour)} }, "window", "", "campaign_ended"},
	{"no freeze", func(world) *change { return &change{NeverFreezes: true} }, "", "", "campaign_ended"},
	{"start", func(w world) *change { return &change{StartsAt: w.at(3 * time.Hour)} }, "", "campaign_started", "campaign_ended"},
	{"zone", func(world) *change { return &change{TimeZone: new("Asia/Tokyo")} }, "", "campaign_started", "campaign_ended"},
	{"unknown zone", func(world) *change { return &change{TimeZone: new("Mars/Olympus")} }, "time_zone_unknown", "campaign_started", "campaign_ended"},
	{"rules", func(world) *change { return &change{Rules: points(9, 9)} }, "", "campaign_started", "campaign_ended"},
	{"scoring", func(world) *change {
		return &change{Rules: &campaignv1.Rules{Scoring: &campaignv1.Rules_Togetherness{Togetherness: &campaignv1.Togetherness{}}}}
	}, "", "campaign_started", "campaign_ended"},
	{"an end in the past", func(w world) *change { return &change{EndsAt: w.at(-time.Second)} }, "window", "window", "campaign_ended"},
	{"a year too much", func(w world) *change { return &change{EndsAt: w.at(400 * 24 * time.Hour)} }, "window", "window", "campaign_ended"},
	{"an end before the freeze", func(w world) *change { return &change{EndsAt: w.at(10 * time.Minute)} }, "window", "window", "campaign_ended"},
}

func TestWhatMayChangeDependsOnWhereACampaignStands(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		for _, o := range outcomes {
			for _, at := range []struct {
				state      string
				start, end time.Duration
				want       string
			}{{"upcoming", 2 * time.Hour, 26 * time.Hour, o.upcoming}, {"running", -time.Hour, 26 * time.Hour, o.running}, {"ended", -26 * time.Hour, -2 * time.Hour, o.ended}} {
				t.Run(o.what+" of one that is "+at.state, func(t *testing.T) {
					w := w.in(t)
					c := w.create(who, w.plan(func(req *campaignv1.CreateCampaignRequest) {
						req.StartsAt, req.EndsAt, req.FreezesAt = w.at(at.start), w.at(at.end), w.at(at.end-time.Hour)
					}))
					req := o.make(w)
					got, err := w.update(who, c, req)
					equal(t, "outcome", reasonOf(err), at.want)
					if err != nil {
						got = w.get(c.GetId())
						c.State, c.FrozenSince = got.GetState(), got.GetFrozenSince()
						if !proto.Equal(got, c) {
							t.Errorf("it is %v, was %v", got, c)
						}
						return
					}
					same, err := w.update(who, c, req)
					must(t, err)
					if !proto.Equal(same, got) || !proto.Equal(w.get(c.GetId()), got) {
						t.Errorf("again it is %v, then %v, was %v", same, w.get(c.GetId()), got)
					}
				})
			}
		}
	})
}

func TestAChangeIsOfWhatItNamesAlone(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		c := w.create(who, w.plan(func(req *campaignv1.CreateCampaignRequest) {
			req.StartsAt, req.EndsAt, req.FreezesAt, req.Text = w.at(time.Hour), w.at(9*time.Hour), w.at(8*time.Hour), "text"
		}))
		w.get(c.GetId()) // it is cached now
		end := w.at(20 * time.Hour)
		got, err := w.update(who, c, &change{Title: new(" New "), Rules: points(0, 0), EndsAt: end, TimeZone: new("Europe/Berlin"), LocationId: new("oslo"), NeverFreezes: true})
		must(t, err)
		want := proto.CloneOf(c)
		want.Title, want.EndsAt, want.TimeZone, want.LocationId, want.FreezesAt = "New", end, "Europe/Berlin", "oslo", nil
		want.Rules = points(10, 1)
		want.Rules.CheckInsPerDay = 10
		if !proto.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if shown := w.get(c.GetId()); !proto.Equal(shown, want) {
			t.Errorf("shown is %v, want %v", shown, want)
		}
	})
}

func TestACampaignIsItsOrganizersAndTheAdmins(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		c := w.create(who, w.plan())
		_, err := w.update(uuid.New(), c, &change{Title: new("Mine")})
		wantFault(t, err, fault.Denied, "not_organizer")
		_, err = w.update(who, &campaignv1.Campaign{Id: uuid.NewString()}, &change{Title: new("Mine")})
		wantFault(t, err, fault.NotFound, "campaign_not_found")
		res, err := w.UpdateCampaign(admin(t, uuid.New()), &change{CampaignId: c.GetId(), Title: new("Ours")})
		must(t, err)
		equal(t, "title", res.GetCampaign().GetTitle(), "Ours")
		equal(t, "organizer", res.GetCampaign().GetOrganizerId(), who.String())
	})
}
