package review

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
)

// recountPage is how many products are recounted at one moment.
const recountPage = 20_000

// Recount compares the sums of all products with their visible reviews, the relevance
// of reviews with date and helpfulness, helpfulness with those who said so, and the
// moderators' queue with reports. It reports each difference in a sentence, a thousand
// of a kind at one moment at most, changes nothing, and answers how many there are.
// Reviews may be written meanwhile.
func (s *Service) Recount(ctx context.Context, report func(diff string)) (int, error) {
	r := &recount{s: s, report: report}
	for after := uuid.Nil; after != id.Max; {
		until, err := s.q.EndOfProducts(ctx, s.db.Primary(ctx), reviewdb.EndOfProductsParams{AfterID: after, PageLimit: recountPage})
		if fault.Is(err, fault.NotFound) {
			until, err = id.Max, nil // what is there of products that are not
		}
		if err != nil {
			return r.found, err
		}
		if err := r.at(ctx, func(tx postgres.Tx) error { return r.products(ctx, tx, after, until) }); err != nil {
			return r.found, err
		}
		after = until
	}
	for _, compare := range []func(context.Context, postgres.Tx) error{r.ranks, r.people} {
		if err := r.at(ctx, func(tx postgres.Tx) error { return compare(ctx, tx) }); err != nil {
			return r.found, err
		}
	}
	return r.found, nil
}

// recount is one of all.
type recount struct {
	s      *Service
	report func(string)
	found  int
}

// at compares at one moment, without a limit of time.
func (r *recount) at(ctx context.Context, compare func(tx postgres.Tx) error) error {
	return r.s.db.InPrimarySnapshot(ctx, func(tx postgres.Tx) error {
		if err := r.s.q.AllowLongReviewRecount(ctx, tx); err != nil {
			return err
		}
		return compare(tx)
	})
}

func (r *recount) differf(format string, args ...any) {
	r.found++
	r.report(fmt.Sprintf(format, args...))
}

// products compares what is stored with products after one until another.
func (r *recount) products(ctx context.Context, tx postgres.Tx, after, until uuid.UUID) error {
	sums, err := r.s.q.ListMiscountedMeta(ctx, tx, reviewdb.ListMiscountedMetaParams{AfterID: after, UntilID: until})
	for _, d := range sums {
		r.differf("product %s: stars and recommendations %v, values %v adding up to %v are stored; %v, %v and %v counted",
			d.ProductID, d.Stored, d.StoredCounts, d.StoredSums, d.Counted, d.CountedCounts, d.CountedSums)
	}
	return err
}

// ranks compares what is stored with all reviews, hidden ones too, in one go: no index
// has them by product.
func (r *recount) ranks(ctx context.Context, tx postgres.Tx) error {
	ranks, err := r.s.q.ListMisranked(ctx, tx)
	for _, d := range ranks {
		r.differf("review %s: relevance %d is stored, %d counted", d.ID, d.Relevance, d.Counted)
	}
	return err
}

// people compares what is stored with what accounts have said.
func (r *recount) people(ctx context.Context, tx postgres.Tx) error {
	marks, err := r.s.q.ListMismarked(ctx, tx)
	if err != nil {
		return err
	}
	for _, d := range marks {
		r.differf("review %s: it helped %d, and %d said so", d.ID, d.Helpful, d.Counted)
	}
	waiting, err := r.s.q.ListMisqueued(ctx, tx)
	for _, d := range waiting {
		r.differf("review %s: it waits with %d reports, and has %d", d.ReviewID, d.Stored, d.Counted)
	}
	return err
}
