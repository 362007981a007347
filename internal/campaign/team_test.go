package campaign_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestWhoMakesATeamIsItsCaptainAndFirstMember(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		c, who := w.running(3, 2), w.people(1)[0]
		w.join(c, who)
		team := w.team(c, "  Red   Wheels ", who)
		if team.GetName() != "Red Wheels" || team.GetCaptainId() != who.String() || team.GetMemberCount() != 1 || team.GetCampaignId() != c.GetId() {
			t.Errorf("%v", team)
		}
		if age := time.Since(team.GetCreatedAt().AsTime()); age < -time.Minute || age > time.Minute {
			t.Errorf("it is %v old", age)
		}
		members, err := w.ListTeamMembers(t.Context(), &campaignv1.ListTeamMembersRequest{TeamId: team.GetId()})
		must(t, err)
		if m := members.GetMembers(); len(m) != 1 || m[0].GetUser().GetHandle() != "person_0" || !m[0].GetCaptain() || !m[0].GetJoinedAt().AsTime().Equal(w.clock.Now()) {
			t.Errorf("%v", m)
		}
		equal(t, "teams of the campaign", w.get(c.GetId()).GetTeamCount(), 1)
		if mine := w.takesPart(c, who).GetTeams(); len(mine) != 1 || !proto.Equal(mine[0], team) {
			t.Errorf("mine are %v", mine)
		}
		w.exact()
	})
}

func TestTheSameKeyAnswersTheSameTeam(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		c := w.running(3, 5)
		w.join(c, who)
		req := named(c, "Reds")
		var first *campaignv1.Team
		ends := allAtOnce(8, func(i int) error {
			res, err := w.CreateTeam(as(t, who), req)
			if i == 0 {
				first = res.GetTeam()
			}
			return err
		})
		equal(t, "successes", ends[""], 8)
		equal(t, "teams", w.get(c.GetId()).GetTeamCount(), 1)
		again, err := w.CreateTeam(as(t, who), req)
		must(t, err)
		if !proto.Equal(again.GetTeam(), first) {
			t.Errorf("%v, then %v", first, again)
		}
		other := proto.CloneOf(req)
		other.Name = "Blues"
		_, err = w.CreateTeam(as(t, who), other)
		wantFault(t, err, fault.Precondition, "idempotency_key_reused")
		must(t, w.leave(first, who))
		_, err = w.CreateTeam(as(t, who), req)
		wantFault(t, err, fault.NotFound, "team_not_found")
		w.exact()
	})
}

func TestANameIsOneTeamsWhateverItsCase(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, ada, ben := open(t, seam), uuid.New(), uuid.New()
		c, elsewhere := w.running(3, 9), w.running(3, 9)
		w.join(c, ada, ben)
		w.join(elsewhere, ben)
		first := w.team(c, "Équipe Ångström", ada)
		for _, same := range []string{"équipe ångström", "ÉQUIPE ÅNGSTRÖM", " Équipe   Ångström ", "E\u0301quipe A\u030angstro\u0308m", "Équipe\u00a0\u212bngström"} {
			_, err := w.CreateTeam(as(t, ben), named(c, same))
			wantFault(t, err, fault.Exists, "team_name_taken")
		}
		w.team(elsewhere, "équipe ångström", ben)
		must(t, w.leave(first, ada)) // the last member
		w.team(c, "équipe ångström", ben)
		w.exact()
	})
}

func TestOfThoseWhoWantANameAtOnceExactlyOneGetsIt(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		c, people := w.running(3, 9), make([]uuid.UUID, 12)
		for i := range people {
			people[i] = uuid.New()
		}
		w.join(c, people...)
		ends := allAtOnce(len(people), func(i int) error {
			_, err := w.CreateTeam(as(t, people[i]), named(c, []string{"Reds", "REDS", "reds"}[i%3]))
			return err
		})
		equal(t, "successes", ends[""], 1)
		equal(t, "refusals", ends["team_name_taken"], 11)
		w.exact()
	})
}

func TestWhoMayMakeATeam(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		c := w.running(3, 2)
		_, err := w.CreateTeam(as(t, who), named(c, "Reds"))
		wantFault(t, err, fault.Precondition, "not_joined")
		w.join(c, who)
		w.team(c, "Reds", who)
		second := w.team(c, "Blues", who)
		_, err = w.CreateTeam(as(t, who), named(c, "Greens"))
		wantFault(t, err, fault.Precondition, "too_many_teams")
		must(t, w.leave(second, who))
		w.clock.forward(time.Hour)
		_, err = w.CreateTeam(as(t, who), named(c, "Greens"))
		wantFault(t, err, fault.Precondition, "campaign_ended")
		w.exact()
	})
}

func TestATeamCanBeMadeAndJoinedBeforeTheStart(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, ada, ben := open(t, seam), uuid.New(), uuid.New()
		c := w.create(uuid.New(), w.plan(func(req *campaignv1.CreateCampaignRequest) { req.StartsAt = w.at(time.Minute) }))
		w.join(c, ada, ben)
		equal(t, "members", w.team(c, "Reds", ada, ben).GetMemberCount(), 2)
	})
}

func TestNamesThatCannotBeSeenAreRefused(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		c := w.running(3, 2)
		w.join(c, who)
		for _, name := range []string{"\u00a0\u00a0\u00a0", "\u200b\u200b\u200b", "a\u0085b\u009fc", "e\u0301", "\u0301\u0302\u0303"} {
			_, err := w.CreateTeam(as(t, who), named(c, name))
			wantFault(t, err, fault.Invalid, "team_name_invalid")
		}
	})
}

func TestANameThatWasNormalisedStaysAsItIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name, err := campaign.TeamName(rapid.String().Draw(t, "text"))
		if err != nil {
			return
		}
		again, err := campaign.TeamName(name)
		if err != nil || again != name {
			t.Fatalf("%q becomes %q, %v", name, again, err)
		}
		if n := utf8.RuneCountInString(name); n < 2 || n > 40 || name != strings.TrimSpace(name) {
			t.Fatalf("%q has %d characters", name, n)
		}
		// As long as this, a page token is as long as the contract allows.
		if key := campaign.NameKey(name); len(key) > 160 {
			t.Fatalf("the key of %q has %d bytes", name, len(key))
		}
	})
}

func TestACaptainHandsOverToAMember(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, ada, ben, chloe := open(t, seam), uuid.New(), uuid.New(), uuid.New()
		c := w.running(3, 2)
		w.join(c, ada, ben, chloe)
		team := w.team(c, "Reds", ada, ben)
		hand := func(by, next uuid.UUID, of *campaignv1.Team) error {
			_, err := w.MakeCaptain(as(t, by), &campaignv1.MakeCaptainRequest{TeamId: of.GetId(), UserId: next.String()})
			return err
		}
		wantFault(t, hand(ben, ben, team), fault.Denied, "not_captain")
		wantFault(t, hand(chloe, ben, team), fault.Denied, "not_captain")
		wantFault(t, hand(ada, chloe, team), fault.Precondition, "not_member")
		wantFault(t, hand(ada, ben, &campaignv1.Team{Id: uuid.NewString()}), fault.NotFound, "team_not_found")
		for range 2 { // again, as by a client who has lost the answer
			must(t, hand(ada, ben, team))
			equal(t, "captain", w.show(team).GetCaptainId(), ben.String())
		}
		must(t, w.leave(team, ada))
		must(t, w.leave(team, ben))
		wantFault(t, hand(ben, ben, team), fault.NotFound, "team_not_found")
		w.exact()
	})
}
