package reviews

import (
	"github.com/google/uuid"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/lab/load"
)

const (
	// stars is how many there are at most, and pageSize how many reviews a list has
	// whose reader says nothing of it.
	stars    = 5
	pageSize = 20
)

// stale says that an answer is older than what its reader has seen.
func stale(format string, args ...any) error { return load.Wrong("stale: "+format, args...) }

// checkSums says what is wrong with sums: they do not add up, or they are those of a
// moment before something that the reader has seen, or of one that never was.
func (l *ledger) checkSums(product uuid.UUID, m *reviewv1.ReviewMeta, r reading) error {
	if err := checkWhole(product, m); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers++
	k := l.products[product]
	if k == nil {
		return nil
	}
	if k.seen(r) {
		l.held++
	}
	for i, n := range m.GetRatings() {
		rating := int32(i + 1)
		surely, added := count(k.adds, rating, r)
		gone, hidden := count(k.hides, rating, r)
		if least, most := k.base[i]+surely-hidden, k.base[i]+added-gone; n < least || n > most {
			return stale("product %s has %d reviews with %d stars, but at least %d and at most %d by what its reader has seen", product, n, rating, least, most)
		}
	}
	return nil
}

// seen says whether an answer must have something in it that this run did.
func (k *known) seen(r reading) bool {
	for _, writes := range [][]*write{k.adds, k.hides} {
		for _, w := range writes {
			if w.in(r) {
				return true
			}
		}
	}
	for _, marks := range k.marks {
		for _, m := range marks {
			if m.in(r) {
				return true
			}
		}
	}
	return false
}

// count is how many writes with so many stars an answer must have in it, and how many
// it may.
func count(writes []*write, rating int32, r reading) (surely, perhaps int64) {
	for _, w := range writes {
		if w.rating != rating {
			continue
		}
		perhaps++
		if w.in(r) {
			surely++
		}
	}
	return surely, perhaps
}

// checkWhole says what is wrong with sums by themselves.
func checkWhole(product uuid.UUID, m *reviewv1.ReviewMeta) error {
	if m.GetProductId() != product.String() || len(m.GetRatings()) != stars {
		return load.Wrong("the sums are of product %q, with %d kinds of stars", m.GetProductId(), len(m.GetRatings()))
	}
	var sum int64
	for _, n := range m.GetRatings() {
		sum += n
	}
	if sum != m.GetTotal() || sum != m.GetRecommended()+m.GetNotRecommended() || (sum > 0) != (m.GetMeanRating() != "") {
		return load.Wrong("the sums of product %s do not add up: %v", product, m)
	}
	return nil
}

// checkList does it for the first page of a list.
func (l *ledger) checkList(product uuid.UUID, sort reviewv1.Sort, res *reviewv1.ListReviewsResponse, r reading) error {
	if err := checkOrder(product, sort, res); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers++
	k := l.products[product]
	if k == nil {
		return nil
	}
	if k.seen(r) {
		l.held++
	}
	if err := k.checkShown(res.GetReviews(), r); err != nil || sort != reviewv1.Sort_SORT_NEWEST {
		return err
	}
	return k.checkNewest(res, r)
}

// checkOrder says what is wrong with a page by itself.
func checkOrder(product uuid.UUID, sort reviewv1.Sort, res *reviewv1.ListReviewsResponse) error {
	list := res.GetReviews()
	if len(list) > pageSize || len(list) < pageSize && res.GetNextPageToken() != "" {
		return load.Wrong("a page of product %s has %d reviews", product, len(list))
	}
	there := map[string]bool{}
	for i, v := range list {
		if v.GetProductId() != product.String() || there[v.GetId()] || v.GetRating() < 1 || v.GetRating() > stars {
			return load.Wrong("product %s shows review %s twice, or of another product, or with %d stars", product, v.GetId(), v.GetRating())
		}
		there[v.GetId()] = true
		if i > 0 && (sort == reviewv1.Sort_SORT_NEWEST && v.GetCreatedAt().AsTime().After(list[i-1].GetCreatedAt().AsTime()) ||
			sort == reviewv1.Sort_SORT_HELPFUL && v.GetHelpfulCount() > list[i-1].GetHelpfulCount()) {
			return load.Wrong("review %s of product %s is out of order", v.GetId(), product)
		}
	}
	return nil
}

// checkShown says what is wrong with reviews that are shown: they are surely hidden, or
// have helped fewer than the reader knows of.
func (k *known) checkShown(list []*reviewv1.Review, r reading) error {
	for _, v := range list {
		for _, w := range k.hides {
			if w.review == v.GetId() && w.in(r) {
				return stale("review %s is shown, and its reader has seen that it is hidden", v.GetId())
			}
		}
		for _, m := range k.marks[v.GetId()] {
			if m.helpful > v.GetHelpfulCount() && m.in(r) {
				return stale("review %s helped %d, and its reader has seen %d", v.GetId(), v.GetHelpfulCount(), m.helpful)
			}
		}
	}
	return nil
}

// checkNewest says which review is missing that its reader has seen: it is newer than the
// last of the page, or the page is the last.
func (k *known) checkNewest(res *reviewv1.ListReviewsResponse, r reading) error {
	shown := map[string]bool{}
	for _, v := range res.GetReviews() {
		shown[v.GetId()] = true
	}
	for _, w := range k.adds {
		if !w.in(r) || shown[w.review] || k.mayBeHidden(w.review) {
			continue
		}
		if list := res.GetReviews(); res.GetNextPageToken() == "" || w.made.After(list[len(list)-1].GetCreatedAt().AsTime()) {
			return stale("review %s is missing, and its reader has seen it", w.review)
		}
	}
	return nil
}

func (k *known) mayBeHidden(review string) bool {
	for _, w := range k.hides {
		if w.review == review {
			return true
		}
	}
	return false
}
