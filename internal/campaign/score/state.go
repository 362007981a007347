package score

import (
	"slices"

	"github.com/google/uuid"
)

// State is where the fold of one campaign stands. It is not safe for use by several
// goroutines at once.
type State struct {
	rules  Rules
	people map[uuid.UUID]*person
	teams  map[uuid.UUID]*team
	// changed are the standings that the facts of one Apply have changed.
	changed []*standing

	// companies are how many teams those of all people name, and one more for each.
	checkIns, memberships, companies int
}

// New makes the state before the first fact.
func New(r Rules) *State {
	return &State{rules: r, people: map[uuid.UUID]*person{}, teams: map[uuid.UUID]*team{}}
}

// Rules are what the state counts by.
func (s *State) Rules() Rules { return s.rules }

// What a check-in, a person or team, and a membership take in memory, about: a
// check-in has 32 bytes, and the list that it stands in grows by quarters.
const (
	checkInBytes    = 40
	subjectBytes    = 400
	membershipBytes = 160
	companyBytes    = 16
)

// Bytes is about how much memory the state takes.
func (s *State) Bytes() int {
	return s.checkIns*checkInBytes + (len(s.people)+len(s.teams))*subjectBytes + s.memberships*membershipBytes + s.companies*companyBytes
}

// Apply takes the next facts, which are in the order of the fold, and answers whose
// score they have changed, each subject once.
func (s *State) Apply(facts []Fact) []Change {
	for i := range facts {
		s.apply(&facts[i])
	}
	return s.takeChanges()
}

// apply takes one fact. A person's share in the score of his teams is taken away
// before it and given back after it, as each fact may change it for all of them.
func (s *State) apply(f *Fact) {
	p := s.person(f.User)
	s.share(p, -1)
	others := s.enact(p, f)
	s.share(p, 1)
	s.assessPerson(p, f)
	for _, t := range p.teams {
		s.assessTeam(t, f)
	}
	for _, t := range others {
		s.assessTeam(t, f)
	}
}

// enact answers teams that the fact is about though the person may not be in them.
func (s *State) enact(p *person, f *Fact) (others []*team) {
	switch f.Kind {
	case CheckedIn:
		s.checkIn(p, f)
	case Withdrawn:
		return s.withdraw(p, f)
	case Joined:
		s.join(p, f)
	case Left:
		return s.leave(p, f)
	}
	return nil
}

func (s *State) checkIn(p *person, f *Fact) {
	worth, companies := s.rules.worth(p.countOn(f.Day)), len(p.companies)
	p.checkIns = append(p.checkIns, checkIn{id: f.Subject, moment: f.Moment, day: f.Day, with: p.present()})
	p.addOn(f.Day, 1)
	s.checkIns++
	s.companies += (len(p.companies) - companies) * (1 + len(p.teams))
	s.credit(p, p.teams, worth)
	s.saw(p, p.last())
}

// withdraw takes a check-in back. Those that came after it on its day move up, and
// may count more than before.
func (s *State) withdraw(p *person, f *Fact) (others []*team) {
	at := slices.IndexFunc(p.checkIns, func(c checkIn) bool { return c.id == f.Subject })
	if at < 0 {
		return nil
	}
	day, place := p.checkIns[at].day, 0
	for i, c := range p.checkIns {
		if c.day != day {
			continue
		}
		switch {
		case i == at:
			s.credit(p, p.with(i), -s.rules.worth(place))
		case i > at:
			s.credit(p, p.with(i), s.rules.worth(place-1)-s.rules.worth(place))
		}
		if i >= at {
			others = append(others, p.with(i)...)
		}
		place++
	}
	s.forget(p, at)
	return others
}

func (s *State) forget(p *person, at int) {
	p.addOn(p.checkIns[at].day, -1)
	p.checkIns = slices.Delete(p.checkIns, at, at+1)
	s.checkIns--
	latest := p.latest
	p.recall()
	if p.latest != latest {
		s.saw(p, p.teams)
	}
}

func (s *State) join(p *person, f *Fact) {
	p.returning = f.Returning
	t := s.team(f.Subject)
	if t.members[p] {
		return
	}
	t.members[p] = true
	p.move(append(slices.Clone(p.teams), t))
	s.memberships++
	s.saw(p, []*team{t})
}

func (s *State) leave(p *person, f *Fact) (others []*team) {
	t := s.team(f.Subject)
	if !t.members[p] {
		return nil
	}
	delete(t.members, p)
	p.move(slices.DeleteFunc(slices.Clone(p.teams), func(x *team) bool { return x == t }))
	s.memberships--
	return []*team{t}
}

// credit adds points to a person and to teams.
func (s *State) credit(p *person, teams []*team, points int64) {
	if s.rules.Scoring != Points {
		return
	}
	p.points += points
	for _, t := range teams {
		t.points += points
	}
}

// share adds what a person is to the togetherness of his teams, or takes it away.
func (s *State) share(p *person, sign int) {
	if s.rules.Scoring != Togetherness || len(p.checkIns) == 0 {
		return
	}
	for _, t := range p.teams {
		t.weigh(len(p.teams), p.returning, sign)
	}
}

// saw tells teams that their member's most recent check-in is another one now, or
// that he is new among them.
func (s *State) saw(p *person, teams []*team) {
	if s.rules.Scoring != Togetherness || len(p.checkIns) == 0 {
		return
	}
	for _, t := range teams {
		t.saw(p)
	}
}

func (s *State) assessPerson(p *person, f *Fact) {
	if s.rules.Scoring == Points {
		s.assess(&p.standing, inMicros(p.points), f)
	} else {
		s.assess(&p.standing, inMicros(int64(len(p.checkIns))), f)
	}
}

func (s *State) assessTeam(t *team, f *Fact) {
	switch {
	case len(t.members) == 0:
		s.assess(&t.standing, 0, f)
	case s.rules.Scoring == Points:
		s.assess(&t.standing, inMicros(t.points), f)
	default:
		s.assess(&t.standing, t.together().score, f)
	}
}

// assess notes a score where it is another one.
func (s *State) assess(st *standing, score int64, f *Fact) {
	if st.score == score {
		return
	}
	if !st.changed {
		st.changed, st.before = true, st.score
		s.changed = append(s.changed, st)
	}
	st.score, st.position, st.fact = score, f.Position, f.ID
}

// takeChanges leaves out who was on no board before, and is on none now.
func (s *State) takeChanges() []Change {
	changes := make([]Change, 0, len(s.changed))
	for _, st := range s.changed {
		st.changed = false
		if st.score == 0 && st.before == 0 {
			continue
		}
		changes = append(changes, Change{Scope: st.scope, Subject: st.id, Score: st.score, Position: st.position, Fact: st.fact})
	}
	s.changed = s.changed[:0]
	return changes
}

// person answers who has that id, whoever it is.
func (s *State) person(id uuid.UUID) *person {
	p := s.people[id]
	if p == nil {
		p = &person{standing: standing{scope: Members, id: id}}
		s.people[id] = p
	}
	return p
}

func (s *State) team(id uuid.UUID) *team {
	t := s.teams[id]
	if t == nil {
		t = &team{standing: standing{scope: Teams, id: id}, members: map[*person]bool{}}
		s.teams[id] = t
	}
	return t
}
