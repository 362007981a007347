package review_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/uuid"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/review"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestMeansAreExactAndRoundedHalfToEven(t *testing.T) {
	t.Parallel()
	for want, of := range map[string][2]int64{
		"":       {0, 0},
		"5.0000": {5, 1},
		"3.3333": {10, 3},
		"4.6667": {14, 3},
		"1.0000": {20_001, 20_000},     // 1.00005 is half, and goes down to even
		"1.0002": {20_003, 20_000},     // 1.00015 is half, and goes up to even
		"1.0001": {20_001 + 1, 20_000}, // 1.0001
		"2.5000": {25_000_000_000_000, 10_000_000_000_000},
	} {
		equal(t, fmt.Sprint(of), review.Mean(of[0], of[1]), want)
	}
	for count := int64(1); count < 400; count++ {
		for sum := count; sum <= 5*count; sum += 7 {
			equal(t, fmt.Sprintf("%d / %d", sum, count), review.Mean(sum, count), evenly(sum, count))
		}
	}
}

// evenly rounds by another way: the nearest of all decimals of four places, and of two
// that are as near the even one.
func evenly(sum, count int64) string {
	exact := big.NewRat(sum*10_000, count)
	down := new(big.Int).Div(exact.Num(), exact.Denom())
	rest := new(big.Rat).Sub(exact, new(big.Rat).SetInt(down))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || (c == 0 && down.Bit(0) == 1) {
		down.Add(down, big.NewInt(1))
	}
	return new(big.Rat).SetFrac(down, big.NewInt(10_000)).FloatString(4)
}

func TestSumsAreOfTheReviewsThatAreSeen(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		people, p := w.people(12), w.product("Size", "Fit")
		empty := w.meta(p)
		if empty.GetTotal() != 0 || !slices.Equal(empty.GetRatings(), []int64{0, 0, 0, 0, 0}) || empty.GetMeanRating() != "" ||
			len(empty.GetCharacteristics()) != 2 || empty.GetCharacteristics()[1].GetMean() != "" {
			t.Errorf("without reviews it is %v", empty)
		}
		first := w.review(people[0], opinion(p, 5, 1, 2))
		second := w.review(people[1], opinion(p, 2, 0, 5))
		third := w.review(people[2], opinion(p, 4, 3))
		check := func(what string, total, recommended int64, mean, size, fit string) {
			t.Helper()
			m := w.meta(p)
			c := m.GetCharacteristics()
			got := fmt.Sprint(m.GetTotal(), m.GetRecommended(), m.GetNotRecommended(), m.GetMeanRating(), c[0].GetMean(), c[1].GetMean())
			equal(t, what, got, fmt.Sprint(total, recommended, total-recommended, mean, size, fit))
			w.exact()
		}
		check("of three", 3, 2, "3.6667", "2.0000", "3.5000")
		if c := w.meta(p).GetCharacteristics(); c[0].GetCount() != 2 || c[0].GetCharacteristic().GetName() != "Size" || c[1].GetCount() != 2 {
			t.Errorf("the characteristics are %v", c)
		}
		_, err := w.DeleteReview(as(t, people[0]), &reviewv1.DeleteReviewRequest{ReviewId: first.GetId()})
		must(t, err)
		check("after one was deleted", 2, 1, "3.0000", "3.0000", "5.0000")
		w.resolve(second, reviewv1.Verdict_VERDICT_HIDE)
		check("after one was hidden", 1, 1, "4.0000", "3.0000", "")
		w.resolve(second, reviewv1.Verdict_VERDICT_HIDE)
		check("after it was hidden again", 1, 1, "4.0000", "3.0000", "")
		w.resolve(second, reviewv1.Verdict_VERDICT_KEEP)
		check("after it came back", 2, 1, "3.0000", "3.0000", "5.0000")
		for _, who := range people[5:10] {
			w.report(third, who)
		}
		check("after one was reported away", 1, 0, "2.0000", "", "5.0000")
		_, err = w.DeleteReview(as(t, people[2]), &reviewv1.DeleteReviewRequest{ReviewId: third.GetId()})
		must(t, err)
		check("after that was deleted", 1, 0, "2.0000", "", "5.0000")
	})
}

func TestSumsOfManyProductsComeInTheOrderAskedFor(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		one, two, author := w.product(), w.product(), w.people(1)[0]
		w.review(author, opinion(one, 1))
		w.meta(two) // kept
		asked := []string{two.GetId(), uuid.NewString(), one.GetId(), two.GetId()}
		res, err := w.BatchGetReviewMeta(t.Context(), &reviewv1.BatchGetReviewMetaRequest{ProductIds: asked})
		must(t, err)
		var got []string
		for _, m := range res.GetMetas() {
			got = append(got, fmt.Sprint(m.GetProductId(), m.GetTotal()))
		}
		want := []string{fmt.Sprint(two.GetId(), 0), fmt.Sprint(one.GetId(), 1), fmt.Sprint(two.GetId(), 0)}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
