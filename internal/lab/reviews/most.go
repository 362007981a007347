package reviews

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/lab/load"
)

const (
	// hotProducts are those that are read again and again, as the reference's were.
	hotProducts = 11
	// hotDrawn is how many products they are the most reviewed of, batch of which are
	// looked at with one call.
	hotDrawn = 2000
	batch    = 100
)

// most measures how much readers get who do not think.
func (r *run) most(ctx context.Context) error {
	hot, err := r.hot(ctx)
	if err != nil {
		return err
	}
	for _, ids := range []struct {
		name     string
		products []uuid.UUID
	}{{"products at random", r.products}, {fmt.Sprintf("%d hot products", len(hot)), hot}} {
		lists := func(ctx context.Context, s *shopper) error {
			_, err := r.list(ctx, s, ids.products[s.random.IntN(len(ids.products))], reviewv1.Sort_SORT_RELEVANT)
			return err
		}
		sums := func(ctx context.Context, s *shopper) error {
			_, err := r.sums(ctx, s, ids.products[s.random.IntN(len(ids.products))])
			return err
		}
		if err := r.mostOf(ctx, "lists, "+ids.name, lists); err != nil {
			return err
		}
		if err := r.mostOf(ctx, "sums, "+ids.name, sums); err != nil {
			return err
		}
	}
	return nil
}

// mostOf is one measurement. That a server refuses what is too much for it is no error
// here.
func (r *run) mostOf(ctx context.Context, name string, read func(context.Context, *shopper) error) error {
	began, before, recorder := time.Now(), r.Now(ctx), load.NewRecorder()
	err := r.closed().Run(ctx, func(ctx context.Context, _ load.Request) error {
		return r.readers.lend(ctx, func(s *shopper) error { return read(ctx, s) })
	}, recorder)
	if err != nil {
		return err
	}
	length, total := time.Since(began).Seconds(), recorder.Total()
	spentBy := r.Now(ctx).Since(before, length)
	m := Most{Rate: float64(total.Count(load.OK)) / length, Calls: load.CallsOf(name, total), CPU: spentBy}
	r.found.Most = append(r.found.Most, m)
	r.erred(name, total, load.Refused)
	fmt.Fprintf(r.Out, "%s: %.0f a second, p99 %.1f ms\n", name, m.Rate, m.P99)
	return nil
}

// hot are the most reviewed of some products.
func (r *run) hot(ctx context.Context) ([]uuid.UUID, error) {
	s := newShopper(r.Seed, 1<<32)
	drawn := make([]string, min(hotDrawn, len(r.products)))
	for i := range drawn {
		drawn[i] = r.anyProduct(s).String()
	}
	var all []*reviewv1.ReviewMeta
	for ids := range slices.Chunk(drawn, batch) {
		metas, err := r.batch(ctx, ids)
		if err != nil {
			return nil, err
		}
		all = append(all, metas...)
	}
	slices.SortFunc(all, func(a, b *reviewv1.ReviewMeta) int {
		return cmp.Or(-cmp.Compare(a.GetTotal(), b.GetTotal()), cmp.Compare(a.GetProductId(), b.GetProductId()))
	})
	all = slices.CompactFunc(all, func(a, b *reviewv1.ReviewMeta) bool { return a.GetProductId() == b.GetProductId() })
	var hot []uuid.UUID
	for _, m := range all[:min(hotProducts, len(all))] {
		product, err := uuid.Parse(m.GetProductId())
		if err != nil {
			return nil, err
		}
		hot = append(hot, product)
	}
	return hot, nil
}

func (r *run) batch(ctx context.Context, ids []string) ([]*reviewv1.ReviewMeta, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	res, err := r.reviews.BatchGetReviewMeta(ctx, &reviewv1.BatchGetReviewMetaRequest{ProductIds: ids})
	return res.GetMetas(), err
}
