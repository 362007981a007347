package score

import (
	"math/big"
	"time"

	"github.com/google/uuid"
)

// Full is the definition of scores, written down as plainly as it goes: it takes
// each person's whole history by itself and adds what follows from it to the
// person's teams. It shares nothing with State but the facts, and is what State is
// compared with.
type Full struct {
	rules  Rules
	teams  map[uuid.UUID]*fullTeam
	people map[uuid.UUID]int64
}

// Key names a subject of a board.
type Key struct {
	Scope   Scope
	Subject uuid.UUID
}

type fullTeam struct {
	members          int
	points           int64
	sum, sumNew      *big.Rat
	earliest, latest time.Time
}

// NewFull makes the fold of nobody.
func NewFull(r Rules) *Full {
	return &Full{rules: r, teams: map[uuid.UUID]*fullTeam{}, people: map[uuid.UUID]int64{}}
}

// made is a check-in that stands, and the teams that its person was in.
type made struct {
	fact Fact
	with map[uuid.UUID]bool
}

// Add takes all facts of one person, in the order of the fold.
func (f *Full) Add(facts []Fact) {
	if len(facts) == 0 {
		return
	}
	var stand []made
	in, returning := map[uuid.UUID]bool{}, false
	for _, fact := range facts {
		switch fact.Kind {
		case CheckedIn:
			with := map[uuid.UUID]bool{}
			for team := range in {
				with[team] = true
			}
			stand = append(stand, made{fact, with})
		case Withdrawn:
			var left []made
			for _, m := range stand {
				if m.fact.Subject != fact.Subject {
					left = append(left, m)
				}
			}
			stand = left
		case Joined:
			in[fact.Subject], returning = true, fact.Returning
		case Left:
			delete(in, fact.Subject)
		}
	}
	for team := range in {
		f.team(team).members++
	}
	if f.rules.Scoring == Points {
		f.addPoints(facts[0].User, stand)
	} else {
		f.addPresence(facts[0].User, stand, in, returning)
	}
}

// addPoints lets the first check-ins of each day count until the cap is reached.
func (f *Full) addPoints(user uuid.UUID, stand []made) {
	perDay, total := map[int32]int64{}, int64(0)
	for _, m := range stand {
		counts := f.rules.Points
		if room := f.rules.DailyCap - perDay[m.fact.Day]; f.rules.DailyCap > 0 && room < counts {
			counts = room
		}
		perDay[m.fact.Day] += counts
		total += counts
		for team := range m.with {
			f.team(team).points += counts
		}
	}
	f.people[user] = total * Micros
}

// addPresence adds a person who has checked in to his present teams.
func (f *Full) addPresence(user uuid.UUID, stand []made, in map[uuid.UUID]bool, returning bool) {
	f.people[user] = int64(len(stand)) * Micros
	if len(stand) == 0 {
		return
	}
	var last time.Time
	for _, m := range stand {
		if at := time.UnixMicro(m.fact.Moment); at.After(last) {
			last = at
		}
	}
	for team := range in {
		t, weight := f.team(team), big.NewRat(1, int64(len(in)))
		if t.sum.Sign() == 0 || last.Before(t.earliest) {
			t.earliest = last
		}
		if last.After(t.latest) {
			t.latest = last
		}
		t.sum.Add(t.sum, weight)
		if !returning {
			t.sumNew.Add(t.sumNew, weight)
		}
	}
}

func (f *Full) team(id uuid.UUID) *fullTeam {
	if f.teams[id] == nil {
		f.teams[id] = &fullTeam{sum: new(big.Rat), sumNew: new(big.Rat)}
	}
	return f.teams[id]
}

// Scores are those above 0, in millionths.
func (f *Full) Scores() map[Key]int64 {
	all := map[Key]int64{}
	for id, score := range f.people {
		if score > 0 {
			all[Key{Members, id}] = score
		}
	}
	for id, t := range f.teams {
		if score := f.score(t); score > 0 {
			all[Key{Teams, id}] = score
		}
	}
	return all
}

func (f *Full) score(t *fullTeam) int64 {
	switch {
	case t.members == 0:
		return 0
	case f.rules.Scoring == Points:
		return t.points * Micros
	case t.sum.Sign() == 0:
		return 0
	}
	hours := big.NewRat(t.latest.Sub(t.earliest).Microseconds(), time.Hour.Microseconds())
	hours.Add(hours, big.NewRat(1, 1))
	hours.Mul(hours, big.NewRat(5, 100))
	score := new(big.Rat).Quo(t.sum, hours)
	score.Add(score, new(big.Rat).Mul(big.NewRat(3, 1), t.sumNew))
	return roundMillionths(score)
}

// roundMillionths looks at the whole millionths below, and at what is left.
func roundMillionths(r *big.Rat) int64 {
	r = new(big.Rat).Mul(r, big.NewRat(Micros, 1))
	whole := new(big.Int).Div(r.Num(), r.Denom()).Int64()
	rest := new(big.Rat).Sub(r, big.NewRat(whole, 1))
	switch rest.Cmp(big.NewRat(1, 2)) {
	case 1:
		return whole + 1
	case 0:
		return whole + whole%2
	default:
		return whole
	}
}
