package campaign_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestACheckInIsKeptWithItsFactAndAnnounced(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := openRush(t, seam)
		run := w.campaign(terms{})
		ada := w.joined(run)
		picture := w.picture(ada)
		made := w.checkIn(ada, hello(run, picture))
		checkInID := uuid.MustParse(made.GetId())
		if made.GetCampaignId() != run.String() || made.GetUser().GetId() != ada.String() || made.GetText() != "at the top" || len(made.GetMedia()) != 1 || made.GetMedia()[0].GetId() != picture {
			t.Errorf("it is %v", made)
		}
		at := made.GetCreatedAt().AsTime()
		if checkInID.Version() != 7 || checkInID.Variant() != uuid.RFC4122 || !at.Equal(id.Time(checkInID)) || time.Since(at).Abs() > time.Minute {
			t.Errorf("%s is of %v", checkInID, at)
		}
		n := one[int](w, `SELECT count(*) FROM campaign_facts AS f JOIN campaign_check_ins AS i ON i.id = f.subject_id
			WHERE f.campaign_id = $1 AND f.kind = 1 AND f.user_id = $2 AND f.subject_id = $3 AND f.moment = $4 AND f.position IS NULL
			  AND f.day = ($4::timestamptz AT TIME ZONE 'UTC')::date AND f.day = i.day AND i.number = 1 AND i.voided_at IS NULL`, run, ada, checkInID, at)
		if facts := one[int](w, `SELECT count(*) FROM campaign_facts`); n != 1 || facts != 1 {
			t.Errorf("%d facts of %d are its own", n, facts)
		}
		events, held := w.announced("campaign.checked_in"), w.announced("media.media_held")
		if len(events) != 1 || events[0].GetCheckedIn().GetCheckInId() != made.GetId() || len(held) != 1 || held[0].GetMediaHeld().GetMediaIds()[0] != picture {
			t.Errorf("announced were %v, %v", events, held)
		}
		// The event is about the claim that stands: the picture stays for good.
		must(t, w.media.OnMediaHeld(t.Context(), held[0]))
		if one[bool](w, `SELECT collect_at IS NOT NULL FROM media_objects WHERE id = $1`, uuid.MustParse(picture)) {
			t.Error("the picture will be collected")
		}
	})
}

func TestCheckInsThatMayNotBeAreRefusedEachForItsReason(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := openRush(t, seam)
		hour := time.Hour
		soon, past := w.campaign(terms{starts: w.now().Add(hour)}), w.campaign(terms{starts: w.now().Add(-2 * hour), ends: w.now().Add(-hour)})
		open, teams, full := w.campaign(terms{}), w.campaign(terms{teamNeeded: true}), w.campaign(terms{cap: 2, teamNeeded: true})
		ada := w.account()
		for _, run := range []uuid.UUID{soon, past, open, teams, full} {
			w.join(run, ada)
		}
		w.team(full, ada)
		w.checkIn(ada, hello(full))
		w.checkIn(ada, hello(full))
		for name, c := range map[string]struct {
			who    uuid.UUID
			req    *campaignv1.CheckInRequest
			kind   fault.Kind
			reason string
		}{
			"unknown":            {ada, hello(uuid.New()), fault.NotFound, "campaign_not_found"},
			"not started":        {ada, hello(soon), fault.Precondition, "campaign_not_started"},
			"nor joined":         {w.account(), hello(soon), fault.Precondition, "campaign_not_started"},
			"over":               {ada, hello(past), fault.Precondition, "campaign_ended"},
			"over, never joined": {w.account(), hello(past), fault.Precondition, "campaign_ended"},
			"not joined":         {w.account(), hello(teams), fault.Precondition, "not_joined"},
			"without team":       {ada, hello(teams), fault.Precondition, "team_needed"},
			"over the cap":       {ada, hello(full), fault.Exhausted, "daily_check_ins"},
			"no such picture":    {ada, hello(open, uuid.NewString()), fault.Precondition, "media_not_ready"},
			"another's picture":  {ada, hello(open, w.picture(w.account())), fault.Precondition, "media_not_ready"},
		} {
			_, err := w.try(c.who, c.req)
			wantFault(t, err, c.kind, c.reason)
			if err == nil {
				t.Error(name)
			}
		}
		if rows, facts, events := one[int](w, `SELECT count(*) FROM campaign_check_ins`), one[int](w, `SELECT count(*) FROM campaign_facts`), len(w.announced("campaign.checked_in")); rows != 2 || facts != 2 || events != 2 {
			t.Errorf("of two check-ins there are %d rows, %d facts and %d events", rows, facts, events)
		}
		w.team(teams, ada)
		w.checkIn(ada, hello(teams))
	})
}

