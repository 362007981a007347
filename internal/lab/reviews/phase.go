package reviews

import (
	"context"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/lab/load"
)

// kind is a kind of calls.
type kind int

const (
	listing kind = iota
	summing
	adding
	marking
	reporting
	// looking is what writers read before and after they write.
	looking

	kinds = iota
)

var kindNames = [kinds]string{"list reviews", "sums of a product", "add a review", "mark as helpful", "report", "writers look"}

// sorts are the orders that lists are read in, in turn.
var sorts = [...]reviewv1.Sort{reviewv1.Sort_SORT_RELEVANT, reviewv1.Sort_SORT_NEWEST, reviewv1.Sort_SORT_HELPFUL}

// revisit is how many reads, where there are writes, there are for one of a product that
// was written to.
const revisit = 20

// phase is a stretch in which lists and sums are read at a rate each, beside writes or
// alone.
type phase struct {
	*run

	writes    bool
	recorders [kinds]*load.Recorder
	// turns are those of writers, of several calls each.
	turns *load.Recorder
}

func newPhase(r *run, writes bool) *phase {
	p := &phase{run: r, writes: writes, turns: load.NewRecorder()}
	for k := range p.recorders {
		p.recorders[k] = load.NewRecorder()
	}
	return p
}

// measure takes a phase in, after a while that does not count.
func (r *run) measure(ctx context.Context, name string, writes bool) error {
	if r.WarmUp > 0 {
		if err := newPhase(r, false).goOn(ctx, r.WarmUp); err != nil {
			return err
		}
	}
	p := newPhase(r, writes)
	s := newSampler(ctx, p)
	if err := s.during(ctx, func(ctx context.Context) error { return p.goOn(ctx, r.Duration) }); err != nil {
		return err
	}
	if writes {
		p.complete(ctx)
	}
	r.found.Phases = append(r.found.Phases, p.result(name, s))
	return nil
}

func (p *phase) goOn(ctx context.Context, length time.Duration) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.arrivals(p.Rate, length, listing).Run(ctx, p.readList, p.recorders[listing]) })
	g.Go(func() error { return p.arrivals(p.Rate, length, summing).Run(ctx, p.readSums, p.recorders[summing]) })
	if p.writes {
		g.Go(func() error { return p.arrivals(p.writeRate(), length, adding).Run(ctx, p.write, p.turns) })
	}
	return g.Wait()
}

func (p *phase) readList(ctx context.Context, q load.Request) error {
	return p.readers.lend(ctx, func(s *shopper) error {
		_, err := p.list(ctx, s, p.choose(s), sorts[q.N%int64(len(sorts))])
		return err
	})
}

func (p *phase) readSums(ctx context.Context, _ load.Request) error {
	return p.readers.lend(ctx, func(s *shopper) error {
		_, err := p.sums(ctx, s, p.choose(s))
		return err
	})
}

// choose is a product of all that there are; where there are writes now and then one of
// those that were written to.
func (p *phase) choose(s *shopper) uuid.UUID {
	if p.writes && s.random.IntN(revisit) == 0 {
		if product := p.ledger.any(s.random); product != uuid.Nil {
			return product
		}
	}
	return p.anyProduct(s)
}

func (r *run) anyProduct(s *shopper) uuid.UUID { return r.products[s.random.IntN(len(r.products))] }

// list reads the first page of a list, and checks it.
func (r *run) list(ctx context.Context, s *shopper, product uuid.UUID, sort reviewv1.Sort) ([]*reviewv1.Review, error) {
	began := r.ledger.begin(s.seen)
	ctx, saw := s.call(ctx)
	res, err := r.reviews.ListReviews(ctx, &reviewv1.ListReviewsRequest{ProductId: product.String(), Sort: sort})
	if err != nil {
		return nil, err
	}
	saw()
	return res.GetReviews(), r.ledger.checkList(product, sort, res, began)
}

// sums reads those of a product, and checks them.
func (r *run) sums(ctx context.Context, s *shopper, product uuid.UUID) (*reviewv1.ReviewMeta, error) {
	began := r.ledger.begin(s.seen)
	ctx, saw := s.call(ctx)
	res, err := r.reviews.GetReviewMeta(ctx, &reviewv1.GetReviewMetaRequest{ProductId: product.String()})
	if err != nil {
		return nil, err
	}
	saw()
	return res.GetMeta(), r.ledger.checkSums(product, res.GetMeta(), began)
}
