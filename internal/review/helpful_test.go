package review_test

import (
	"testing"

	"github.com/google/uuid"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestAReviewHelpsEachOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		people, p := w.people(3), w.product()
		older := w.review(people[0], opinion(p, 5))
		newer := w.review(people[1], opinion(p, 1))
		for _, sort := range []reviewv1.Sort{1, 2, 3} {
			equal(t, "the first", w.list(p, sort)[0].GetId(), newer.GetId())
		}
		equal(t, "the count", w.mark(older, people[2]), 1)
		equal(t, "the count", w.mark(older, people[2]), 1)
		equal(t, "the count", w.mark(older, uuid.New()), 2)
		for sort, want := range map[reviewv1.Sort]string{1: older.GetId(), 2: newer.GetId(), 3: older.GetId()} {
			equal(t, sort.String(), w.list(p, sort)[0].GetId(), want)
		}
		equal(t, "the count in the list", w.list(p, reviewv1.Sort_SORT_HELPFUL)[0].GetHelpfulCount(), 2)
		same := uuid.New()
		ends := allAtOnce(20, func(i int) error {
			who := same
			if i >= 10 {
				who = uuid.New()
			}
			_, err := w.MarkHelpful(as(t, who), &reviewv1.MarkHelpfulRequest{ReviewId: newer.GetId()})
			return err
		})
		equal(t, "marks", ends[""], 20)
		equal(t, "the count", w.mark(newer, same), 11)
		w.exact()
	})
}

func TestSomeReviewsHelpNobody(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		author, p := w.people(1)[0], w.product()
		r := w.review(author, opinion(p, 5))
		mark := func(id string, who uuid.UUID) error {
			_, err := w.MarkHelpful(as(t, who), &reviewv1.MarkHelpfulRequest{ReviewId: id})
			return err
		}
		wantFault(t, mark(r.GetId(), author), fault.Precondition, "own_review")
		wantFault(t, mark(uuid.NewString(), author), fault.NotFound, "review_not_found")
		w.resolve(r, reviewv1.Verdict_VERDICT_HIDE)
		wantFault(t, mark(r.GetId(), uuid.New()), fault.NotFound, "review_not_found")
		_, err := w.MarkHelpful(t.Context(), &reviewv1.MarkHelpfulRequest{ReviewId: r.GetId()})
		wantFault(t, err, fault.Unauthenticated, "sign_in_required")
		w.exact()
	})
}
