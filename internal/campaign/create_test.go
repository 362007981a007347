package campaign_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestACampaignHasWhatWasAskedForAndDefaultsForTheRest(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		made := w.create(who, &campaignv1.CreateCampaignRequest{
			Title: "  Café à la Côte 2026! ", StartsAt: w.at(time.Hour), EndsAt: w.at(2 * time.Hour), IdempotencyKey: "key of one",
			Rules: &campaignv1.Rules{Scoring: &campaignv1.Rules_Points{Points: &campaignv1.Points{}}},
		})
		equal(t, "title", made.GetTitle(), "Café à la Côte 2026!")
		equal(t, "tag", made.GetTag(), "cafe_a_la_cote_2026")
		equal(t, "zone", made.GetTimeZone(), "UTC")
		equal(t, "state", made.GetState(), campaignv1.State_STATE_UPCOMING)
		equal(t, "organizer", made.GetOrganizerId(), who.String())
		r := made.GetRules()
		equal(t, "team size", r.GetTeamSize(), 10)
		equal(t, "teams a person", r.GetTeamsPerPerson(), 1)
		equal(t, "check-ins a day", r.GetCheckInsPerDay(), 10)
		equal(t, "points", r.GetPoints().GetPerCheckIn(), 1)
		equal(t, "cap", r.GetPoints().GetDailyCap(), 0)
		if made.GetFreezesAt() != nil || made.GetFrozenSince() != nil || made.GetCover() != nil {
			t.Errorf("%v", made)
		}

		full := w.plan(func(req *campaignv1.CreateCampaignRequest) {
			req.Text, req.LocationId, req.TimeZone, req.Tag, req.FreezesAt = "Come along.", "berlin", "Asia/Kathmandu", "my_tag", w.at(time.Minute)
			req.Rules = &campaignv1.Rules{
				TeamSize: 7, TeamsPerPerson: 3, CheckInsPerDay: 2, TeamNeeded: true, Scoring: &campaignv1.Rules_Togetherness{Togetherness: &campaignv1.Togetherness{}},
			}
		})
		made = w.create(who, full)
		equal(t, "text", made.GetText(), "Come along.")
		equal(t, "place", made.GetLocationId(), "berlin")
		equal(t, "zone", made.GetTimeZone(), "Asia/Kathmandu")
		equal(t, "tag", made.GetTag(), "my_tag")
		equal(t, "state", made.GetState(), campaignv1.State_STATE_RUNNING)
		equal(t, "freeze", made.GetFreezesAt().AsTime(), full.GetFreezesAt().AsTime())
		r = made.GetRules()
		if r.GetTeamSize() != 7 || r.GetTeamsPerPerson() != 3 || r.GetCheckInsPerDay() != 2 || !r.GetTeamNeeded() || r.GetTogetherness() == nil {
			t.Errorf("%v", r)
		}
		equal(t, "boards", len(w.rows(`SELECT campaign_id::text FROM campaign_boards WHERE position = 0`)), 2)
		w.exact()
	})
}

func TestTheSameKeyAnswersTheSameCampaignAndNoOther(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		req := w.plan()
		made := w.create(who, req)
		equal(t, "the same", w.create(who, req).GetId(), made.GetId())
		for what, change := range map[string]func(req *campaignv1.CreateCampaignRequest){
			"title": func(req *campaignv1.CreateCampaignRequest) { req.Title = "Another" },
			"end":   func(req *campaignv1.CreateCampaignRequest) { req.EndsAt = w.at(3 * time.Hour) },
			"rules": func(req *campaignv1.CreateCampaignRequest) { req.Rules = points(4, 2) },
			"cover": func(req *campaignv1.CreateCampaignRequest) { req.CoverMediaId = uuid.NewString() },
		} {
			other := w.plan(func(r *campaignv1.CreateCampaignRequest) {
				r.IdempotencyKey, r.StartsAt, r.EndsAt = req.GetIdempotencyKey(), req.GetStartsAt(), req.GetEndsAt()
			}, change)
			_, err := w.CreateCampaign(organizer(t, who), other)
			t.Log(what)
			wantFault(t, err, fault.Precondition, "idempotency_key_reused")
		}
		if w.create(uuid.New(), req).GetId() == made.GetId() {
			t.Error("another organizer has the same campaign")
		}
	})
}

func TestRequestsWithOneKeyAtOnceMakeOneCampaign(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		req := w.plan(func(req *campaignv1.CreateCampaignRequest) { req.CoverMediaId = w.picture(who) })
		ends := allAtOnce(8, func(int) error {
			_, err := w.CreateCampaign(organizer(t, who), req)
			return err
		})
		equal(t, "successes", ends[""], 8)
		equal(t, "campaigns", len(w.rows(`SELECT id::text FROM campaigns`)), 1)
		equal(t, "events", w.settle(), 1)
	})
}

