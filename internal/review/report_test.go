package review_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// waiting is the first page of the moderators' queue.
func (w world) waiting() []*reviewv1.ReportedReview {
	w.t.Helper()
	res, err := w.ListReported(moderator(w.t), &reviewv1.ListReportedRequest{})
	must(w.t, err)
	return res.GetReported()
}

// deeds are what was done to a review, newest first.
func (w world) deeds(r *reviewv1.Review) []*reviewv1.ModerationEntry {
	w.t.Helper()
	res, err := w.ListModeration(moderator(w.t), &reviewv1.ListModerationRequest{ReviewId: r.GetId(), PageSize: 100})
	must(w.t, err)
	return res.GetEntries()
}

func TestFiveReportsHideAReviewUntilAModeratorHasSpoken(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		people, p := w.people(8), w.product()
		r := w.review(people[0], opinion(p, 5))
		for _, who := range people[1:5] {
			w.report(r, who)
			w.report(r, who) // twice changes nothing
		}
		equal(t, "shown with four reports", len(w.list(p, 1)), 1)
		w.report(r, people[5])
		equal(t, "shown with five", len(w.list(p, 1)), 0)
		equal(t, "counted", w.meta(p).GetTotal(), 0)
		w.report(r, people[5]) // who helped to hide it may say so again
		_, err := w.ReportReview(as(t, people[6]), &reviewv1.ReportReviewRequest{ReviewId: r.GetId()})
		wantFault(t, err, fault.NotFound, "review_not_found")
		q := w.waiting()
		if len(q) != 1 || !q[0].GetHidden() || q[0].GetReportCount() != 5 || len(q[0].GetReasons()) != 5 || q[0].GetBody() != r.GetBody() || q[0].GetReviewerName() != "person_0" {
			t.Errorf("the queue has %v", q)
		}
		w.exact()
		w.resolve(r, reviewv1.Verdict_VERDICT_KEEP)
		equal(t, "shown when it was kept", len(w.list(p, 1)), 1)
		equal(t, "counted", w.meta(p).GetTotal(), 1)
		equal(t, "waiting", len(w.waiting()), 0)
		for range 9 {
			w.report(r, uuid.New())
		}
		equal(t, "shown, as it was kept", len(w.list(p, 1)), 1)
		equal(t, "waiting", w.waiting()[0].GetReportCount(), 9)
		w.resolve(r, reviewv1.Verdict_VERDICT_HIDE)
		equal(t, "shown", len(w.list(p, 1)), 0)
		w.exact()
	})
}

func TestManyReportsAtOnceHideAReviewOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		p := w.product("Size")
		r := w.review(w.people(1)[0], opinion(p, 5, 3))
		ends := allAtOnce(12, func(int) error {
			_, err := w.ReportReview(as(t, uuid.New()), &reviewv1.ReportReviewRequest{ReviewId: r.GetId()})
			return err
		})
		if ends[""] != 5 || ends["review_not_found"] != 7 {
			t.Errorf("they ended with %v", ends)
		}
		actions := map[reviewv1.ModerationEntry_Action]int{}
		for _, d := range w.deeds(r) {
			actions[d.GetAction()]++
		}
		equal(t, "deeds", fmt.Sprint(actions), fmt.Sprint(map[reviewv1.ModerationEntry_Action]int{1: 5, 2: 1}))
		equal(t, "counted", w.meta(p).GetTotal(), 0)
		w.exact()
	})
}

func TestOnesOwnReviewAndNoneAreNotReported(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		author := w.people(1)[0]
		r := w.review(author, opinion(w.product(), 5))
		_, err := w.ReportReview(as(t, author), &reviewv1.ReportReviewRequest{ReviewId: r.GetId()})
		wantFault(t, err, fault.Precondition, "own_review")
		_, err = w.ReportReview(as(t, author), &reviewv1.ReportReviewRequest{ReviewId: uuid.NewString()})
		wantFault(t, err, fault.NotFound, "review_not_found")
		equal(t, "waiting", len(w.waiting()), 0)
	})
}
