package review_test

import (
	"testing"

	"github.com/google/uuid"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestAReviewIsTakenBackByItsAuthorAlone(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		people, p := w.people(2), w.product("Size")
		req := opinion(p, 5, 2)
		req.MediaIds = []string{w.picture(people[0])}
		r := w.review(people[0], req)
		w.mark(r, people[1])
		w.report(r, people[1])
		remove := func(who uuid.UUID) error {
			_, err := w.DeleteReview(as(t, who), &reviewv1.DeleteReviewRequest{ReviewId: r.GetId()})
			return err
		}
		wantFault(t, remove(people[1]), fault.Denied, "not_author")
		equal(t, "counted", w.meta(p).GetTotal(), 1)
		for range 2 { // again changes nothing
			must(t, remove(people[0]))
			equal(t, "counted", w.meta(p).GetTotal(), 0)
			equal(t, "shown", len(w.list(p, 1)), 0)
			equal(t, "waiting", len(w.waiting()), 0)
		}
		wantFault(t, remove(people[1]), fault.NotFound, "review_not_found")
		released := w.announced("media.media_released")
		equal(t, "releases", len(released), 1)
		equal(t, "of", released[0].GetMediaReleased().GetSubject(), w.announced("media.media_held")[0].GetMediaHeld().GetSubject())
		w.review(people[0], opinion(p, 1, 1)) // he may write another one
		w.exact()
	})
}
