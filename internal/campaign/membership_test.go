package campaign_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestWhoMayJoinATeam(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, ada, ben, chloe, dev := open(t, seam), uuid.New(), uuid.New(), uuid.New(), uuid.New()
		c := w.running(2, 2)
		w.join(c, ada, ben, chloe)
		reds, blues, greens := w.team(c, "Reds", ada), w.team(c, "Blues", ada), w.team(c, "Greens", ben)
		wantFault(t, w.enter(reds, dev), fault.Precondition, "not_joined")
		wantFault(t, w.enter(&campaignv1.Team{Id: uuid.NewString()}, ben), fault.NotFound, "team_not_found")
		wantFault(t, w.enter(greens, ada), fault.Precondition, "too_many_teams")
		for range 2 { // being one already changes nothing
			must(t, w.enter(reds, ben))
			equal(t, "members", w.show(reds).GetMemberCount(), 2)
		}
		wantFault(t, w.enter(reds, chloe), fault.Precondition, "team_full")
		must(t, w.leave(reds, ben))
		must(t, w.enter(reds, chloe))
		must(t, w.leave(blues, ada)) // it closes
		wantFault(t, w.enter(blues, chloe), fault.NotFound, "team_not_found")
		w.clock.forward(time.Hour)
		wantFault(t, w.enter(greens, chloe), fault.Precondition, "campaign_ended")
		must(t, w.enter(reds, chloe)) // whose first answer was lost, say
		w.exact()
	})
}

func TestWhoMayLeaveATeam(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, ada, ben, dev := open(t, seam), uuid.New(), uuid.New(), uuid.New()
		c := w.running(2, 2)
		w.join(c, ada, ben)
		reds, blues := w.team(c, "Reds", ada, ben), w.team(c, "Blues", ada, ben)
		wantFault(t, w.leave(&campaignv1.Team{Id: uuid.NewString()}, ben), fault.NotFound, "team_not_found")
		wantFault(t, w.leave(reds, ada), fault.Precondition, "captain_must_hand_over")
		must(t, w.leave(reds, dev)) // who is not even in the campaign
		equal(t, "members", w.show(reds).GetMemberCount(), 2)
		for range 2 {
			must(t, w.leave(reds, ben))
			equal(t, "members", w.show(reds).GetMemberCount(), 1)
		}
		for range 2 {
			must(t, w.leave(reds, ada))
			if w.show(reds) != nil {
				t.Error("a team without members is still there")
			}
		}
		equal(t, "teams", w.get(c.GetId()).GetTeamCount(), 1)
		w.clock.forward(time.Hour)
		wantFault(t, w.leave(blues, ben), fault.Precondition, "campaign_ended")
		wantFault(t, w.leave(blues, ada), fault.Precondition, "campaign_ended")
		must(t, w.leave(reds, ben))
		equal(t, "members", w.show(blues).GetMemberCount(), 2)
		w.exact()
	})
}

func TestFactsSayWhoWasACustomerBefore(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, old, fresh := open(t, seam), uuid.New(), uuid.New()
		c := w.running(2, 2)
		_, err := w.JoinCampaign(as(t, old), &campaignv1.JoinCampaignRequest{CampaignId: c.GetId(), ReturningCustomer: true})
		must(t, err)
		w.join(c, fresh)
		team := w.team(c, "Reds", old, fresh)
		must(t, w.leave(team, fresh))
		got := w.rows(`SELECT concat_ws(' ', kind, user_id, subject_id, returning_customer, campaign_id, position) FROM campaign_facts ORDER BY id`)
		want := []string{
			fmt.Sprintf("3 %s %s t %s", old, team.GetId(), c.GetId()),
			fmt.Sprintf("3 %s %s f %s", fresh, team.GetId(), c.GetId()),
			fmt.Sprintf("4 %s %s f %s", fresh, team.GetId(), c.GetId()),
		}
		equal(t, "facts", fmt.Sprint(got), fmt.Sprint(want))
	})
}

func TestOfThoseWhoWantTheLastPlaceExactlyOneGetsIt(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, captain := open(t, seam), uuid.New()
		c, people := w.running(3, 1), make([]uuid.UUID, 16)
		for i := range people {
			people[i] = uuid.New()
		}
		w.join(c, captain)
		w.join(c, people...)
		team := w.team(c, "Reds", captain, people[0])
		ends := allAtOnce(15, func(i int) error { return w.enter(team, people[i+1]) })
		equal(t, "successes", ends[""], 1)
		equal(t, "refusals", ends["team_full"], 14)
		equal(t, "members", w.show(team).GetMemberCount(), 3)
		w.exact()
	})
}

