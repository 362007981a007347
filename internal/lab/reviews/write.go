package reviews

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/lab/load"
	throng "github.com/throng-social/throng/sdk/go"
)

// tries is how many products a writer looks at for one that he can write to.
const tries = 20

// write is one turn of somebody's: he adds, marks or reports, each as often.
func (p *phase) write(ctx context.Context, q load.Request) error {
	return p.people.lend(ctx, func(s *shopper) error {
		switch q.N % 3 {
		case 0:
			return p.add(ctx, s)
		case 1:
			return p.mark(ctx, s)
		default:
			return p.report(ctx, s)
		}
	})
}

// timed records a call of a kind.
func (p *phase) timed(k kind, call func() error) error {
	sent := time.Now()
	err := call()
	p.recorders[k].Record(err, time.Since(sent))
	return err
}

func (p *phase) lookAtSums(ctx context.Context, s *shopper, product uuid.UUID) (m *reviewv1.ReviewMeta, err error) {
	err = p.timed(looking, func() error {
		m, err = p.sums(ctx, s, product)
		return err
	})
	return m, err
}

func (p *phase) lookAtList(ctx context.Context, s *shopper, product uuid.UUID, sort reviewv1.Sort) (list []*reviewv1.Review, err error) {
	err = p.timed(looking, func() error {
		list, err = p.list(ctx, s, product, sort)
		return err
	})
	return list, err
}

// lookAt looks at all of a product that was written to.
func (p *phase) lookAt(ctx context.Context, s *shopper, product uuid.UUID) error {
	if _, err := p.lookAtSums(ctx, s, product); err != nil {
		return err
	}
	_, err := p.lookAtList(ctx, s, product, reviewv1.Sort_SORT_NEWEST)
	return err
}

// add reviews a product that the writer has not reviewed. Where he finds none he does
// nothing: the set is small, then.
func (p *phase) add(ctx context.Context, s *shopper) error {
	rating := int32(1 + s.random.IntN(stars)) //nolint:gosec // 1 to 5
	for range tries {
		product := p.anyProduct(s)
		before, err := p.lookAtSums(ctx, s, product)
		if err != nil {
			return err
		}
		p.ledger.open(product, before)
		if w := p.ledger.offer(product, s.id, rating); w != nil {
			if err := p.timed(adding, func() error { return p.create(ctx, s, product, w) }); err != nil {
				return err
			}
			return p.lookAt(ctx, s, product)
		}
	}
	return nil
}

func (p *phase) create(ctx context.Context, s *shopper, product uuid.UUID, w *write) error {
	ctx, saw := s.call(ctx)
	body := fmt.Sprintf("Worn for %d days, and washed twice: this is what I say of it.", s.random.IntN(1000))
	res, err := p.reviews.CreateReview(ctx, &reviewv1.CreateReviewRequest{
		ProductId: product.String(), Rating: w.rating, Summary: "In a word", Body: body, Recommend: w.rating > 3, IdempotencyKey: uuid.NewString(),
	})
	if err != nil {
		return err
	}
	at, r := saw(), res.GetReview()
	if r.GetProductId() != product.String() || r.GetReviewer().GetUserId() != s.id.String() || r.GetRating() != w.rating || r.GetBody() != body {
		return load.Wrong("the review is another: %v", r)
	}
	p.ledger.added(w, r, at)
	return placed(at)
}

// placed holds that what was written has a position, without which nobody could ask for
// it.
func placed(at consistency.Position) error {
	if at == (consistency.Position{}) {
		return load.Wrong("a write was acknowledged without a position")
	}
	return nil
}

// find is a review that somebody can mark or report, and its product, which is open;
// nil where he finds none.
func (p *phase) find(ctx context.Context, s *shopper, sort reviewv1.Sort) (uuid.UUID, *reviewv1.Review, error) {
	for range tries {
		product := p.anyProduct(s)
		before, err := p.lookAtSums(ctx, s, product)
		if err != nil {
			return product, nil, err
		}
		if before.GetTotal() == 0 {
			continue
		}
		p.ledger.open(product, before)
		list, err := p.lookAtList(ctx, s, product, sort)
		if err != nil {
			return product, nil, err
		}
		if r := p.ledger.pick(list, s); r != nil {
			return product, r, nil
		}
	}
	return uuid.Nil, nil, nil
}

// mark says that a review helped.
func (p *phase) mark(ctx context.Context, s *shopper) error {
	sort := sorts[s.random.IntN(len(sorts))]
	product, r, err := p.find(ctx, s, sort)
	if r == nil {
		return err
	}
	began := p.ledger.begin(s.seen)
	err = p.timed(marking, func() error {
		ctx, saw := s.call(ctx)
		res, err := p.reviews.MarkHelpful(ctx, &reviewv1.MarkHelpfulRequest{ReviewId: r.GetId()})
		switch {
		case throng.Reason(err) == "review_not_found" && p.ledger.aimedAt(r.GetId()):
			return nil // others have hidden it meanwhile
		case err != nil:
			return err
		}
		at := saw()
		if err := p.ledger.helped(product, r.GetId(), res.GetHelpfulCount(), began, at); err != nil {
			return err
		}
		return placed(at)
	})
	if err == nil {
		_, err = p.lookAtList(ctx, s, product, sort)
	}
	return err
}

// report reports what is aimed at, or aims at something first. Whoever can not marks a
// review in place of that.
func (p *phase) report(ctx context.Context, s *shopper) error {
	a, none := p.ledger.report(s.id)
	if none {
		product, r, err := p.find(ctx, s, reviewv1.Sort_SORT_NEWEST)
		if r == nil {
			return err
		}
		p.ledger.aimAt(product, r)
		a, _ = p.ledger.report(s.id)
	}
	if a == nil {
		return p.mark(ctx, s)
	}
	return p.tell(ctx, s, a)
}

// complete has what is aimed at reported to the end. A review that is left with a part of
// its reports would be hidden sooner than a later run expects.
func (p *phase) complete(ctx context.Context) {
	for range p.People {
		var none bool
		_ = p.people.lend(ctx, func(s *shopper) error { // what goes wrong is recorded
			ctx, cancel := context.WithTimeout(ctx, p.Timeout)
			defer cancel()
			a, nothing := p.ledger.report(s.id)
			if none = nothing; a == nil {
				return nil
			}
			return p.tell(ctx, s, a)
		})
		if none {
			return
		}
	}
}

// tell sends a report.
func (p *phase) tell(ctx context.Context, s *shopper, a *aim) error {
	var hid bool
	err := p.timed(reporting, func() error {
		ctx, saw := s.call(ctx)
		if _, err := p.reviews.ReportReview(ctx, &reviewv1.ReportReviewRequest{ReviewId: a.hide.review, Reason: "It is rude"}); err != nil {
			return err
		}
		at := saw()
		hid = p.ledger.reported(a, at)
		return placed(at)
	})
	if err != nil || !hid {
		return err
	}
	return p.lookAt(ctx, s, a.product)
}
