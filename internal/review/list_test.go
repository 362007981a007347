package review_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// stored puts n reviews under a product as if they had been imported, of all stars,
// many of one date or as helpful as others, a few of them hidden.
func (w world) stored(p *reviewv1.Product, n int) {
	w.t.Helper()
	w.exec(`INSERT INTO reviews (product_id, created_at, helpful, relevance, hidden, recommend, rating, reviewer, summary, body, key)
		SELECT $1::uuid, d.at, d.helpful, review_relevance(d.helpful, d.at), n % 17 = 0, false, n % 5 + 1, 'Somebody', 'Number ' || n, 'It is number ' || n || '.', n::text
		FROM generate_series(1, $2::int) AS n,
		     LATERAL (SELECT timestamptz '2020-01-01Z' + (n * 7919 % 500) * interval '1 day' AS at, (n * 31 % 12)::bigint AS helpful) AS d`, p.GetId(), n)
}

// pages reads a list to its end, and answers the ids and how many calls it took.
func (w world) pages(req *reviewv1.ListReviewsRequest) (ids []string, calls int) {
	w.t.Helper()
	for more := true; more; more = req.GetPageToken() != "" {
		res, err := w.ListReviews(w.t.Context(), req)
		must(w.t, err)
		for _, r := range res.GetReviews() {
			ids = append(ids, r.GetId())
		}
		if size := max(int(req.GetPageSize()), 1); len(res.GetReviews()) > max(size, 20) {
			w.t.Fatalf("a page of %d has %d reviews", size, len(res.GetReviews()))
		}
		req.PageToken = res.GetNextPageToken()
		calls++
	}
	return ids, calls
}

// orders are how the database sorts what a list shows.
var orders = map[reviewv1.Sort]string{
	reviewv1.Sort_SORT_UNSPECIFIED: "relevance", reviewv1.Sort_SORT_RELEVANT: "relevance",
	reviewv1.Sort_SORT_NEWEST: "created_at", reviewv1.Sort_SORT_HELPFUL: "helpful",
}

func TestListsAreInTheirOrderWithoutGapsOrRepetitions(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		p := w.product()
		w.stored(p, 120)
		w.stored(w.product(), 30)
		for sort, column := range orders {
			for _, stars := range [][]int32{nil, {1}, {5, 4}, {1, 5, 3}, {2, 3, 4}, {1, 2, 3, 4, 5}} {
				asked := stars
				if asked == nil {
					asked = []int32{1, 2, 3, 4, 5}
				}
				want := w.rows(`SELECT id::text FROM reviews WHERE product_id = $1 AND NOT hidden AND rating = ANY ($2) ORDER BY `+column+` DESC, id DESC`, p.GetId(), asked)
				for _, size := range []int32{3, 0, 100} {
					got, _ := w.pages(&reviewv1.ListReviewsRequest{ProductId: p.GetId(), Sort: sort, Ratings: stars, PageSize: size})
					if !slices.Equal(got, want) {
						t.Errorf("%v of %v stars by %d: %d reviews, want %d in their order", sort, stars, size, len(got), len(want))
					}
				}
			}
		}
	})
}