func TestNobodyIsInMoreTeamsThanOneMayBeHoweverFastHeJoins(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		c := w.running(5, 3)
		w.join(c, who)
		var teams []*campaignv1.Team
		for i := range 8 {
			captain := uuid.New()
			w.join(c, captain)
			teams = append(teams, w.team(c, fmt.Sprintf("team %d", i), captain))
		}
		ends := allAtOnce(16, func(i int) error {
			if i < 8 {
				return w.enter(teams[i], who)
			}
			_, err := w.CreateTeam(as(t, who), named(c, fmt.Sprintf("own %d", i)))
			return err
		})
		equal(t, "successes", ends[""], 3)
		equal(t, "refusals", ends["too_many_teams"], 13)
		equal(t, "mine", len(w.takesPart(c, who).GetTeams()), 3)
		w.exact()
	})
}

func TestATeamThatClosesAsOthersJoinIsEitherJoinedOrClosed(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, captain, other := open(t, seam), uuid.New(), uuid.New()
		c := w.running(5, 50)
		w.join(c, captain, other)
		for i := range 10 {
			team := w.team(c, fmt.Sprintf("team %d", i), captain)
			ends := allAtOnce(2, func(i int) error {
				if i == 0 {
					return w.leave(team, captain)
				}
				return w.enter(team, other)
			})
			switch {
			case ends["team_not_found"] == 1 && ends[""] == 1:
				if w.show(team) != nil {
					t.Error("it was left and is there")
				}
			case ends["captain_must_hand_over"] == 1 && ends[""] == 1:
				equal(t, "members", w.show(team).GetMemberCount(), 2)
			default:
				t.Errorf("ends are %v", ends)
			}
		}
		w.exact()
	})
}

// play lets people do anything for a while, all at once where turns say so.
func (w world) play(t *rapid.T, c *campaignv1.Campaign, people []uuid.UUID) {
	var teams []*campaignv1.Team
	for range rapid.IntRange(1, 6).Draw(t, "turns") {
		moves := make([]func() error, rapid.IntRange(1, 6).Draw(t, "at once"))
		made := make([]*campaignv1.Team, len(moves))
		for i := range moves {
			who := rapid.SampledFrom(people).Draw(t, "who")
			name := rapid.SampledFrom([]string{"Reds", "reds", "Blues", "Greens", "Whites"}).Draw(t, "name")
			if len(teams) == 0 || rapid.IntRange(0, 3).Draw(t, "makes") == 0 {
				moves[i] = func() error {
					res, err := w.CreateTeam(as(w.t, who), named(c, name))
					made[i] = res.GetTeam()
					return err
				}
				continue
			}
			team := rapid.SampledFrom(teams).Draw(t, "team")
			next := rapid.SampledFrom(people).Draw(t, "next")
			moves[i] = rapid.SampledFrom([]func() error{
				func() error { return w.enter(team, who) },
				func() error { return w.enter(team, who) },
				func() error { return w.leave(team, who) },
				func() error {
					_, err := w.MakeCaptain(as(w.t, who), &campaignv1.MakeCaptainRequest{TeamId: team.GetId(), UserId: next.String()})
					return err
				},
				func() error {
					return w.service.OnAccountDeleted(w.t.Context(), deleted(who))
				},
			}).Draw(t, "move")
		}
		for reason := range allAtOnce(len(moves), func(i int) error { return moves[i]() }) {
			switch reason {
			case "", "team_full", "too_many_teams", "team_name_taken", "team_not_found", "captain_must_hand_over", "not_captain", "not_member":
			default:
				t.Fatalf("a move ended with %q", reason)
			}
		}
		for _, team := range made {
			if team != nil {
				teams = append(teams, team)
			}
		}
	}
}

// In process: what the seam adds is held by the other tests.
func TestWhateverPeopleDoMembershipsAreWhatFactsSayAndRulesHold(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	rapid.Check(t, func(rt *rapid.T) {
		c := w.running(rapid.Int32Range(1, 3).Draw(rt, "team size"), rapid.Int32Range(1, 3).Draw(rt, "teams a person"))
		people := make([]uuid.UUID, 5)
		for i := range people {
			people[i] = uuid.New()
		}
		w.join(c, people...)
		w.play(rt, c, people)
		w.exact()
		for what, sql := range map[string]string{
			"a team has too many members": `SELECT t.id::text FROM campaign_teams t JOIN campaigns c ON c.id = t.campaign_id WHERE t.members > c.team_size`,
			"somebody is in too many teams": `SELECT m.user_id::text FROM campaign_memberships m JOIN campaigns c ON c.id = m.campaign_id
				GROUP BY m.campaign_id, m.user_id, c.teams_per_person HAVING count(*) > c.teams_per_person`,
			"a captain is no member": `SELECT id::text FROM campaign_teams t WHERE closed_at IS NULL
				AND NOT EXISTS (SELECT FROM campaign_memberships m WHERE m.team_id = t.id AND m.user_id = t.captain_id)`,
		} {
			if wrong := w.rows(sql); len(wrong) > 0 {
				rt.Fatalf("%s: %v", what, wrong)
			}
		}
		if t.Failed() {
			rt.Fatal("counts and facts differ")
		}
	})
}
