package timeline_test

import (
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"
)

// never is after every moment of a history.
const never = math.MaxInt

// model is what people wrote and whom they follow, with the moments at which each
// change was asked for and acknowledged: in between it may have happened or not.
type model struct {
	people  []uuid.UUID
	now     int
	posts   []*written
	follows map[pair][]*span
	blocks  map[pair]bool
}

func newModel(people []uuid.UUID) *model {
	return &model{people: people, follows: map[pair][]*span{}, blocks: map[pair]bool{}}
}

// tick is the next moment.
func (m *model) tick() int {
	m.now++
	return m.now
}

// pair is who does something to whom.
type pair struct{ who, whom int }

func (p pair) back() pair { return pair{p.whom, p.who} }

// span is one incarnation of a follow.
type span struct{ asked, stood, endAsked, ended int }

// written is a post that was acknowledged.
type written struct {
	id            uuid.UUID
	number        int
	author        int
	asked, stored int
	// deleteAsked and deleted are never where it stands.
	deleteAsked, deleted int
	// delivered is when its fan-out was over, passed are the readers down to whom
	// it was before.
	delivered int
	passed    []passed
}

type passed struct {
	reader uuid.UUID
	when   int
}

// deliveredTo is when the fan-out had passed a reader.
func (w *written) deliveredTo(reader uuid.UUID) int {
	when := w.delivered
	for _, p := range w.passed {
		if compare(reader, p.reader) <= 0 {
			when = min(when, p.when)
		}
	}
	return when
}

func (w *written) String() string { return fmt.Sprintf("post %d of %d", w.number, w.author) }

// follow begins an incarnation, unless there is one.
func (m *model) follow(p pair) (s *span, begins bool) {
	if s := m.present(p); s != nil {
		return s, false
	}
	s = &span{asked: m.tick(), stood: never, endAsked: never, ended: never}
	m.follows[p] = append(m.follows[p], s)
	return s, true
}

// present is the incarnation that stands; nil if there is none.
func (m *model) present(p pair) *span {
	if all := m.follows[p]; len(all) > 0 && all[len(all)-1].endAsked == never {
		return all[len(all)-1]
	}
	return nil
}

// page is what a reader asked for and got, and when.
type pageRead struct {
	reader       int
	before, next uuid.UUID
	posts        []uuid.UUID
	asked, got   int
	// pulled says that a post would be pulled though it is under way.
	pulled func(*written) bool
}

// complaint says what is wrong with a page; nil if nothing is. A page reaches
// from the place before it down to the place at which the next begins. It has
// each post once, newest first, that belongs there while it was read, and none
// that did not belong there at any moment of that time.
func (m *model) complaint(r pageRead) error {
	last := r.before
	for _, id := range r.posts {
		if compare(id, last) >= 0 || compare(id, r.next) < 0 {
			return m.fail(r, "out of order, twice or of another page: %v", m.find(id))
		}
		last = id
		if w := m.find(id); w == nil || !m.mayBe(w, r) {
			return m.fail(r, "that does not belong: %v", w)
		}
	}
	for _, w := range m.posts {
		if compare(w.id, r.before) < 0 && compare(w.id, r.next) >= 0 && m.mustBe(w, r) && !slices.Contains(r.posts, w.id) {
			return m.fail(r, "that is missing: %v", w)
		}
	}
	return nil
}

func (m *model) fail(r pageRead, format string, w *written) error {
	return complaintError(fmt.Sprintf("the model complains: %d read a page with a post "+format, r.reader, w))
}

// complaintError is a complaint of the model, in contrast to what goes wrong
// otherwise.
type complaintError string

func (c complaintError) Error() string { return string(c) }

func (m *model) find(id uuid.UUID) *written {
	for _, w := range m.posts {
		if w.id == id {
			return w
		}
	}
	return nil
}

// mayBe says whether a post belonged to the timeline at any moment of a read.
func (m *model) mayBe(w *written, r pageRead) bool {
	if w.asked > r.got || w.deleted < r.asked {
		return false
	}
	return w.author == r.reader || slices.ContainsFunc(m.follows[pair{r.reader, w.author}], func(s *span) bool {
		return s.asked <= r.got && s.ended >= r.asked
	})
}

// mustBe says whether it belonged there all the time and may not be missing. Only
// that may be missing which is still being delivered, was stored after the follow
// began, and is not pulled.
func (m *model) mustBe(w *written, r pageRead) bool {
	if w.stored > r.asked || w.deleteAsked < r.got {
		return false
	}
	if w.author == r.reader {
		return true
	}
	for _, s := range m.follows[pair{r.reader, w.author}] {
		if s.stood <= r.asked && s.endAsked >= r.got {
			return w.deliveredTo(m.people[r.reader]) <= r.asked || w.stored <= s.asked || r.pulled(w)
		}
	}
	return false
}

// underWay says whether a post by somebody followed may still be on its way.
func (m *model) underWay(reader int) bool {
	return slices.ContainsFunc(m.posts, func(w *written) bool {
		return w.delivered == never && w.author != reader && m.present(pair{reader, w.author}) != nil
	})
}
