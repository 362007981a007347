package campaign_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func deleted(account uuid.UUID) *eventv1.Event {
	return &eventv1.Event{Body: &eventv1.Event_AccountDeleted{AccountDeleted: &eventv1.AccountDeleted{UserId: account.String()}}}
}

// checkedIn stores a check-in as if it had been made, with text or pictures.
func (w world) checkedIn(c *campaignv1.Campaign, who uuid.UUID, number int, text string, pictures ...string) {
	w.t.Helper()
	if pictures == nil {
		pictures = []string{}
	}
	w.exec(`INSERT INTO campaign_check_ins (id, campaign_id, user_id, day, number, text, media_ids, idempotency_key, request_hash)
		VALUES (uuid_v7(), $1, $2, '2026-05-01', $3, $4, $5::uuid[], 'key ' || $3::int, '')`, c.GetId(), who, number, text, pictures)
}

func TestAnAccountLeavesItsTeamsAndItsCheckInsBare(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, leaver, elder, younger := open(t, seam), uuid.New(), uuid.New(), uuid.New()
		over, c := w.running(5, 5), w.create(uuid.New(), w.plan(func(req *campaignv1.CreateCampaignRequest) {
			req.EndsAt, req.Rules = w.at(99*time.Hour), points(5, 5)
		}))
		for _, in := range []*campaignv1.Campaign{over, c} {
			w.join(in, leaver, elder, younger)
		}
		final := w.team(over, "Finals", leaver, elder)
		alone := w.team(c, "Alone", leaver)
		led := w.team(c, "Led", leaver)
		w.clock.forward(time.Second)
		must(t, w.enter(led, elder))
		w.clock.forward(time.Second)
		must(t, w.enter(led, younger))
		guest := w.team(c, "Guest", elder, leaver)
		w.checkedIn(c, leaver, 1, "hello")
		w.checkedIn(c, leaver, 2, "", uuid.NewString(), uuid.NewString())
		w.checkedIn(over, leaver, 1, "bye", uuid.NewString())
		w.checkedIn(c, elder, 1, "stays", uuid.NewString())
		w.clock.forward(2 * time.Hour) // one is over
		equal(t, "teams", w.get(c.GetId()).GetTeamCount(), 3)
		for range 2 { // events may come twice
			must(t, w.service.OnAccountDeleted(t.Context(), deleted(leaver)))
			if w.show(alone) != nil {
				t.Error("a team without members is still there")
			}
			equal(t, "captain", w.show(led).GetCaptainId(), elder.String())
			equal(t, "members", w.show(led).GetMemberCount(), 2)
			equal(t, "captain", w.show(guest).GetCaptainId(), elder.String())
			equal(t, "members", w.show(guest).GetMemberCount(), 1)
			equal(t, "captain of one that is over", w.show(final).GetCaptainId(), leaver.String())
			equal(t, "members of it", w.show(final).GetMemberCount(), 2)
			equal(t, "teams", w.get(c.GetId()).GetTeamCount(), 2)
			equal(t, "participants", w.get(c.GetId()).GetParticipantCount(), 3)
			equal(t, "leaves", len(w.rows(`SELECT id::text FROM campaign_facts WHERE kind = 4`)), 3)
			equal(t, "check-ins", len(w.rows(`SELECT id::text FROM campaign_check_ins WHERE user_id = $1`, leaver)), 3)
			equal(t, "check-ins with anything", len(w.rows(`SELECT id::text FROM campaign_check_ins WHERE text <> '' OR media_ids <> '{}'`)), 1)
		}
		released := w.announced("media.media_released")
		subjects := map[string]int{}
		for _, ev := range released {
			subjects[ev.GetMediaReleased().GetSubject()] = len(ev.GetMediaReleased().GetMediaIds())
		}
		equal(t, "releases", len(released), 2)
		equal(t, "pictures", subjects[fmt.Sprintf("check_in:%s:%s:key 2", c.GetId(), leaver)], 2)
		equal(t, "pictures", subjects[fmt.Sprintf("check_in:%s:%s:key 1", over.GetId(), leaver)], 1)
		w.exact()
	})
}

// In process: it shortens the time of a message (export_test.go).
func TestALongHistoryGoesInSeveralMessages(t *testing.T) {
	t.Parallel()
	w, leaver := open(t, rpctest.InProcess), uuid.New()
	c := w.running(5, 5)
	w.exec(`INSERT INTO campaign_check_ins (id, campaign_id, user_id, day, number, text, idempotency_key, request_hash)
		SELECT uuid_v7(), $1, $2, '2026-05-01', n, 'hello', n::text, '' FROM generate_series(1, 450) AS n`, c.GetId(), leaver)
	left := func() int {
		return len(w.rows(`SELECT id::text FROM campaign_check_ins WHERE text <> ''`))
	}
	w.service.SetEraseBudget(0)
	must(t, w.service.OnAccountDeleted(t.Context(), deleted(leaver)))
	equal(t, "left after one page", left(), 250)
	tries := 1
	for ; len(w.announced("campaign.account_deleted")) > 0 && tries < 10; tries++ {
		w.exec(`DELETE FROM river_job WHERE kind = 'campaign.account_deleted'`)
		must(t, w.service.OnAccountDeleted(t.Context(), deleted(leaver)))
	}
	equal(t, "messages", tries, 3)
	equal(t, "left", left(), 0)
}

// In process: handlers of events are in no contract.
func TestEverySubscriptionHasAHandler(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	for _, s := range queue.Subscriptions {
		if s.Consumer == "campaign" && w.service.Handlers()[s.Topic()] == nil {
			t.Error(s.Topic())
		}
	}
}
