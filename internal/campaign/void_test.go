package campaign_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestAnOrganizerWithdrawsACheckInOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, organizer := openRush(t, seam), uuid.New()
		run := w.campaign(terms{organizer: organizer, cap: 2})
		ada := w.joined(run)
		picture := w.picture(ada)
		made, kept := w.checkIn(ada, hello(run, picture)), w.checkIn(ada, hello(run))
		w.exec(`UPDATE campaigns SET ends_at = now() - interval '1 minute' WHERE id = $1`, run) // which is no obstacle
		for range 2 {
			must(t, w.void(organizer, made))
		}
		checkInID := uuid.MustParse(made.GetId())
		n := one[int](w, `SELECT count(*) FROM campaign_facts AS f JOIN campaign_facts AS first ON first.subject_id = f.subject_id AND first.kind = 1
			WHERE f.kind = 2 AND f.campaign_id = $1 AND f.user_id = $2 AND f.subject_id = $3 AND f.moment = $4 AND f.day = first.day AND f.id > first.id`,
			run, ada, checkInID, id.Time(checkInID))
		if facts := one[int](w, `SELECT count(*) FROM campaign_facts`); n != 1 || facts != 3 {
			t.Errorf("%d facts of %d are of the withdrawal", n, facts)
		}
		if by := one[uuid.UUID](w, `SELECT voided_by FROM campaign_check_ins WHERE void_reason = 'a photo of a sofa'`); by != organizer {
			t.Errorf("it was withdrawn by %s", by)
		}
		if events := w.announced("campaign.check_in_voided"); len(events) != 1 || events[0].GetCheckInVoided().GetCheckInId() != made.GetId() {
			t.Errorf("announced was %v", events)
		}
		if feed := w.feed(run, 10, nil); len(feed) != 1 || feed[0].GetId() != kept.GetId() {
			t.Errorf("the feed is %v", feed)
		}
		// Its picture is given back, and its place in the day is not.
		for _, ev := range w.announced("media.media_released") {
			must(t, w.media.OnMediaReleased(t.Context(), ev))
		}
		if !one[bool](w, `SELECT collect_at IS NOT NULL FROM media_objects WHERE id = $1`, uuid.MustParse(picture)) {
			t.Error("the picture stays")
		}
		w.exec(`UPDATE campaigns SET ends_at = now() + interval '1 hour' WHERE id = $1`, run)
		_, err := w.try(ada, hello(run))
		wantFault(t, err, fault.Exhausted, "daily_check_ins")
	})
}

func TestOnlyOrganizerAndAdminsWithdrawCheckIns(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, organizer := openRush(t, seam), uuid.New()
		run := w.campaign(terms{organizer: organizer})
		ada := w.joined(run)
		made := w.checkIn(ada, hello(run))
		wantFault(t, w.void(uuid.New(), made), fault.Denied, "not_organizer")
		wantFault(t, w.void(ada, made), fault.Denied, "not_organizer")
		wantFault(t, w.void(organizer, &campaignv1.CheckIn{Id: uuid.NewString()}), fault.NotFound, "check_in_not_found")
		_, err := w.VoidCheckIn(rushAs(t, uuid.New(), accessv1.Role_ROLE_ADMIN), &campaignv1.VoidCheckInRequest{CheckInId: made.GetId()})
		must(t, err)
		wantFault(t, w.void(uuid.New(), made), fault.Denied, "not_organizer")
		if n := len(w.announced("campaign.check_in_voided")); n != 1 {
			t.Errorf("%d announcements", n)
		}
	})
}

func TestWithdrawingAtTheSameTimeWithdrawsOnce(t *testing.T) {
	t.Parallel()
	w, organizer := openRush(t, rpctest.InProcess), uuid.New()
	run := w.campaign(terms{organizer: organizer})
	made := w.checkIn(w.joined(run), hello(run))
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if err := w.void(organizer, made); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if facts, events := one[int](w, `SELECT count(*) FROM campaign_facts WHERE kind = 2`), len(w.announced("campaign.check_in_voided")); facts != 1 || events != 1 {
		t.Errorf("of one withdrawal there are %d facts and %d events", facts, events)
	}
}
