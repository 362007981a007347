package campaign

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
)

const (
	noVersion = -1
	// shownStates is how many of the last states of a view are known, so that a stream
	// which was sent one of them gets a difference. One that is slower gets a
	// snapshot.
	shownStates = 32
)

// viewKey is what streams see alike.
type viewKey struct {
	scope campaignv1.Scope
	// live streams see the board as it is while others see it frozen.
	live bool
}

// boardView is a board as some of its streams see it: states that follow one
// another, of which streams may pass over any but the last.
type boardView struct {
	viewKey

	audience *audience
	now      atomic.Pointer[shown]
	// watchers is the audience's, under its lock; named is when the names were read,
	// of the look under way alone.
	watchers int
	named    time.Time

	mu      sync.Mutex
	version int64
	// states are the last ones, ascending.
	states []*shown
	recall recollection
}

func newBoardView(a *audience, key viewKey) *boardView {
	return &boardView{viewKey: key, audience: a}
}

// shown is one state of a view. Nobody may change what it is made of.
type shown struct {
	version       int64
	top           boardTop
	frozen, final bool
	standings     []*campaignv1.Standing
	marks         []mark
	// failure is what ends the streams in place of a state.
	failure error
	// replaced is closed when there is a newer state.
	replaced chan struct{}

	mu       sync.Mutex
	messages map[messageKey]sharedMessage
	retired  bool
}

func newShown(r reading, frozen, final bool) *shown {
	return &shown{
		top: r.top, frozen: frozen, final: final, standings: r.standings, marks: marksOf(r), replaced: make(chan struct{}),
		messages: map[messageKey]sharedMessage{},
	}
}

// ready says whether there is a state to send.
func (s *shown) ready() bool { return s != nil && s.failure == nil }

// all are the places of a state, if there is one.
func (s *shown) all() []*campaignv1.Standing {
	if s == nil {
		return nil
	}
	return s.standings
}

// first are the best so many.
func (s *shown) first(top int) []*campaignv1.Standing {
	return slices.Clip(s.standings[:min(top, len(s.standings))])
}

// publish makes a state the newest, if it differs from the one before. What was read
// from a replica that is behind the one before is passed over.
func (v *boardView) publish(next *shown) {
	before := v.now.Load()
	if before.ready() && before.frozen == next.frozen && (next.top.position < before.top.position || before.shows(next)) {
		return
	}
	v.audience.hub.states.Add(1)
	v.replace(next)
}

// fail ends the streams of this view.
func (v *boardView) fail(err error) {
	v.replace(&shown{failure: err, replaced: make(chan struct{}), retired: true})
}

func (v *boardView) replace(next *shown) {
	v.mu.Lock()
	v.version++
	next.version = v.version
	if next.ready() {
		v.states = append(v.states, next)
	}
	if len(v.states) > shownStates {
		v.states = slices.Clone(v.states[1:])
	}
	before := v.now.Swap(next)
	v.mu.Unlock()
	if before != nil {
		before.retire()
	}
}

// retire wakes the streams that were sent this state, and forgets its messages,
// which nobody will ask for any more.
func (s *shown) retire() {
	s.mu.Lock()
	s.messages, s.retired = nil, true
	s.mu.Unlock()
	close(s.replaced)
}

// shows says whether two states look the same.
func (s *shown) shows(o *shown) bool {
	if s.top.position != o.top.position || s.top.size != o.top.size || s.final != o.final {
		return false
	}
	changed, gone := difference(s.marks, o.marks)
	return len(changed)+len(gone) == 0
}

// of finds a state that was shown before; nil where it was too long ago.
func (v *boardView) of(version int64) *shown {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range v.states {
		if s.version == version {
			return s
		}
	}
	return nil
}

// at finds states at a position among those that were shown.
func (v *boardView) at(position int64) (found []*shown) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range v.states {
		if s.top.position == position {
			found = append(found, s)
		}
	}
	return found
}