// A picture of a check-in that is refused can be used in another.
func TestARefusedCheckInClaimsNoPicture(t *testing.T) {
	t.Parallel()
	w := openRush(t, rpctest.InProcess)
	ada := w.account()
	picture := w.picture(ada)
	soon, run := w.campaign(terms{starts: w.now().Add(time.Hour)}), w.campaign(terms{})
	w.join(soon, ada)
	_, err := w.try(ada, hello(soon, picture))
	wantFault(t, err, fault.Precondition, "campaign_not_started")
	_, err = w.try(ada, hello(run, picture))
	wantFault(t, err, fault.Precondition, "not_joined")
	w.join(run, ada)
	w.checkIn(ada, hello(run, picture))
	_, err = w.try(ada, hello(run, picture)) // it is shown now
	wantFault(t, err, fault.Precondition, "media_not_ready")
}

func TestTheWindowIsFromTheStartUntilBeforeTheEnd(t *testing.T) {
	t.Parallel()
	w := openRush(t, rpctest.InProcess)
	start := w.now().Truncate(time.Minute).Add(24 * time.Hour)
	run := w.campaign(terms{starts: start, ends: start.Add(time.Hour), cap: 1000})
	ada := w.joined(run)
	try := func(at time.Time, want string) {
		t.Helper()
		w.at(at)
		made, err := w.try(ada, hello(run))
		if want != "" {
			wantFault(t, err, fault.Precondition, want)
			return
		}
		must(t, err)
		if got := made.GetCreatedAt().AsTime(); got.Before(at) || got.After(at.Add(time.Minute)) {
			t.Errorf("one at %v was made at %v", at, got)
		}
	}
	try(start.Add(-time.Second), "campaign_not_started")
	try(start, "")
	try(start.Add(time.Hour-50*time.Second), "")
	try(start.Add(time.Hour), "campaign_ended")
	// The rules are those of the moment: an end that is put off counts at once.
	w.exec(`UPDATE campaigns SET ends_at = ends_at + interval '1 hour' WHERE id = $1`, run)
	try(start.Add(time.Hour), "")
}

func TestTheSameKeyAnswersTheSameCheckIn(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, organizer := openRush(t, seam), uuid.New()
		run, other := w.campaign(terms{organizer: organizer, cap: 2}), w.campaign(terms{})
		ada := w.joined(run)
		w.join(other, ada)
		plain, pictured := hello(run), hello(run, w.picture(ada), w.picture(ada))
		made := map[*campaignv1.CheckInRequest]*campaignv1.CheckIn{plain: w.checkIn(ada, plain), pictured: w.checkIn(ada, pictured)}
		again := func(when string) {
			t.Helper()
			for req, first := range made {
				if got := w.checkIn(ada, req); !proto.Equal(got, first) {
					t.Errorf("%s: made %v\nagain %v", when, first, got)
				}
				changed := proto.CloneOf(req)
				changed.Text += "!"
				_, err := w.try(ada, changed)
				wantFault(t, err, fault.Precondition, "idempotency_key_reused")
			}
			fewer := proto.CloneOf(pictured)
			slices.Reverse(fewer.GetMediaIds())
			_, err := w.try(ada, fewer)
			wantFault(t, err, fault.Precondition, "idempotency_key_reused")
		}
		again("over the day's cap")
		_, err := w.try(ada, hello(run))
		wantFault(t, err, fault.Exhausted, "daily_check_ins")
		w.exec(`DELETE FROM campaign_participants WHERE campaign_id = $1`, run)
		again("after leaving")
		w.exec(`UPDATE campaigns SET ends_at = now() - interval '1 minute' WHERE id = $1`, run)
		again("after the end")
		must(t, w.void(organizer, made[plain]))
		again("withdrawn")
		// Keys are a person's own, in each campaign.
		elsewhere := proto.CloneOf(plain)
		elsewhere.CampaignId = other.String()
		if got := w.checkIn(ada, elsewhere); got.GetId() == made[plain].GetId() {
			t.Error("a key of one campaign is used in another")
		}
		if got := w.checkIn(w.joined(other), elsewhere); got.GetId() == made[plain].GetId() {
			t.Error("a key of one person is used by another")
		}
		if n := len(w.announced("campaign.checked_in")); n != 4 {
			t.Errorf("%d announcements of 4 check-ins", n)
		}
	})
}

