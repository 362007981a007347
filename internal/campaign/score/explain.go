package score

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/google/uuid"
)

// Explanation is how a team's score came about. Amounts are in millionths, moments
// in microseconds since 1970.
type Explanation struct {
	Score int64
	// Members are those of now, New those among them who are not returning customers,
	// and Active those who have checked in.
	Members, New, Active int
	// Earliest and Latest are the ends of the members' most recent check-ins; they mean
	// nothing where nobody is active.
	Earliest, Latest int64

	// CheckIns were made for the team and not withdrawn; Counted are those among them
	// that counted whole or in part, and Capped is what the cap took, in points.
	CheckIns, Counted, Capped int64

	// The terms of the formula: T, N, S, T / (0.05 (S + 1)) and 3 N.
	Weights, Fresh, Spread, Together, Bonus int64

	// Shares are what people add, those who add most first.
	Shares []Share
}

// Share is what a person adds to a score.
type Share struct {
	User   uuid.UUID
	Member bool
	// Points are those that count for the team.
	Points int64
	// Weight is what the person adds to T: 0 for whoever has not checked in.
	Weight int64
	// Teams are how many the person is in.
	Teams     int
	Returning bool
	// CheckedIn says that there is a Last, the most recent check-in.
	CheckedIn bool
	Last      int64
}

// Explain answers all terms of a team's score. It looks at every person that the
// state knows.
func (s *State) Explain(teamID uuid.UUID) Explanation {
	t := s.teams[teamID]
	if t == nil {
		return Explanation{}
	}
	e := Explanation{Score: t.score, Members: len(t.members)}
	for _, p := range s.people {
		s.explainPerson(&e, t, p)
	}
	if s.rules.Scoring == Togetherness {
		terms := t.together()
		e.Weights, e.Fresh, e.Spread, e.Together, e.Bonus = terms.weights, terms.fresh, terms.spread, terms.together, terms.bonus
	}
	slices.SortFunc(e.Shares, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(b.Weight, a.Weight), bytes.Compare(a.User[:], b.User[:]))
	})
	return e
}

func (s *State) explainPerson(e *Explanation, t *team, p *person) {
	share := Share{User: p.id, Member: t.members[p], Teams: len(p.teams), Returning: p.returning, CheckedIn: len(p.checkIns) > 0, Last: p.latest}
	if s.rules.Scoring == Points {
		share.Points = s.explainPoints(e, t, p)
	}
	if share.Member {
		s.explainMember(e, &share)
	}
	if share.Member || share.Points > 0 {
		e.Shares = append(e.Shares, share)
	}
}

func (s *State) explainMember(e *Explanation, share *Share) {
	if !share.Returning {
		e.New++
	}
	if !share.CheckedIn {
		return
	}
	if e.Active == 0 {
		e.Earliest, e.Latest = share.Last, share.Last
	}
	e.Active++
	e.Earliest, e.Latest = min(e.Earliest, share.Last), max(e.Latest, share.Last)
	if s.rules.Scoring == Togetherness {
		share.Weight = together([]weight{{teams: share.Teams, all: 1}}, 0).weights
	}
}

// explainPoints goes through a person's check-ins, each day's in its order.
func (s *State) explainPoints(e *Explanation, t *team, p *person) (points int64) {
	places := map[int32]int{}
	for i, c := range p.checkIns {
		worth := s.rules.worth(places[c.day])
		places[c.day]++
		if !slices.Contains(p.with(i), t) {
			continue
		}
		e.CheckIns++
		if worth > 0 {
			e.Counted++
		}
		e.Capped += s.rules.Points - worth
		points += worth
	}
	return points
}
