package reviews

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/consistency"
)

// hidingReports is how many people hide a review together, as the contract says.
const hidingReports = 5

// ledger has what was written, and what of it was acknowledged.
type ledger struct {
	mu sync.Mutex
	// acks numbers acknowledgements, from 1.
	acks     int
	products map[uuid.UUID]*known
	// written are those products, in the order in which they were first written to.
	written []uuid.UUID
	// aims are all reviews that were ever aimed at, by their ids; aim is the present one.
	aims map[string]bool
	aim  *aim

	answers, held, marked int64
}

// known is what this run did to a product.
type known struct {
	// base are the stars before the first write.
	base        []int64
	adds, hides []*write
	// marks are of reviews, by their ids.
	marks map[string][]mark
	// authors are those who were to add a review.
	authors map[uuid.UUID]bool
}

// write is one that was begun. It adds a review or hides it.
type write struct {
	acked

	review string
	rating int32
	made   time.Time
}

// acked says when something was acknowledged; ack is 0 before.
type acked struct {
	ack int
	at  consistency.Position
}

// mark is what a review had helped, when that was acknowledged.
type mark struct {
	acked

	helpful int64
}

// aim is a review that so many report as hide one. It may be hidden from the first of
// them on, and surely is when all were acknowledged.
type aim struct {
	product        uuid.UUID
	hide           *write
	author         string
	by             map[uuid.UUID]bool
	reported, done int
	at             consistency.Position
}

func newLedger() *ledger {
	return &ledger{products: map[uuid.UUID]*known{}, aims: map[string]bool{}}
}

// reading is where a read begins: what its reader has seen, and what was acknowledged.
type reading struct {
	seen consistency.Position
	acks int
}

func (l *ledger) begin(seen consistency.Position) reading {
	l.mu.Lock()
	defer l.mu.Unlock()
	return reading{seen, l.acks}
}

// in says whether an answer must have something in it: it was acknowledged before the
// read began, at a position that the reader has seen.
func (a acked) in(r reading) bool { return a.ack > 0 && a.ack <= r.acks && r.seen.Reaches(a.at) }

// any is a product that was written to; nil where there is none.
func (l *ledger) any(random *rand.Rand) uuid.UUID {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.written) == 0 {
		return uuid.Nil
	}
	return l.written[random.IntN(len(l.written))]
}

// open begins the account of a product with the sums that it has before the first write.
func (l *ledger) open(product uuid.UUID, m *reviewv1.ReviewMeta) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.products[product] == nil {
		l.products[product] = &known{base: m.GetRatings(), marks: map[string][]mark{}, authors: map[uuid.UUID]bool{}}
		l.written = append(l.written, product)
	}
}

// offer notes that somebody is about to review a product, which is open; nil where he
// has before.
func (l *ledger) offer(product, author uuid.UUID, rating int32) *write {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.products[product]
	if k.authors[author] {
		return nil
	}
	w := &write{rating: rating}
	k.authors[author], k.adds = true, append(k.adds, w)
	return w
}

// added notes that a review was acknowledged.
func (l *ledger) added(w *write, r *reviewv1.Review, at consistency.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w.review, w.made = r.GetId(), r.GetCreatedAt().AsTime()
	w.acked = l.acknowledged(at)
}

// acknowledged is called with the lock held.
func (l *ledger) acknowledged(at consistency.Position) acked {
	l.acks++
	return acked{l.acks, at}
}

// helped notes that a review helped so many. What was acknowledged before that began
// was less, or as much where the same person said so again.
func (l *ledger) helped(product uuid.UUID, review string, helpful int64, began reading, at consistency.Position) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.products[product]
	for _, m := range k.marks[review] {
		if m.ack <= began.acks && m.helpful > helpful {
			return stale("the mark of review %s counts %d, and %d were acknowledged before it", review, helpful, m.helpful)
		}
	}
	k.marks[review] = append(k.marks[review], mark{l.acknowledged(at), helpful})
	l.marked++
	return nil
}

// pick is a review for somebody to mark or to report, by chance: not his own, and none
// that may be hidden at any moment. It is nil where there is none.
func (l *ledger) pick(of []*reviewv1.Review, s *shopper) *reviewv1.Review {
	l.mu.Lock()
	defer l.mu.Unlock()
	var fit []*reviewv1.Review
	for _, r := range of {
		if r.GetReviewer().GetUserId() != s.id.String() && !l.aims[r.GetId()] {
			fit = append(fit, r)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[s.random.IntN(len(fit))]
}

// aimAt has people report a review of a product, which is open, from now on, unless
// there is one that they report.
func (l *ledger) aimAt(product uuid.UUID, r *reviewv1.Review) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.aim != nil || l.aims[r.GetId()] {
		return
	}
	l.aim = &aim{product: product, hide: &write{review: r.GetId(), rating: r.GetRating()}, author: r.GetReviewer().GetUserId(), by: map[uuid.UUID]bool{}}
	l.aims[r.GetId()] = true
	k := l.products[product]
	k.hides = append(k.hides, l.aim.hide)
}

// aimedAt says whether a review may be hidden.
func (l *ledger) aimedAt(review string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.aims[review]
}

// report has somebody report what is aimed at. It is nil where he has, where it is his
// own, and where nothing is, which none says.
func (l *ledger) report(who uuid.UUID) (a *aim, none bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a = l.aim
	if a == nil {
		return nil, true
	}
	if a.by[who] || a.author == who.String() {
		return nil, false
	}
	a.by[who] = true
	if a.reported++; a.reported == hidingReports {
		l.aim = nil
	}
	return a, false
}

// reported notes that a report was acknowledged, and says whether that hid the review.
func (l *ledger) reported(a *aim, at consistency.Position) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.at = a.at.Max(at)
	if a.done++; a.done < hidingReports {
		return false
	}
	a.hide.acked = l.acknowledged(a.at)
	return true
}

// checks are what came of it all.
func (l *ledger) checks() Checks {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := Checks{Answers: l.answers, Held: l.held, Marked: l.marked, Products: int64(len(l.written))}
	for _, k := range l.products {
		c.Added += acknowledged(k.adds)
		c.Hidden += acknowledged(k.hides)
	}
	return c
}

func acknowledged(writes []*write) (n int64) {
	for _, w := range writes {
		if w.ack > 0 {
			n++
		}
	}
	return n
}
