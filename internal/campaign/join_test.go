package campaign_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestJoiningAgainChangesNothing(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		c := w.running(3, 2)
		equal(t, "joined", w.takesPart(c, who).GetJoined(), false)
		equal(t, "participants", w.get(c.GetId()).GetParticipantCount(), 0)
		for _, returning := range []bool{true, false} {
			res, err := w.JoinCampaign(as(t, who), &campaignv1.JoinCampaignRequest{CampaignId: c.GetId(), ReturningCustomer: returning})
			must(t, err)
			p := res.GetParticipation()
			if !p.GetJoined() || !p.GetReturningCustomer() || !p.GetJoinedAt().AsTime().Equal(w.clock.Now()) || p.GetCampaignId() != c.GetId() {
				t.Errorf("%v", p)
			}
			equal(t, "check-ins left", p.GetCheckInsLeftToday(), 10)
			equal(t, "organizes", p.GetOrganizes(), false)
			equal(t, "participants", w.get(c.GetId()).GetParticipantCount(), 1)
		}
		w.exact()
	})
}

func TestACampaignThatIsOverIsJoinedByNobody(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, early, late := open(t, seam), uuid.New(), uuid.New()
		c := w.running(3, 2)
		w.join(c, early)
		w.clock.forward(time.Hour)
		_, err := w.JoinCampaign(as(t, late), &campaignv1.JoinCampaignRequest{CampaignId: c.GetId()})
		wantFault(t, err, fault.Precondition, "campaign_ended")
		w.join(c, early) // whose first answer was lost, say
		equal(t, "participants", w.get(c.GetId()).GetParticipantCount(), 1)
		equal(t, "check-ins left", w.takesPart(c, early).GetCheckInsLeftToday(), 0)
		w.exact()
	})
}

func TestOneIsCountedOnceHoweverOftenOneJoinsAtOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		c, people := w.running(3, 2), []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
		ends := allAtOnce(24, func(i int) error {
			_, err := w.JoinCampaign(as(t, people[i%3]), &campaignv1.JoinCampaignRequest{CampaignId: c.GetId()})
			return err
		})
		equal(t, "successes", ends[""], 24)
		equal(t, "participants", w.get(c.GetId()).GetParticipantCount(), 3)
		w.exact()
	})
}

func TestCheckInsOfTheCampaignsOwnDayAreCounted(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		zone, err := time.LoadLocation("Pacific/Kiritimati") // 14 hours before Greenwich
		must(t, err)
		c := w.create(uuid.New(), w.plan(func(req *campaignv1.CreateCampaignRequest) {
			req.TimeZone, req.Rules.CheckInsPerDay, req.StartsAt, req.EndsAt = "Pacific/Kiritimati", 3, w.at(-48*time.Hour), w.at(96*time.Hour)
		}))
		w.join(c, who)
		today := w.clock.Now().In(zone)
		for n, day := range []time.Time{today, today, today.AddDate(0, 0, -1)} {
			w.exec(`INSERT INTO campaign_check_ins (id, campaign_id, user_id, day, number, text, idempotency_key, request_hash) VALUES (uuid_v7(), $1, $2, $3, $4, '', $5, '')`,
				c.GetId(), who, day.Format(time.DateOnly), n+1, uuid.NewString())
		}
		equal(t, "left", w.takesPart(c, who).GetCheckInsLeftToday(), 1)
		w.clock.forward(24 * time.Hour)
		equal(t, "left tomorrow", w.takesPart(c, who).GetCheckInsLeftToday(), 3)
	})
}

func TestWhoMayRunACampaignIsTold(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		c := w.create(who, w.plan())
		req := &campaignv1.GetParticipationRequest{CampaignId: c.GetId()}
		for _, by := range []struct {
			what string
			call func() (*campaignv1.GetParticipationResponse, error)
			want bool
		}{
			{"its organizer", func() (*campaignv1.GetParticipationResponse, error) {
				return w.GetParticipation(organizer(t, who), req)
			}, true},
			{"one who is organizer no more", func() (*campaignv1.GetParticipationResponse, error) { return w.GetParticipation(as(t, who), req) }, false},
			{"another organizer", func() (*campaignv1.GetParticipationResponse, error) {
				return w.GetParticipation(organizer(t, uuid.New()), req)
			}, false},
			{"an admin", func() (*campaignv1.GetParticipationResponse, error) {
				return w.GetParticipation(admin(t, uuid.New()), req)
			}, true},
		} {
			res, err := by.call()
			must(t, err)
			equal(t, by.what, res.GetParticipation().GetOrganizes(), by.want)
		}
	})
}
