package campaigntest

import (
	"bytes"
	"cmp"
	"math/big"
	"slices"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign/score"
)

// reference tells scores from facts in the plainest way: after each fact it makes the
// person's whole history anew, and then every team that had or has to do with the
// person.
type reference struct {
	points, cap int64
	together    bool
	people      map[uuid.UUID]*history
	teams       map[uuid.UUID]*side
	boards      map[campaignv1.Scope]map[uuid.UUID]entry
}

// entry is a place on a board, and the fact that made its score.
type entry struct {
	subject               uuid.UUID
	score, position, fact int64
}

type history struct {
	facts []score.Fact
	// What follows from them.
	in        map[uuid.UUID]bool
	gave      map[uuid.UUID]int64
	returning bool
	count     int64
	last      int64
}

type side struct {
	members map[uuid.UUID]bool
	points  int64
}

func newReference(r *campaignv1.Rules) *reference {
	return &reference{
		points: int64(r.GetPoints().GetPerCheckIn()), cap: int64(r.GetPoints().GetDailyCap()), together: r.GetTogetherness() != nil,
		people: map[uuid.UUID]*history{}, teams: map[uuid.UUID]*side{},
		boards: map[campaignv1.Scope]map[uuid.UUID]entry{campaignv1.Scope_SCOPE_TEAMS: {}, campaignv1.Scope_SCOPE_MEMBERS: {}},
	}
}

func (r *reference) take(f score.Fact) {
	before := r.people[f.User]
	if before == nil {
		before = &history{}
	}
	now, own := r.tell(append(before.facts, f))
	r.people[f.User] = now
	r.put(campaignv1.Scope_SCOPE_MEMBERS, f.User, own, f)
	touched := map[uuid.UUID]bool{}
	for _, teams := range []map[uuid.UUID]bool{before.in, now.in} {
		for team := range teams {
			touched[team] = true
		}
	}
	for _, gave := range []map[uuid.UUID]int64{before.gave, now.gave} {
		for team := range gave {
			touched[team] = true
		}
	}
	for team := range touched {
		s := r.teams[team]
		if s == nil {
			s = &side{members: map[uuid.UUID]bool{}}
			r.teams[team] = s
		}
		s.points += now.gave[team] - before.gave[team]
		if delete(s.members, f.User); now.in[team] {
			s.members[f.User] = true
		}
		r.put(campaignv1.Scope_SCOPE_TEAMS, team, r.ofTeam(s), f)
	}
}

// tell goes through all facts of somebody. own is the person's own score.
func (r *reference) tell(facts []score.Fact) (h *history, own int64) {
	h = &history{facts: facts, in: map[uuid.UUID]bool{}, gave: map[uuid.UUID]int64{}}
	withdrawn := map[uuid.UUID]bool{}
	for _, f := range facts {
		if f.Kind == score.Withdrawn {
			withdrawn[f.Subject] = true
		}
	}
	days, sum := map[int32]int64{}, int64(0)
	for _, f := range facts {
		switch {
		case f.Kind == score.Joined:
			h.in[f.Subject], h.returning = true, f.Returning
		case f.Kind == score.Left:
			delete(h.in, f.Subject)
		case f.Kind == score.CheckedIn && !withdrawn[f.Subject]:
			counts := r.points
			if r.cap > 0 {
				counts = max(0, min(counts, r.cap-days[f.Day]))
			}
			days[f.Day] += counts
			sum += counts
			h.count++
			h.last = max(h.last, f.Moment)
			for team := range h.in {
				h.gave[team] += counts
			}
		}
	}
	if r.together {
		return h, h.count * score.Micros
	}
	return h, sum * score.Micros
}

func (r *reference) ofTeam(s *side) int64 {
	switch {
	case len(s.members) == 0:
		return 0
	case !r.together:
		return s.points * score.Micros
	}
	// T and N, and the ends of S.
	t, n := new(big.Rat), new(big.Rat)
	var earliest, latest int64
	for user := range s.members {
		h := r.people[user]
		if h.count == 0 {
			continue
		}
		if t.Sign() == 0 {
			earliest, latest = h.last, h.last
		}
		earliest, latest = min(earliest, h.last), max(latest, h.last)
		weight := big.NewRat(1, int64(len(h.in)))
		if t.Add(t, weight); !h.returning {
			n.Add(n, weight)
		}
	}
	if t.Sign() == 0 {
		return 0
	}
	const anHour = 3_600_000_000
	spread := big.NewRat(latest-earliest+anHour, anHour) // S + 1
	whole := t.Quo(t, spread.Mul(spread, big.NewRat(1, 20)))
	whole.Add(whole, n.Mul(n, big.NewRat(3, 1)))
	return halfToEven(whole.Mul(whole, big.NewRat(score.Micros, 1)))
}

func halfToEven(r *big.Rat) int64 {
	floor := new(big.Int).Div(r.Num(), r.Denom())
	rest := new(big.Rat).Sub(r, new(big.Rat).SetInt(floor))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return floor.Int64()
}

func (r *reference) put(scope campaignv1.Scope, subject uuid.UUID, to int64, by score.Fact) {
	board := r.boards[scope]
	switch {
	case to == 0:
		delete(board, subject)
	case board[subject].score != to:
		board[subject] = entry{subject, to, by.Position, by.ID}
	}
}

// board is one in its order.
func (r *reference) board(scope campaignv1.Scope) []entry {
	all := make([]entry, 0, len(r.boards[scope]))
	for _, e := range r.boards[scope] {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.position, b.position), cmp.Compare(a.fact, b.fact), bytes.Compare(a.subject[:], b.subject[:]))
	})
	return all
}
