package review_test

import (
	"testing"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func deleted(account uuid.UUID) *eventv1.Event {
	return &eventv1.Event{Body: &eventv1.Event_AccountDeleted{AccountDeleted: &eventv1.AccountDeleted{UserId: account.String()}}}
}

func TestADeletedAccountLeavesNothingButReportsWithoutAName(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		people, p, other := w.people(3), w.product("Size"), w.product("Fit")
		leaver := people[0]
		shown := opinion(p, 5, 4)
		shown.MediaIds = []string{w.picture(leaver)}
		w.review(leaver, shown)
		w.review(leaver, opinion(other, 2, 1))
		stays := w.review(people[1], opinion(p, 3, 2))
		w.mark(stays, leaver)
		w.mark(stays, people[2])
		w.report(stays, leaver)
		equal(t, "the count before", w.list(p, 3)[0].GetHelpfulCount(), 2)
		for range 2 { // events may come twice
			must(t, w.service.OnAccountDeleted(t.Context(), deleted(leaver)))
			equal(t, "counted", w.meta(p).GetTotal(), 1)
			equal(t, "counted", w.meta(other).GetTotal(), 0)
			l := w.list(p, 3)
			equal(t, "shown", len(l), 1)
			equal(t, "the count", l[0].GetHelpfulCount(), 1)
			equal(t, "releases", len(w.announced("media.media_released")), 1)
			equal(t, "waiting", w.waiting()[0].GetReportCount(), 1)
			equal(t, "rows with the account", w.rows(`SELECT ((SELECT count(*) FROM reviews WHERE author_id = $1) + (SELECT count(*) FROM review_helpful WHERE user_id = $1)
				+ (SELECT count(*) FROM review_reports WHERE user_id = $1) + (SELECT count(*) FROM review_moderation WHERE user_id = $1))::text`, leaver)[0], "0")
			w.exact()
		}
	})
}

// In process: it shortens the time of a message (export_test.go).
func TestALongHistoryGoesInSeveralMessages(t *testing.T) {
	t.Parallel()
	w, leaver := open(t, rpctest.InProcess), uuid.New()
	p := w.product()
	w.stored(p, 450)
	w.exec(`UPDATE reviews SET helpful = helpful + 1, relevance = review_relevance(helpful + 1, created_at)`)
	w.exec(`INSERT INTO review_helpful (user_id, review_id) SELECT $1, id FROM reviews`, leaver)
	left := func() string { return w.rows(`SELECT count(*)::text FROM review_helpful`)[0] }
	w.service.SetEraseBudget(0)
	must(t, w.service.OnAccountDeleted(t.Context(), deleted(leaver)))
	equal(t, "left after one page", left(), "250")
	tries := 1
	for ; len(w.announced("review.account_deleted")) > 0 && tries < 10; tries++ {
		w.exec(`DELETE FROM river_job WHERE kind = 'review.account_deleted'`)
		must(t, w.service.OnAccountDeleted(t.Context(), deleted(leaver)))
	}
	equal(t, "messages", tries, 3)
	equal(t, "left", left(), "0")
	equal(t, "helpful", w.rows(`SELECT sum(helpful - (key::int * 31 % 12))::text FROM reviews`)[0], "0")
}

// In process: handlers of events are in no contract.
func TestEverySubscriptionHasAHandler(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	for _, s := range queue.Subscriptions {
		if s.Consumer == "review" && w.service.Handlers()[s.Topic()] == nil {
			t.Error(s.Topic())
		}
	}
}
