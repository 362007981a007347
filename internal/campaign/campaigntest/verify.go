package campaigntest

import (
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign/score"
)

const (
	// moments is of how many moments that have passed whole boards are read.
	moments = 10
	// mostTold is how many differences of one kind are told.
	mostTold = 5
)

// Verify holds the deployment to what it answered: its facts and check-ins to what was
// acknowledged, and what all of some servers show, and have shown, to the reference.
func (c *Crowd) Verify(servers ...string) {
	c.t.Helper()
	c.Counted()
	facts := c.facts()
	c.verifyDeeds(facts)
	c.verifyCheckIns()
	c.verifyBoards(facts, servers)
}

// facts are all of the campaign, in the order of the fold.
func (c *Crowd) facts() (facts []score.Fact) {
	c.t.Helper()
	rows, err := c.DB.Primary(c.t.Context()).Query(c.t.Context(), `
		SELECT id, position, kind, user_id, subject_id, moment, coalesce(day - date '1970-01-01', 0), returning_customer
		FROM campaign_facts WHERE campaign_id = $1::text::uuid ORDER BY position, id`, c.Campaign.GetId())
	c.must(err)
	defer rows.Close()
	for rows.Next() {
		var f score.Fact
		var moment time.Time
		c.must(rows.Scan(&f.ID, &f.Position, &f.Kind, &f.User, &f.Subject, &moment, &f.Day, &f.Returning))
		f.Moment = moment.UnixMicro()
		facts = append(facts, f)
	}
	c.must(rows.Err())
	return facts
}

// verifyDeeds holds everybody's facts to what was acknowledged, one by one: none is
// lost, none is there twice, none came before an earlier one.
func (c *Crowd) verifyDeeds(facts []score.Fact) {
	c.t.Helper()
	place, err := time.LoadLocation(zone)
	c.must(err)
	deeds, made := map[string][]deed{}, map[string]score.Fact{}
	for _, f := range facts {
		user := f.User.String()
		deeds[user] = append(deeds[user], deed{f.Kind, f.Subject.String()})
		if f.Kind == score.CheckedIn {
			made[f.Subject.String()] = f
		}
	}
	tell := c.teller("facts")
	for _, p := range c.people {
		if !slices.Equal(deeds[p.id], p.deeds) {
			tell("of %s there are\n%v\nwhat was acknowledged is\n%v", p.handle, deeds[p.id], p.deeds)
		}
		for _, i := range p.checkIns {
			f := made[i.id]
			day := i.at.In(place)
			days := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86_400
			if f.Moment != i.at.UnixMicro() || int64(f.Day) != days {
				tell("check-in %s of %v is counted on day %d at %d", i.id, i.at, f.Day, f.Moment)
			}
		}
		delete(deeds, p.id)
	}
	if len(deeds) > 0 {
		tell("there are facts of %d strangers", len(deeds))
	}
}

// verifyCheckIns holds the rows to what was acknowledged.
func (c *Crowd) verifyCheckIns() {
	c.t.Helper()
	rows, err := c.DB.Primary(c.t.Context()).Query(c.t.Context(), `
		SELECT id::text, user_id::text, text, voided_at IS NOT NULL FROM campaign_check_ins WHERE campaign_id = $1::text::uuid`, c.Campaign.GetId())
	c.must(err)
	defer rows.Close()
	type row struct {
		user, text string
		void       bool
	}
	stored := map[string]row{}
	for rows.Next() {
		var id string
		var r row
		c.must(rows.Scan(&id, &r.user, &r.text, &r.void))
		stored[id] = r
	}
	c.must(rows.Err())
	tell, n := c.teller("check-ins"), 0
	for _, p := range c.people {
		n += len(p.checkIns)
		for _, i := range p.checkIns {
			if want := (row{p.id, i.text, i.void}); stored[i.id] != want {
				tell("%s is stored as %+v, want %+v", i.id, stored[i.id], want)
			}
		}
	}
	if len(stored) != n {
		tell("%d are stored, %d were acknowledged", len(stored), n)
	}
}

