package review

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/page"
)

// examined is how many reviews one call looks through for a text.
const examined = 2000

// first is before all reviews of a list, whatever its order. A rank is exact in a
// cursor up to there.
var first = page.Cursor{Rank: 1 << 53, Time: time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC), ID: id.Max}

// list is what is asked for.
type list struct {
	product uuid.UUID
	sort    reviewv1.Sort
	// least and most bound the stars; those without are not wanted either.
	least, most int16
	without     []int16
	text        string
	size        int32
	after       page.Cursor
	// name binds page tokens.
	name string
}

// ListReviews implements ReviewService.
func (s *Service) ListReviews(ctx context.Context, req *reviewv1.ListReviewsRequest) (*reviewv1.ListReviewsResponse, error) {
	productID, err := id.Parse("product_id", req.GetProductId())
	if err != nil {
		return nil, err
	}
	l := newList(productID, req.GetSort())
	l.choose(req.GetRatings(), req.GetText())
	l.size = page.Size(req.GetPageSize())
	if l.after, err = s.pages.Open(l.name, req.GetPageToken(), first); err != nil {
		return nil, err
	}
	if req.GetPageToken() != "" || l.size != page.DefaultSize || len(req.GetRatings()) > 0 || l.text != "" {
		return s.readList(ctx, l)
	}
	res, exists, err := s.firsts.Get(ctx, firstKey{l.product, l.sort}, s.loadFirsts)
	if err == nil && !exists {
		err = errNoProduct
	}
	return res, err
}

// newList begins a list of all stars.
func newList(product uuid.UUID, sort reviewv1.Sort) *list {
	if sort == reviewv1.Sort_SORT_UNSPECIFIED {
		sort = reviewv1.Sort_SORT_RELEVANT
	}
	l := &list{product: product, sort: sort, size: page.DefaultSize, after: first}
	l.choose(nil, "")
	return l
}

// choose takes reviews with some stars, or all, and with a text.
func (l *list) choose(ratings []int32, text string) {
	l.least, l.most, l.without, l.text = 1, 5, []int16{}, text
	if len(ratings) > 0 {
		l.least, l.most = int16(slices.Min(ratings)), int16(slices.Max(ratings)) //nolint:gosec // 1 to 5
		for stars := l.least; stars <= l.most; stars++ {
			if !slices.Contains(ratings, int32(stars)) {
				l.without = append(l.without, stars)
			}
		}
	}
	l.name = "reviews/" + l.product.String() + "/" + strconv.Itoa(int(l.sort)) + "/" + strconv.Itoa(int(l.least)) + strconv.Itoa(int(l.most))
	for _, stars := range l.without {
		l.name += "-" + strconv.Itoa(int(stars))
	}
	l.name += "/" + text
}

func (s *Service) loadFirsts(ctx context.Context, keys []firstKey) (map[firstKey]*reviewv1.ListReviewsResponse, error) {
	found := make(map[firstKey]*reviewv1.ListReviewsResponse, len(keys))
	for _, k := range keys {
		res, err := s.readList(ctx, newList(k.product, k.sort))
		switch {
		case err == errNoProduct: //nolint:errorlint // it is returned as it is
		case err != nil:
			return nil, err
		default:
			found[k] = res
		}
	}
	return found, nil
}

// readList reads one page; it is errNoProduct where there is no such product.
func (s *Service) readList(ctx context.Context, l *list) (*reviewv1.ListReviewsResponse, error) {
	rows, err := s.readRows(ctx, l)
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		return nil, errNoProduct
	}
	res := &reviewv1.ListReviewsResponse{}
	rows, next := l.cut(rows)
	if next != nil {
		res.NextPageToken = s.pages.Seal(l.name, *next)
	}
	res.Reviews, err = s.show(ctx, rows)
	return res, err
}

// cut takes the one too many off, and the one of no review, and answers where the
// next page begins: after the last of this one, or where looking has ended.
func (l *list) cut(rows []row) ([]row, *page.Cursor) {
	last := rows[0]
	if last.ID == uuid.Nil {
		rows = nil
	}
	if len(rows) > int(l.size) {
		rows = rows[:l.size]
		return rows, l.cursor(&rows[l.size-1])
	}
	if last.LastID == uuid.Nil {
		return rows, nil
	}
	return rows, &page.Cursor{Rank: float64(last.LastRank), Time: last.LastCreatedAt, ID: last.LastID}
}

func (l *list) cursor(r *row) *page.Cursor {
	switch l.sort {
	case reviewv1.Sort_SORT_NEWEST:
		return &page.Cursor{Time: r.CreatedAt, ID: r.ID}
	case reviewv1.Sort_SORT_HELPFUL:
		return &page.Cursor{Rank: float64(r.Helpful), ID: r.ID}
	default:
		return &page.Cursor{Rank: float64(r.Relevance), ID: r.ID}
	}
}

// row is a review as every list reads it.
type row = reviewdb.SearchNewestRow
