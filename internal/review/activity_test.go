package review_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// activity is what somebody is told that he did about a product, and of these reviews.
func (w world) activity(p *reviewv1.Product, who uuid.UUID, reviews ...*reviewv1.Review) *reviewv1.GetMyActivityResponse {
	w.t.Helper()
	res, err := w.GetMyActivity(as(w.t, who), &reviewv1.GetMyActivityRequest{ProductId: p.GetId(), ReviewIds: idsOf(reviews...)})
	must(w.t, err)
	return res
}

func idsOf(reviews ...*reviewv1.Review) (ids []string) {
	for _, r := range reviews {
		ids = append(ids, r.GetId())
	}
	return ids
}

// sameIDs holds a list of ids to those of reviews, in their order.
func sameIDs(t testing.TB, what string, got []string, want ...*reviewv1.Review) {
	t.Helper()
	if !slices.Equal(got, idsOf(want...)) {
		t.Errorf("%s: got %v, want %v", what, got, idsOf(want...))
	}
}

func TestEverybodyIsToldWhatHeDidAboutAProductHimself(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		people, p := w.people(4), w.product("Size", "Fit")
		ada, ben, cleo, dan := people[0], people[1], people[2], people[3]
		req := opinion(p, 4, 0, 5)
		req.MediaIds = []string{w.picture(ada)}
		adas, bens, cleos := w.review(ada, req), w.review(ben, opinion(p, 1)), w.review(cleo, opinion(p, 3))
		w.mark(bens, ada)
		w.mark(cleos, ada)
		w.report(bens, ada)
		w.mark(adas, ben)
		w.report(cleos, dan)
		_, err := w.RespondToReview(shop(t), &reviewv1.RespondToReviewRequest{ReviewId: adas.GetId(), Response: "Thanks"})
		must(t, err)

		got := w.activity(p, ada, cleos, adas, bens)
		own := w.list(p, reviewv1.Sort_SORT_NEWEST)[2]
		if !proto.Equal(got.GetReview(), own) || own.GetId() != adas.GetId() || len(own.GetPhotos()) != 1 || got.GetHidden() {
			t.Errorf("her own is %v\nwant %v", got, own)
		}
		sameIDs(t, "what helped Ada", got.GetHelpfulIds(), cleos, bens)
		sameIDs(t, "what Ada reported", got.GetReportedIds(), bens)

		got = w.activity(p, ben, adas, bens, cleos)
		equal(t, "Ben's own", got.GetReview().GetId(), bens.GetId())
		sameIDs(t, "what helped Ben", got.GetHelpfulIds(), adas)
		sameIDs(t, "what Ben reported", got.GetReportedIds())

		got = w.activity(p, dan, adas, bens, cleos)
		if got.GetReview() != nil || got.GetHidden() {
			t.Errorf("Dan's own is %v", got)
		}
		sameIDs(t, "what helped Dan", got.GetHelpfulIds())
		sameIDs(t, "what Dan reported", got.GetReportedIds(), cleos)

		got = w.activity(p, ada) // of none but her own
		equal(t, "Ada's own", got.GetReview().GetId(), adas.GetId())
		equal(t, "ids", len(got.GetHelpfulIds())+len(got.GetReportedIds()), 0)
	})
}

func TestOfReviewsElsewhereHiddenOrGoneNothingIsTold(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		people, p, other := w.people(4), w.product(), w.product()
		ada, ben := people[0], people[1]
		kept, hidden, gone := w.review(ben, opinion(p, 1)), w.review(people[2], opinion(p, 2)), w.review(people[3], opinion(p, 3))
		elsewhere := w.review(ben, opinion(other, 5))
		all := []*reviewv1.Review{gone, elsewhere, hidden, kept, {Id: uuid.NewString()}}
		for _, r := range all[:4] {
			w.mark(r, ada)
			w.report(r, ada)
		}
		w.resolve(hidden, reviewv1.Verdict_VERDICT_HIDE)
		w.resolve(kept, reviewv1.Verdict_VERDICT_KEEP)
		_, err := w.DeleteReview(as(t, people[3]), &reviewv1.DeleteReviewRequest{ReviewId: gone.GetId()})
		must(t, err)
		got := w.activity(p, ada, all...)
		sameIDs(t, "what helped", got.GetHelpfulIds(), kept)
		sameIDs(t, "what is reported, also after a verdict", got.GetReportedIds(), kept)
		got = w.activity(other, ada, all...)
		sameIDs(t, "what helped there", got.GetHelpfulIds(), elsewhere)
		sameIDs(t, "what is reported there", got.GetReportedIds(), elsewhere)
		w.resolve(hidden, reviewv1.Verdict_VERDICT_KEEP)
		sameIDs(t, "what helped, with one brought back", w.activity(p, ada, all...).GetHelpfulIds(), hidden, kept)
	})
}

