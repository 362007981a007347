package instructors

import (
	"math/rand/v2"
	"sync"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/consistency"
)

// ledger has what was written, and what of it was acknowledged.
type ledger struct {
	mu sync.Mutex
	// acks numbers acknowledgements, from 1.
	acks int
	// grown are instructors whose learners became more, by their ids.
	grown map[string]*growth
	// guests are the ids of those who come and go, visits where they were.
	guests []string
	visits map[visit]*stay

	answers, held, updated, came, went int64
}

// growth is what this run did to an instructor.
type growth struct {
	// busy says that a change is under way, or that nobody knows what became of one.
	busy bool
	// most is how many learners were ever offered.
	most  int64
	marks []mark
}

// mark is how many learners an instructor had when that was acknowledged.
type mark struct {
	acked

	learners int64
}

// visit is a guest at a course.
type visit struct {
	course int64
	guest  string
}

// stay is how a visit stands.
type stay struct {
	// taken says that somebody looks after the guest there.
	taken bool
	// changing says that he comes or goes now, or that nobody knows whether he did.
	changing bool
	// there is what was acknowledged last.
	there bool
	last  acked
}

// acked says when something was acknowledged; ack is 0 before.
type acked struct {
	ack int
	at  consistency.Position
}

// reading is where a read begins: what its reader has seen, and what was acknowledged.
type reading struct {
	seen consistency.Position
	acks int
}

// in says whether an answer must have something in it: it was acknowledged before the
// read began, at a position that the reader has seen.
func (a acked) in(r reading) bool { return a.ack > 0 && a.ack <= r.acks && r.seen.Reaches(a.at) }

func newLedger() *ledger { return &ledger{grown: map[string]*growth{}, visits: map[visit]*stay{}} }

func (l *ledger) begin(seen consistency.Position) reading {
	l.mu.Lock()
	defer l.mu.Unlock()
	return reading{seen, l.acks}
}

// acknowledged is called with the lock held.
func (l *ledger) acknowledged(at consistency.Position) acked {
	l.acks++
	return acked{l.acks, at}
}

// offer is how many learners somebody is to have now, one more than ever before; false
// where somebody else is about to change him. Values grow in the order in which they are
// acknowledged, as nobody is changed twice at once.
func (l *ledger) offer(who *coursev1.Instructor) (int64, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := l.grown[who.GetId()]
	if g == nil {
		g = &growth{}
		l.grown[who.GetId()] = g
	}
	if g.busy {
		return 0, false
	}
	g.busy, g.most = true, max(g.most, who.GetLearners())+1
	return g.most, true
}

// grew notes that what was offered was acknowledged.
func (l *ledger) grew(instructor string, at consistency.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := l.grown[instructor]
	g.busy = false
	g.marks = append(g.marks, mark{l.acknowledged(at), g.most})
	l.updated++
}

// take is a guest who is not at a course, and comes now; none where all are there.
func (l *ledger) take(course int64, random *rand.Rand) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.guests) == 0 {
		return ""
	}
	first := random.IntN(len(l.guests))
	for i := range l.guests {
		v := visit{course, l.guests[(first+i)%len(l.guests)]}
		if s := l.visits[v]; s == nil || !s.taken {
			if s == nil {
				s = &stay{}
				l.visits[v] = s
			}
			s.taken, s.changing = true, true
			return v.guest
		}
	}
	return ""
}

// leaves notes that a guest goes now.
func (l *ledger) leaves(v visit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.visits[v].changing = true
}

// moved notes that it was acknowledged that a guest came, or went.
func (l *ledger) moved(v visit, there bool, at consistency.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.visits[v]
	s.changing, s.there, s.last = false, there, l.acknowledged(at)
	if there {
		l.came++
	} else {
		l.went++
	}
}

// free lets others take the guest.
func (l *ledger) free(v visit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.visits[v].taken = false
}

// checks are what came of it all.
func (l *ledger) checks() Checks {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Checks{Answers: l.answers, Held: l.held, Updated: l.updated, Came: l.came, Went: l.went}
}