// verifyBoards goes through the positions once and compares at each what is known of it.
func (c *Crowd) verifyBoards(facts []score.Fact, servers []string) {
	c.t.Helper()
	dated := c.dates()
	last := c.last()
	if len(facts) == 0 || facts[len(facts)-1].Position != last {
		c.t.Fatal("the board stands at ", last, ", behind its facts")
	}
	claims := map[int64][]shown{}
	for _, s := range c.shown {
		claims[s.position] = append(claims[s.position], s)
	}
	whole := c.readAll(servers, dated, last)
	for _, s := range whole {
		claims[s.position] = append(claims[s.position], s)
	}
	r, tell := newReference(c.Rules), c.teller("boards")
	for i, f := range facts {
		r.take(f)
		if i+1 < len(facts) && facts[i+1].Position == f.Position {
			continue
		}
		for _, s := range claims[f.Position] {
			if err := s.is(r.board(s.scope), dated); err != nil {
				tell("%s: %v", s, err)
			}
		}
		delete(claims, f.Position)
	}
	for position := range claims {
		tell("something was shown of position %d, which nobody counted", position)
	}
	c.t.Logf("%d facts at %d positions; %d whole boards and %d parts of others compared; %d teams and %d people are on the last",
		len(facts), last, len(whole), len(c.shown), len(r.boards[campaignv1.Scope_SCOPE_TEAMS]), len(r.boards[campaignv1.Scope_SCOPE_MEMBERS]))
}

// dates are when positions were reached.
func (c *Crowd) dates() map[int64]time.Time {
	c.t.Helper()
	rows, err := c.DB.Primary(c.t.Context()).Query(c.t.Context(), `SELECT position, counted_at FROM campaign_positions WHERE campaign_id = $1::text::uuid`, c.Campaign.GetId())
	c.must(err)
	defer rows.Close()
	dates := map[int64]time.Time{}
	for rows.Next() {
		var position int64
		var at time.Time
		c.must(rows.Scan(&position, &at))
		dates[position] = at
	}
	c.must(rows.Err())
	return dates
}

// readAll reads all boards of all servers to their ends, as they are and as they were.
// That the right position answers for a moment is held here.
func (c *Crowd) readAll(servers []string, dated map[int64]time.Time, last int64) (all []shown) {
	c.t.Helper()
	tell := c.teller("positions")
	for n, server := range servers {
		reader := c.newClient(uint64(1<<21+n), server)
		for _, scope := range scopes {
			s, err := reader.pages(c.t.Context(), "live at "+server, scope, nil)
			c.must(err)
			if all = append(all, s); s.position != last {
				tell("the board of %s is at position %d, want %d", server, s.position, last)
			}
			for i := range int64(moments) {
				position := max(1, last*(i+1)/(moments+1))
				s, err := reader.pages(c.t.Context(), fmt.Sprintf("as of %v at %s", dated[position], server), scope, timestamppb.New(dated[position]))
				c.must(err)
				if all = append(all, s); s.position != position && !dated[s.position].Equal(dated[position]) {
					tell("as of %v, when position %d was reached, position %d is shown", dated[position], position, s.position)
				}
			}
		}
	}
	return all
}

func (s shown) String() string {
	return fmt.Sprintf("%v, %s, position %d", s.scope, s.where, s.position)
}

// is compares what was shown with the board.
func (s shown) is(want []entry, dated map[int64]time.Time) error {
	whole := len(want) <= pageSize || len(s.standings) > pageSize
	switch {
	case s.size != int64(len(want)):
		return fmt.Errorf("it has %d, want %d", s.size, len(want))
	case whole && len(s.standings) != len(want), !whole && len(s.standings) != pageSize:
		return fmt.Errorf("%d were shown of %d", len(s.standings), len(want))
	case !s.countedAt.Equal(dated[s.position]):
		return fmt.Errorf("it was counted at %v, want %v", s.countedAt, dated[s.position])
	}
	for i, got := range s.standings {
		e, who := want[i], got.GetTeam().GetId()
		if s.scope == campaignv1.Scope_SCOPE_MEMBERS {
			who = got.GetUser().GetId()
		}
		if got.GetRank() != int64(i+1) || got.GetScoreMicros() != e.score || who != e.subject.String() || !got.GetReachedAt().AsTime().Equal(dated[e.position]) {
			return fmt.Errorf("place %d is %v, want %+v of %v", i+1, got, e, dated[e.position])
		}
	}
	return nil
}

// teller tells the first few differences of a kind.
func (c *Crowd) teller(kind string) func(format string, args ...any) {
	n := 0
	return func(format string, args ...any) {
		c.t.Helper()
		if n++; n <= mostTold {
			c.t.Errorf(kind+": "+format, args...)
		}
	}
}