func TestOnesOwnReviewIsToldAlsoWhileItIsHiddenAndNotWhenItIsDeleted(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		people, p := w.people(2), w.product()
		ada, ben := people[0], people[1]
		own, bens := w.review(ada, opinion(p, 4)), w.review(ben, opinion(p, 1))
		w.resolve(own, reviewv1.Verdict_VERDICT_HIDE)
		if got := w.activity(p, ada); !got.GetHidden() || !proto.Equal(got.GetReview(), own) {
			t.Errorf("her own, hidden, is %v", got)
		}
		if got := w.activity(p, ben, own); got.GetHidden() || got.GetReview().GetId() != bens.GetId() {
			t.Errorf("what he wrote himself is %v", got)
		}
		w.resolve(own, reviewv1.Verdict_VERDICT_KEEP)
		if got := w.activity(p, ada); got.GetHidden() || !proto.Equal(got.GetReview(), own) {
			t.Errorf("her own, brought back, is %v", got)
		}
		if got := w.activity(w.product(), ada); got.GetReview() != nil {
			t.Errorf("of another product she wrote %v", got)
		}
		_, err := w.DeleteReview(as(t, ada), &reviewv1.DeleteReviewRequest{ReviewId: own.GetId()})
		must(t, err)
		if got := w.activity(p, ada); got.GetReview() != nil || got.GetHidden() {
			t.Errorf("after she deleted it, it is %v", got)
		}
		again := w.review(ada, opinion(p, 2))
		equal(t, "the next", w.activity(p, ada).GetReview().GetId(), again.GetId())
	})
}

func TestWhoDidSomethingSeesItThroughReplicasThatLag(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		servers := pgtest.NewReplicated(t, 1)
		w := on(t, seam, servers, nil)
		people, p := w.people(2), w.product()
		bens := w.review(people[1], opinion(p, 3))
		must(t, servers.Server.CatchUp(t.Context()))
		must(t, servers.Server.PauseReplay(t.Context(), 0))
		ctx, session := consistency.Begin(as(t, people[0]), consistency.Position{})
		made, err := w.CreateReview(ctx, opinion(p, 4))
		must(t, err)
		_, err = w.MarkHelpful(ctx, &reviewv1.MarkHelpfulRequest{ReviewId: bens.GetId()})
		must(t, err)
		_, err = w.ReportReview(ctx, &reviewv1.ReportReviewRequest{ReviewId: bens.GetId()})
		must(t, err)
		at, err := session.Ceiling(t.Context())
		must(t, err)
		ctx, _ = consistency.Begin(as(t, people[0]), at)
		got, err := w.GetMyActivity(ctx, &reviewv1.GetMyActivityRequest{ProductId: p.GetId(), ReviewIds: []string{bens.GetId()}})
		must(t, err)
		equal(t, "his own", got.GetReview().GetId(), made.GetReview().GetId())
		sameIDs(t, "what helped", got.GetHelpfulIds(), bens)
		sameIDs(t, "what is reported", got.GetReportedIds(), bens)
		one, err := w.GetReview(ctx, &reviewv1.GetReviewRequest{ReviewId: made.GetReview().GetId()})
		must(t, err)
		equal(t, "one review", one.GetReview().GetBody(), made.GetReview().GetBody())
	})
}

func TestNobodyDidAnythingAboutWhatIsNoProduct(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, nothing := open(t, seam), uuid.NewString()
		r := w.review(w.people(1)[0], opinion(w.product(), 1))
		_, err := w.GetMyActivity(as(t, uuid.New()), &reviewv1.GetMyActivityRequest{ProductId: nothing, ReviewIds: []string{r.GetId()}})
		wantFault(t, err, fault.NotFound, "product_not_found")
		_, err = w.GetMyActivity(t.Context(), &reviewv1.GetMyActivityRequest{ProductId: r.GetProductId()})
		wantFault(t, err, fault.Unauthenticated, "sign_in_required")
	})
}

// Over a socket: input rules stand at the edge.
func TestWhatIsAskedOfOnesActivityIsBounded(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	p, one := w.product(), uuid.NewString()
	many := make([]string, 101)
	for i := range many {
		many[i] = uuid.NewString()
	}
	for name, bad := range map[string]struct {
		req   *reviewv1.GetMyActivityRequest
		field string
	}{
		"no product":            {&reviewv1.GetMyActivityRequest{}, "product_id"},
		"a product of no shape": {&reviewv1.GetMyActivityRequest{ProductId: "dress"}, "product_id"},
		"a review of no shape":  {&reviewv1.GetMyActivityRequest{ProductId: p.GetId(), ReviewIds: []string{"review"}}, "review_ids"},
		"an empty id":           {&reviewv1.GetMyActivityRequest{ProductId: p.GetId(), ReviewIds: []string{""}}, "review_ids"},
		"one twice":             {&reviewv1.GetMyActivityRequest{ProductId: p.GetId(), ReviewIds: []string{one, one}}, "review_ids"},
		"101 of them":           {&reviewv1.GetMyActivityRequest{ProductId: p.GetId(), ReviewIds: many}, "review_ids"},
	} {
		_, err := w.GetMyActivity(as(t, uuid.New()), bad.req)
		f, ok := err.(*fault.Error) //nolint:errorlint // faults leave a method unwrapped
		if !ok || f.Kind != fault.Invalid || !strings.HasPrefix(f.Field, bad.field) {
			t.Errorf("%s: %#v", name, err)
		}
	}
	_, err := w.GetMyActivity(as(t, uuid.New()), &reviewv1.GetMyActivityRequest{ProductId: p.GetId(), ReviewIds: many[:100]})
	must(t, err)
	_, err = w.GetReview(t.Context(), &reviewv1.GetReviewRequest{ReviewId: "review"})
	equal(t, "a review of no shape", fault.KindOf(err), fault.Invalid)
	_, err = w.GetReview(t.Context(), &reviewv1.GetReviewRequest{})
	equal(t, "no review", fault.KindOf(err), fault.Invalid)
}
