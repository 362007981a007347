package review_test

import (
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestOthersGetTheSumsAndTheMostRelevantReviewsOfAProduct(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		inner := reachInternal(t, seam, w.service)
		p := w.product("Size")
		for i, who := range w.people(3) {
			w.review(who, opinion(p, int32(3+i), 2))
		}
		sums, err := inner.SumReviews(t.Context(), &reviewv1.SumReviewsRequest{ProductId: p.GetId()})
		must(t, err)
		if !proto.Equal(sums.GetMeta(), w.meta(p)) {
			t.Errorf("the sums are %v, want %v", sums.GetMeta(), w.meta(p))
		}
		whole := w.list(p, reviewv1.Sort_SORT_RELEVANT)
		for _, limit := range []int32{1, 2, 3, 20} {
			res, err := inner.ListFirstReviews(t.Context(), &reviewv1.ListFirstReviewsRequest{ProductId: p.GetId(), Limit: limit})
			must(t, err)
			equal(t, "reviews", len(res.GetReviews()), min(int(limit), 3))
			for i, r := range res.GetReviews() {
				if !proto.Equal(r, whole[i]) {
					t.Errorf("review %d of %d is %v, want %v", i, limit, r, whole[i])
				}
			}
		}
	})
}

func TestOthersHearThatAProductIsNotThere(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		inner := reachInternal(t, seam, open(t, seam).service)
		_, err := inner.SumReviews(t.Context(), &reviewv1.SumReviewsRequest{ProductId: uuid.NewString()})
		wantFault(t, err, fault.NotFound, "product_not_found")
		_, err = inner.ListFirstReviews(t.Context(), &reviewv1.ListFirstReviewsRequest{ProductId: uuid.NewString(), Limit: 5})
		wantFault(t, err, fault.NotFound, "product_not_found")
	})
}
