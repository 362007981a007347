package review_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestTheQueueIsInTheOrderOfFirstReports(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		p := w.product()
		var reviews []*reviewv1.Review
		for _, author := range w.people(5) {
			reviews = append(reviews, w.review(author, opinion(p, 1)))
		}
		order := []int{3, 0, 4, 1, 2}
		for range 2 {
			for _, i := range order {
				w.report(reviews[i], uuid.New())
			}
			slices.Reverse(order) // later ones change nothing in the order
		}
		var got []string
		req := &reviewv1.ListReportedRequest{PageSize: 2}
		for more := true; more; more = req.GetPageToken() != "" {
			res, err := w.ListReported(moderator(t), req)
			must(t, err)
			for _, q := range res.GetReported() {
				got = append(got, q.GetReviewId())
				equal(t, "reports", q.GetReportCount(), 2)
			}
			req.PageToken = res.GetNextPageToken()
		}
		want := []string{reviews[3].GetId(), reviews[0].GetId(), reviews[4].GetId(), reviews[1].GetId(), reviews[2].GetId()}
		if !slices.Equal(got, want) {
			t.Errorf("the queue is %v, want %v", got, want)
		}
		_, err := w.DeleteReview(as(t, uuid.MustParse(reviews[3].GetReviewer().GetUserId())), &reviewv1.DeleteReviewRequest{ReviewId: reviews[3].GetId()})
		must(t, err)
		equal(t, "the first after it was deleted", w.waiting()[0].GetReviewId(), reviews[0].GetId())
		w.exact()
	})
}

func TestEveryDeedIsRecordedWithWhoDidItAndWhy(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		people := w.people(8)
		author, judge := people[0], people[7]
		r := w.review(author, opinion(w.product(), 1))
		for _, who := range people[1:6] {
			w.report(r, who)
		}
		keep, hide := reviewv1.Verdict_VERDICT_KEEP, reviewv1.Verdict_VERDICT_HIDE
		for _, verdict := range []reviewv1.Verdict{keep, keep, hide, hide, keep} { // twice changes nothing
			_, err := w.ResolveReport(in(t, judge, accessv1.Role_ROLE_MODERATOR), &reviewv1.ResolveReportRequest{ReviewId: r.GetId(), Verdict: verdict, Reason: "because"})
			must(t, err)
		}
		_, err := w.RespondToReview(in(t, judge, accessv1.Role_ROLE_ORGANIZER), &reviewv1.RespondToReviewRequest{ReviewId: r.GetId(), Response: "Thanks"})
		must(t, err)
		_, err = w.DeleteReview(as(t, author), &reviewv1.DeleteReviewRequest{ReviewId: r.GetId()})
		must(t, err)
		var got []string
		for _, d := range w.deeds(r) {
			got = append(got, fmt.Sprint(d.GetAction().Number(), d.GetUser().GetHandle(), d.GetReason()))
			if d.GetAt() == nil || d.GetId() == "" {
				t.Errorf("it is %v", d)
			}
		}
		want := []string{"6person_0", "5person_7", "4person_7because", "3person_7because", "4person_7because", "2"}
		for i := 5; i >= 1; i-- {
			want = append(want, fmt.Sprintf("1person_%dIt is rude", i))
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		first, err := w.ListModeration(moderator(t), &reviewv1.ListModerationRequest{ReviewId: r.GetId(), PageSize: 10})
		must(t, err)
		rest, err := w.ListModeration(moderator(t), &reviewv1.ListModerationRequest{ReviewId: r.GetId(), PageSize: 10, PageToken: first.GetNextPageToken()})
		must(t, err)
		equal(t, "deeds on two pages", len(first.GetEntries())+len(rest.GetEntries()), 11)
		equal(t, "a third page", rest.GetNextPageToken(), "")
	})
}

func TestOnlyReviewsThatThereAreAreModerated(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, nothing := open(t, seam), uuid.NewString()
		_, err := w.ResolveReport(moderator(t), &reviewv1.ResolveReportRequest{ReviewId: nothing, Verdict: reviewv1.Verdict_VERDICT_HIDE})
		wantFault(t, err, fault.NotFound, "review_not_found")
		_, err = w.ListModeration(moderator(t), &reviewv1.ListModerationRequest{ReviewId: nothing})
		wantFault(t, err, fault.NotFound, "review_not_found")
		_, err = w.RespondToReview(shop(t), &reviewv1.RespondToReviewRequest{ReviewId: nothing, Response: "Thanks"})
		wantFault(t, err, fault.NotFound, "review_not_found")
		r := w.review(w.people(1)[0], opinion(w.product(), 1))
		equal(t, "deeds", len(w.deeds(r)), 0)
		w.resolve(r, reviewv1.Verdict_VERDICT_HIDE)
		_, err = w.RespondToReview(shop(t), &reviewv1.RespondToReviewRequest{ReviewId: r.GetId(), Response: "Thanks"})
		wantFault(t, err, fault.NotFound, "review_not_found")
	})
}

// Over a socket: access rules stand at the edge.
func TestModeratingAndRespondingAreForRoles(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	r := w.review(w.people(1)[0], opinion(w.product(), 1))
	_, err := w.ResolveReport(shop(t), &reviewv1.ResolveReportRequest{ReviewId: r.GetId(), Verdict: reviewv1.Verdict_VERDICT_HIDE})
	wantFault(t, err, fault.Denied, "role_required")
	_, err = w.ListReported(as(t, uuid.New()), &reviewv1.ListReportedRequest{})
	wantFault(t, err, fault.Denied, "role_required")
	_, err = w.ListModeration(t.Context(), &reviewv1.ListModerationRequest{ReviewId: r.GetId()})
	wantFault(t, err, fault.Unauthenticated, "sign_in_required")
	_, err = w.RespondToReview(as(t, uuid.New()), &reviewv1.RespondToReviewRequest{ReviewId: r.GetId(), Response: "Thanks"})
	wantFault(t, err, fault.Denied, "role_required")
	_, err = w.ResolveReport(moderator(t), &reviewv1.ResolveReportRequest{ReviewId: r.GetId()})
	equal(t, "no verdict", fault.KindOf(err), fault.Invalid)
}

func TestTheShopAnswersAReview(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		p := w.product()
		r := w.review(w.people(1)[0], opinion(p, 1))
		w.list(p, 2)
		respond := func(text string) *reviewv1.Review {
			res, err := w.RespondToReview(shop(t), &reviewv1.RespondToReviewRequest{ReviewId: r.GetId(), Response: text})
			must(t, err)
			return res.GetReview()
		}
		said := respond("We are sorry")
		equal(t, "it says", said.GetResponse(), "We are sorry")
		equal(t, "the list says", w.list(p, 2)[0].GetResponse(), "We are sorry")
		equal(t, "when", respond("We are sorry").GetRespondedAt().AsTime(), said.GetRespondedAt().AsTime())
		if back := respond(""); back.GetResponse() != "" || back.GetRespondedAt() != nil {
			t.Errorf("taken back it is %v", back)
		}
		equal(t, "the list says", w.list(p, 2)[0].GetResponse(), "")
		equal(t, "deeds", len(w.deeds(r)), 2)
	})
}