func TestOneKeyAtTheSameTimeMakesOneCheckIn(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := openRush(t, seam)
		run := w.campaign(terms{})
		ada := w.joined(run)
		for _, req := range []*campaignv1.CheckInRequest{hello(run), hello(run, w.picture(ada))} {
			ids := make([]string, 32)
			var all sync.WaitGroup
			for i := range ids {
				all.Go(func() {
					made, err := w.try(ada, req)
					if err != nil {
						t.Error(err)
					}
					ids[i] = made.GetId()
				})
			}
			all.Wait()
			for _, made := range ids {
				if made != ids[0] {
					t.Fatalf("%q and %q were made", made, ids[0])
				}
			}
		}
		if rows, facts, events := one[int](w, `SELECT count(*) FROM campaign_check_ins`), one[int](w, `SELECT count(*) FROM campaign_facts`), len(w.announced("campaign.checked_in")); rows != 2 || facts != 2 || events != 2 {
			t.Errorf("of two check-ins there are %d rows, %d facts and %d events", rows, facts, events)
		}
	})
}

func TestOfCheckInsAtTheSameTimeExactlyTheCapIsMade(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := openRush(t, seam)
		const limit, calls = 10, 64
		run := w.campaign(terms{cap: limit})
		ada, bob := w.joined(run), w.joined(run)
		var mu sync.Mutex
		outcomes := map[string]int{}
		var all sync.WaitGroup
		for range calls {
			all.Go(func() {
				_, err := w.try(ada, hello(run))
				outcome := "made"
				if f, ok := errors.AsType[*fault.Error](err); ok {
					outcome = f.Reason
				} else if err != nil {
					outcome = err.Error()
				}
				mu.Lock()
				defer mu.Unlock()
				outcomes[outcome]++
			})
		}
		w.checkIn(bob, hello(run)) // whom it does not concern
		all.Wait()
		if outcomes["made"] != limit || outcomes["daily_check_ins"] != calls-limit {
			t.Errorf("they ended as %v", outcomes)
		}
		numbers := column[int32](w, `SELECT number FROM campaign_check_ins WHERE user_id = $1 ORDER BY number`, ada)
		if len(numbers) != limit || numbers[0] != 1 || numbers[limit-1] != limit {
			t.Errorf("they have the numbers %v", numbers)
		}
		if n := one[int](w, `SELECT count(*) FROM campaign_facts`); n != limit+1 {
			t.Errorf("%d facts of %d check-ins", n, limit+1)
		}
	})
}

