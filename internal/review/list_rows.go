package review

import (
	"context"

	"github.com/throng-social/throng/gen/db/reviewdb"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
)

// readRows reads one row more than the page has, in the order of the list.
func (s *Service) readRows(ctx context.Context, l *list) ([]row, error) {
	if l.text != "" {
		return s.searchRows(ctx, l)
	}
	on := s.db.Reader(ctx)
	p := reviewdb.ListRelevantParams{
		ProductID: l.product, Before: int64(l.after.Rank), BeforeID: l.after.ID, Least: l.least, Most: l.most, Without: l.without, PageLimit: l.size + 1,
	}
	switch l.sort {
	case reviewv1.Sort_SORT_NEWEST:
		return alike(s.q.ListNewest(ctx, on, reviewdb.ListNewestParams{
			ProductID: l.product, Before: l.after.Time, BeforeID: p.BeforeID, Least: p.Least, Most: p.Most, Without: p.Without, PageLimit: p.PageLimit,
		}))
	case reviewv1.Sort_SORT_HELPFUL:
		return alike(s.q.ListHelpful(ctx, on, reviewdb.ListHelpfulParams(p)))
	default:
		return alike(s.q.ListRelevant(ctx, on, p))
	}
}

// searchRows does so for those with a text; each of the rows says where looking has
// ended.
func (s *Service) searchRows(ctx context.Context, l *list) ([]row, error) {
	on := s.db.Reader(ctx)
	p := reviewdb.SearchRelevantParams{
		ProductID: l.product, Before: int64(l.after.Rank), BeforeID: l.after.ID, Least: l.least, Most: l.most, Without: l.without, PageLimit: l.size + 1,
		Needle: l.text, Examined: examined, Passed: examined - 1,
	}
	switch l.sort {
	case reviewv1.Sort_SORT_NEWEST:
		return s.q.SearchNewest(ctx, on, reviewdb.SearchNewestParams{
			ProductID: l.product, Before: l.after.Time, BeforeID: p.BeforeID, Least: p.Least, Most: p.Most, Without: p.Without, PageLimit: p.PageLimit,
			Needle: p.Needle, Examined: p.Examined, Passed: p.Passed,
		})
	case reviewv1.Sort_SORT_HELPFUL:
		return alike(s.q.SearchHelpful(ctx, on, reviewdb.SearchHelpfulParams(p)))
	default:
		return alike(s.q.SearchRelevant(ctx, on, p))
	}
}

// alike makes rows of the lists one type: they have the same columns.
func alike[R reviewdb.ListNewestRow | reviewdb.ListHelpfulRow | reviewdb.ListRelevantRow | reviewdb.SearchHelpfulRow | reviewdb.SearchRelevantRow](
	found []R, err error,
) ([]row, error) {
	rows := make([]row, len(found))
	for i, r := range found {
		rows[i] = row(r)
	}
	return rows, err
}
