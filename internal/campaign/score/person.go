package score

import (
	"slices"

	"github.com/google/uuid"
)

// standing is a subject and its present score.
type standing struct {
	scope Scope
	id    uuid.UUID
	score int64
	// position and fact are of the fact that made the score.
	position, fact int64
	// changed says that the facts of this Apply changed it, from before.
	changed bool
	before  int64
}

// person is somebody with check-ins, or who was in a team.
type person struct {
	standing
	// teams are those that he is in. A list is never changed, only replaced, as
	// check-ins are made with it.
	teams []*team
	// companies are the lists of teams with which check-ins were made.
	companies [][]*team
	// moved says that the last company is not that of now.
	moved     bool
	returning bool
	// checkIns are those that were not withdrawn, in the order of the fold, and days
	// how many each day has of them.
	checkIns []checkIn
	days     []day
	// latest is the moment of the most recent check-in.
	latest int64
	points int64
}

// checkIn is all that is kept of one: 32 bytes. with is an index of companies.
type checkIn struct {
	id     uuid.UUID
	moment int64
	day    int32
	with   int32
}

type day struct{ day, count int32 }

// present is the index of the teams that the person is in now.
func (p *person) present() int32 {
	if len(p.companies) == 0 || p.moved {
		p.companies = append(p.companies, p.teams)
		p.moved = false
	}
	return int32(len(p.companies) - 1) //nolint:gosec // fewer than check-ins
}

// with are the teams with which a check-in was made.
func (p *person) with(i int) []*team { return p.companies[p.checkIns[i].with] }

// move puts the person into other teams.
func (p *person) move(teams []*team) { p.teams, p.moved = teams, true }

// countOn is how many check-ins of a day there are. Days mostly come in their order.
func (p *person) countOn(d int32) int {
	for _, x := range slices.Backward(p.days) {
		if x.day == d {
			return int(x.count)
		}
	}
	return 0
}

func (p *person) addOn(d, n int32) {
	for i := len(p.days) - 1; i >= 0; i-- {
		if p.days[i].day == d {
			p.days[i].count += n
			return
		}
	}
	p.days = append(p.days, day{d, n})
}

// last takes the newest check-in into account and answers the teams for which
// the most recent one is another now.
func (p *person) last() []*team {
	moment := p.checkIns[len(p.checkIns)-1].moment
	if len(p.checkIns) > 1 && moment <= p.latest {
		return nil
	}
	p.latest = moment
	return p.teams
}

// recall finds the most recent check-in among those that are left.
func (p *person) recall() {
	p.latest = 0
	for i, c := range p.checkIns {
		if i == 0 || c.moment > p.latest {
			p.latest = c.moment
		}
	}
}