func TestTimesThatAreOutOfOrderAreRefused(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		far := timestamppb.New(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC))
		for what, change := range map[string]func(req *campaignv1.CreateCampaignRequest){
			"ends as it starts":    func(req *campaignv1.CreateCampaignRequest) { req.EndsAt = req.GetStartsAt() },
			"ends before":          func(req *campaignv1.CreateCampaignRequest) { req.EndsAt = w.at(-2 * time.Hour) },
			"lasts too long":       func(req *campaignv1.CreateCampaignRequest) { req.EndsAt = w.at(367 * 24 * time.Hour) },
			"ends when time does":  func(req *campaignv1.CreateCampaignRequest) { req.EndsAt = far },
			"freezes as it starts": func(req *campaignv1.CreateCampaignRequest) { req.FreezesAt = req.GetStartsAt() },
			"freezes at the end":   func(req *campaignv1.CreateCampaignRequest) { req.FreezesAt = req.GetEndsAt() },
			"is shorter than the clock": func(req *campaignv1.CreateCampaignRequest) {
				req.EndsAt = timestamppb.New(req.GetStartsAt().AsTime().Add(time.Nanosecond))
			},
		} {
			_, err := w.CreateCampaign(organizer(t, uuid.New()), w.plan(change))
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("a campaign that %s: %v", what, err)
			}
		}
		equal(t, "campaigns", len(w.rows(`SELECT id::text FROM campaigns`)), 0)
	})
}

// Over a socket alone: the contract's rules stand there.
func TestTimesBeyondAllBoundsAreRefused(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	for what, times := range map[string][2]*timestamppb.Timestamp{
		"of the first year and the last": {{Seconds: -62135596800}, {Seconds: 253402300799}},
		"of the last day":                {{Seconds: 253402300000}, {Seconds: 253402300799}},
		"that no calendar has":           {{Seconds: -1 << 60}, {Seconds: 1 << 60}},
		"before 1970":                    {{Seconds: -10}, {Seconds: 10}},
		"missing":                        {},
	} {
		_, err := w.CreateCampaign(organizer(t, uuid.New()), w.plan(func(req *campaignv1.CreateCampaignRequest) { req.StartsAt, req.EndsAt = times[0], times[1] }))
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("times %s: %v", what, err)
		}
	}
}

func TestOnlyTimeZonesThatThereAreAreTaken(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		for _, zone := range []string{"Mars/Olympus", "Local", "/etc/passwd", "Europe//Berlin/"} {
			_, err := w.CreateCampaign(organizer(t, uuid.New()), w.plan(func(req *campaignv1.CreateCampaignRequest) { req.TimeZone = zone }))
			wantFault(t, err, fault.Invalid, "time_zone_unknown")
		}
	})
}

// Over a socket alone: the edge looks at roles.
func TestOnlyOrganizersMakeCampaigns(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	for _, ctx := range []struct {
		what string
		kind fault.Kind
		call func() error
	}{
		{"a member", fault.Denied, func() error { _, err := w.CreateCampaign(as(t, uuid.New()), w.plan()); return err }},
		{"a stranger", fault.Unauthenticated, func() error { _, err := w.CreateCampaign(t.Context(), w.plan()); return err }},
		{"an admin", fault.Internal, func() error { _, err := w.CreateCampaign(admin(t, uuid.New()), w.plan()); return err }},
	} {
		if err := ctx.call(); fault.KindOf(err) != ctx.kind || (err == nil) != (ctx.kind == fault.Internal) {
			t.Errorf("%s: %v", ctx.what, err)
		}
	}
}

func TestWhoeverWritesTooFastWaits(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam, func(d *campaign.Deps) { d.Rate = pace.Rate{PerMinute: 1, Burst: 2} })
		who := uuid.New()
		c := w.create(who, w.plan())
		w.join(c, who)
		for what, call := range map[string]func() error{
			"create": func() error { _, err := w.CreateCampaign(organizer(t, who), w.plan()); return err },
			"update": func() error {
				_, err := w.UpdateCampaign(organizer(t, who), &campaignv1.UpdateCampaignRequest{CampaignId: c.GetId()})
				return err
			},
			"join": func() error {
				_, err := w.JoinCampaign(as(t, who), &campaignv1.JoinCampaignRequest{CampaignId: c.GetId()})
				return err
			},
			"team":  func() error { _, err := w.CreateTeam(as(t, who), named(c, "Reds")); return err },
			"enter": func() error { return w.enter(&campaignv1.Team{Id: uuid.NewString()}, who) },
			"leave": func() error { return w.leave(&campaignv1.Team{Id: uuid.NewString()}, who) },
			"hand over": func() error {
				_, err := w.MakeCaptain(as(t, who), &campaignv1.MakeCaptainRequest{TeamId: uuid.NewString(), UserId: who.String()})
				return err
			},
		} {
			t.Log(what)
			wantFault(t, call(), fault.Exhausted, "rate_limited")
		}
	})
}

func TestATagIsMadeOfATitle(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Spring run":              "spring_run",
		"  --Ünïcödé!!  Tag--":    "unicode_tag",
		"Весенний бег":            "campaign",
		"a":                       "campaign",
		"Бег 10k":                 "10k",
		"ﬁve ½ Ⅻ":                 "five_1_2_xii",
		strings.Repeat("ab ", 20): "ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_a",
		"1234567890123456789012345678901234567 89 ab": "1234567890123456789012345678901234567_89",
		"123456789012345678901234567890123456789 ab":  "123456789012345678901234567890123456789",
	} {
		equal(t, title, campaign.TagOf(title), want)
	}
}
