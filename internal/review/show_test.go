package review_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestOneReviewIsShownAsItsListShowsIt(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		people, p := w.people(2), w.product("Size", "Fit")
		req := opinion(p, 4, 2, 5)
		req.MediaIds = []string{w.picture(people[0])}
		made := w.review(people[0], req)
		w.mark(made, people[1])
		_, err := w.RespondToReview(shop(t), &reviewv1.RespondToReviewRequest{ReviewId: made.GetId(), Response: "Thanks"})
		must(t, err)
		imported := w.product()
		w.stored(imported, 1)
		for _, want := range append(w.list(p, reviewv1.Sort_SORT_NEWEST), w.list(imported, reviewv1.Sort_SORT_NEWEST)...) {
			got, err := w.GetReview(t.Context(), &reviewv1.GetReviewRequest{ReviewId: want.GetId()})
			must(t, err)
			if !proto.Equal(got.GetReview(), want) || got.GetHidden() {
				t.Errorf("it is %v\nwant %v", got, want)
			}
		}
	})
}

func TestAHiddenReviewIsThereForModeratorsAlone(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		author := w.people(1)[0]
		r := w.review(author, opinion(w.product(), 1))
		req := &reviewv1.GetReviewRequest{ReviewId: r.GetId()}
		w.resolve(r, reviewv1.Verdict_VERDICT_HIDE)
		_, err := w.GetReview(t.Context(), req)
		wantFault(t, err, fault.NotFound, "review_not_found")
		_, err = w.GetReview(shop(t), req)
		wantFault(t, err, fault.NotFound, "review_not_found")
		_, err = w.GetReview(as(t, author), req)
		wantFault(t, err, fault.NotFound, "review_not_found")
		got, err := w.GetReview(moderator(t), req)
		must(t, err)
		if !got.GetHidden() || !proto.Equal(got.GetReview(), r) {
			t.Errorf("a moderator sees %v", got)
		}
		w.resolve(r, reviewv1.Verdict_VERDICT_KEEP)
		for _, ctx := range []context.Context{t.Context(), moderator(t)} {
			got, err := w.GetReview(ctx, req)
			must(t, err)
			if got.GetHidden() || !proto.Equal(got.GetReview(), r) {
				t.Errorf("brought back it is %v", got)
			}
		}
	})
}

func TestAReviewThatIsGoneOrNeverWasIsNotFound(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		author := w.people(1)[0]
		r := w.review(author, opinion(w.product(), 1))
		_, err := w.DeleteReview(as(t, author), &reviewv1.DeleteReviewRequest{ReviewId: r.GetId()})
		must(t, err)
		for _, id := range []string{r.GetId(), uuid.NewString()} {
			_, err = w.GetReview(t.Context(), &reviewv1.GetReviewRequest{ReviewId: id})
			wantFault(t, err, fault.NotFound, "review_not_found")
			_, err = w.GetReview(moderator(t), &reviewv1.GetReviewRequest{ReviewId: id})
			wantFault(t, err, fault.NotFound, "review_not_found")
		}
	})
}