func TestADayIsOneOfTheCampaignsTimeZone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zone string
		// first and last are within one day, next is the first moment of the one after.
		first, last, next string
	}{
		"of 24 hours":                 {"Asia/Kolkata", "2030-06-01T18:30:00Z", "2030-06-02T18:29:10Z", "2030-06-02T18:30:00Z"},
		"clocks go forward":           {"Europe/Berlin", "2030-03-30T23:00:00Z", "2030-03-31T21:59:10Z", "2030-03-31T22:00:00Z"},
		"clocks go back":              {"Europe/Berlin", "2030-10-26T22:00:00Z", "2030-10-27T22:59:10Z", "2030-10-27T23:00:00Z"},
		"clocks go forward at night":  {"America/Sao_Paulo", "2018-11-03T03:00:00Z", "2018-11-04T02:59:10Z", "2018-11-04T03:00:00Z"},
		"the day after that":          {"America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T01:59:10Z", "2018-11-05T02:00:00Z"},
		"clocks go back at night":     {"America/Sao_Paulo", "2018-02-17T02:00:00Z", "2018-02-18T02:59:10Z", "2018-02-18T03:00:00Z"},
		"a day that an island missed": {"Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-30T09:59:10Z", "2011-12-30T10:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := openRush(t, rpctest.InProcess)
			moment := func(text string) time.Time {
				at, err := time.Parse(time.RFC3339, text)
				must(t, err)
				return at
			}
			first, last, next := moment(c.first), moment(c.last), moment(c.next)
			run := w.campaign(terms{zone: c.zone, cap: 2, starts: first.Add(-time.Hour)})
			ada := w.joined(run)
			for _, at := range []time.Time{first, last} {
				w.at(at)
				w.checkIn(ada, hello(run))
			}
			_, err := w.try(ada, hello(run))
			wantFault(t, err, fault.Exhausted, "daily_check_ins")
			if f, ok := errors.AsType[*fault.Error](err); !ok || f.RetryAfter <= 0 || f.RetryAfter > next.Sub(last) {
				t.Errorf("it may be tried again after %v, the next day begins %v later", f.RetryAfter, next.Sub(last))
			}
			w.at(first.Add(time.Minute)) // clocks may differ
			_, err = w.try(ada, hello(run))
			wantFault(t, err, fault.Exhausted, "daily_check_ins")
			if f, ok := errors.AsType[*fault.Error](err); !ok || (f.RetryAfter-next.Sub(first.Add(time.Minute))).Abs() > 30*time.Second {
				t.Errorf("it may be tried again after %v, the next day begins %v later", f.RetryAfter, next.Sub(first))
			}
			w.at(next)
			w.checkIn(ada, hello(run))
			w.checkIn(ada, hello(run))
			_, err = w.try(ada, hello(run))
			wantFault(t, err, fault.Exhausted, "daily_check_ins")
			if days := one[int](w, `SELECT count(DISTINCT day) FROM campaign_facts`); days != 2 {
				t.Errorf("they are of %d days", days)
			}
		})
	}
}

func TestATimeZoneThatWasChangedIsUsedAtOnce(t *testing.T) {
	t.Parallel()
	w := openRush(t, rpctest.InProcess)
	start := w.now().Truncate(24 * time.Hour).Add(48*time.Hour + 30*time.Minute)
	run := w.campaign(terms{starts: start})
	ada := w.joined(run)
	_, err := w.try(ada, hello(run)) // the zone is kept now
	wantFault(t, err, fault.Precondition, "campaign_not_started")
	w.exec(`UPDATE campaigns SET time_zone = 'America/Los_Angeles' WHERE id = $1`, run)
	w.at(start)
	w.checkIn(ada, hello(run))
	if !one[bool](w, `SELECT day = ($1::timestamptz AT TIME ZONE 'America/Los_Angeles')::date FROM campaign_facts`, start) {
		t.Error("the day is of the time zone before")
	}
}

func TestWhoChecksInTooFastIsToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	w := openRushWith(t, rpctest.OverSocket, pgtest.New(t), pace.Rate{PerMinute: 1, Burst: 2}, nil)
	run := w.campaign(terms{})
	ada := w.joined(run)
	w.checkIn(ada, hello(run))
	w.checkIn(ada, hello(run))
	_, err := w.try(ada, hello(run))
	wantFault(t, err, fault.Exhausted, "rate_limited")
	w.checkIn(w.joined(run), hello(run))
}