func TestTextIsFoundWhateverItsCaseAndEachCallLooksThroughSoManyReviewsAlone(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		p := w.product()
		w.stored(p, 4800)
		for number, text := range map[int]string{7: "So ÉLÉGANT", 4000: "100% élégant", 4001: "snake_case", 4002: `back\slash`, 4003: "élégant it's"} {
			w.exec(`UPDATE reviews SET body = $2 WHERE product_id = $1 AND key = $3`, p.GetId(), text, fmt.Sprint(number))
		}
		for sort, column := range orders {
			for text, calls := range map[string]int{"élégant": 3, "0%": 3, "_": 3, `\`: 3, "'": 3, "no such words": 3, "NUMBER 11": 0} {
				want := w.rows(`SELECT id::text FROM reviews WHERE product_id = $1 AND NOT hidden AND (lower(summary) || '|' || lower(body)) LIKE '%' || $2 || '%' ORDER BY `+column+` DESC, id DESC`,
					p.GetId(), strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(text)))
				got, made := w.pages(&reviewv1.ListReviewsRequest{ProductId: p.GetId(), Sort: sort, Text: text})
				if !slices.Equal(got, want) {
					t.Errorf("%v with %q: %d reviews, want %d", sort, text, len(got), len(want))
				}
				if calls > 0 && made != calls {
					t.Errorf("%v with %q took %d calls, want %d", sort, text, made, calls)
				}
			}
		}
		got, _ := w.pages(&reviewv1.ListReviewsRequest{ProductId: p.GetId(), Text: "élégant", Ratings: []int32{3}})
		equal(t, "with three stars", len(got), 1) // number 7
	})
}

func TestAPageTokenIsOfOneList(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		p, other := w.product(), w.product()
		w.stored(p, 40)
		plain := func() *reviewv1.ListReviewsRequest {
			return &reviewv1.ListReviewsRequest{ProductId: p.GetId(), Sort: reviewv1.Sort_SORT_NEWEST}
		}
		res, err := w.ListReviews(t.Context(), plain())
		must(t, err)
		for name, change := range map[string]func(*reviewv1.ListReviewsRequest){
			"another order":   func(req *reviewv1.ListReviewsRequest) { req.Sort = reviewv1.Sort_SORT_HELPFUL },
			"another product": func(req *reviewv1.ListReviewsRequest) { req.ProductId = other.GetId() },
			"other stars":     func(req *reviewv1.ListReviewsRequest) { req.Ratings = []int32{1, 5} },
			"a text":          func(req *reviewv1.ListReviewsRequest) { req.Text = "word" },
			"a changed token": func(req *reviewv1.ListReviewsRequest) { req.PageToken = "A" + req.GetPageToken()[1:] + "A" },
			"no token":        func(req *reviewv1.ListReviewsRequest) { req.PageToken = "token" },
		} {
			req := plain()
			req.PageToken = res.GetNextPageToken()
			change(req)
			_, err := w.ListReviews(t.Context(), req)
			if reasonOf(err) != "page_token_invalid" || !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestWhatStaysIsOnOnePageWhateverIsWrittenBetweenThem(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		p, people := w.product(), w.people(20)
		w.stored(p, 60)
		stay := w.rows(`SELECT id::text FROM reviews WHERE product_id = $1 AND NOT hidden AND key::int % 3 > 0`, p.GetId())
		seen, author := map[string]int{}, 0
		req := &reviewv1.ListReviewsRequest{ProductId: p.GetId(), Sort: reviewv1.Sort_SORT_NEWEST, PageSize: 4}
		for more := true; more; more = req.GetPageToken() != "" {
			res, err := w.ListReviews(t.Context(), req)
			must(t, err)
			for _, r := range res.GetReviews() {
				seen[r.GetId()]++
			}
			req.PageToken = res.GetNextPageToken()
			w.review(people[author], opinion(p, 3))
			author++
			w.exec(`UPDATE reviews SET hidden = true WHERE id IN (SELECT id FROM reviews WHERE product_id = $1 AND NOT hidden AND author_id IS NULL AND key::int % 3 = 0 ORDER BY id LIMIT 1)`, p.GetId())
		}
		for _, id := range stay {
			equal(t, "times that it was seen", seen[id], 1)
		}
		for id, n := range seen {
			if n > 1 {
				t.Errorf("%s was seen %d times", id, n)
			}
		}
	})
}

// Relevance weighs doublings of helpfulness against 90 days, whatever the time zone.
func TestRelevanceIsADoublingOr90Days(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	for _, h := range []int{0, 1, 3, 7, 1000, 123_456_789} {
		got := w.rows(`SELECT (review_relevance(2 * $1::bigint + 1, at) - review_relevance($1, at)) || ' ' || (review_relevance($1, at + interval '2160 hours') - review_relevance($1, at))
			FROM (SELECT timestamptz '2026-11-27 12:34:56.789Z' AS at) AS x`, h)
		equal(t, fmt.Sprint(h), got[0], "1000000 1000000")
	}
	equal(t, "the beginning", w.rows(`SELECT review_relevance(0, '1970-01-01Z')::text`)[0], "0")
	equal(t, "one that helped three", w.rows(`SELECT review_relevance(3, '1970-01-01 00:00:00Z')::text`)[0], "2000000")
}
