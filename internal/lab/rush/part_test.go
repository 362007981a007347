package rush

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/lab/load"
)

func TestPeopleDoAsTheWeightsOfThePhaseSay(t *testing.T) {
	t.Parallel()
	const draws = 100_000
	for at, want := range map[float64][kinds]int{
		0: {5, 2, 2, 2, 0}, 0.449: {5, 2, 2, 2, 0}, 0.45: {3, 3, 2, 3, 0}, 0.76: {1, 2, 2, 8, 0}, 0.85: {1, 1, 0, 6, 0}, 0.9: {2, 1, 0, 32, 1}, 1: {2, 1, 0, 32, 1},
	} {
		p := phaseAt(time.Duration(at*float64(140*time.Second)), 140*time.Second)
		random, got, sum := rand.New(rand.NewPCG(1, 2)), [kinds]int{}, 0
		for range draws {
			got[p.draw(random)]++
		}
		for _, w := range want {
			sum += w
		}
		for k, w := range want {
			if share := float64(w) / float64(sum); math.Abs(float64(got[k])/draws-share) > 0.01 || w == 0 && got[k] > 0 {
				t.Errorf("at %v of the clock %d of %d are %v, want a share of %.3f", at, got[k], draws, kind(k), share)
			}
		}
	}
}

func board(scores ...int64) *campaignv1.GetLeaderboardResponse {
	res := &campaignv1.GetLeaderboardResponse{Size: int64(len(scores)), Position: 9}
	for i, s := range scores {
		res.Standings = append(res.Standings, &campaignv1.Standing{
			Rank: int64(i + 1), ScoreMicros: s, Who: &campaignv1.Standing_Team{Team: &campaignv1.Team{Id: uuid.NewString()}},
		})
	}
	return res
}

func TestBoardsAreChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*campaignv1.GetLeaderboardResponse)
		around bool
		right  bool
	}{
		"as it must be":      {right: true},
		"empty":              {change: func(r *campaignv1.GetLeaderboardResponse) { r.Standings, r.Size = nil, 0 }, right: true},
		"around somebody":    {around: true, change: func(r *campaignv1.GetLeaderboardResponse) { r.Standings = r.GetStandings()[1:] }, right: true},
		"the top is missing": {change: func(r *campaignv1.GetLeaderboardResponse) { r.Standings, r.Size = r.GetStandings()[1:], 2 }},
		"one is missing":     {change: func(r *campaignv1.GetLeaderboardResponse) { r.Size++ }},
		"a rank is missing":  {change: func(r *campaignv1.GetLeaderboardResponse) { r.Standings[2].Rank++ }},
		"scores rise":        {change: func(r *campaignv1.GetLeaderboardResponse) { r.Standings[2].ScoreMicros = 6 }},
		"nothing scored":     {change: func(r *campaignv1.GetLeaderboardResponse) { r.Standings[2].ScoreMicros = 0 }},
		"nobody":             {change: func(r *campaignv1.GetLeaderboardResponse) { r.Standings[2].Who = nil }},
		"twice the same":     {change: func(r *campaignv1.GetLeaderboardResponse) { r.Standings[2].Who = r.GetStandings()[1].GetWho() }},
		"an older one":       {change: func(r *campaignv1.GetLeaderboardResponse) { r.Position = 8 }},
		"frozen":             {change: func(r *campaignv1.GetLeaderboardResponse) { r.Frozen = true }},
	} {
		res := board(7, 5, 5)
		if c.change != nil {
			c.change(res)
		}
		err := checkBoard(res, c.around, 9)
		if want := map[bool]load.Outcome{true: load.OK, false: load.WrongBody}[c.right]; load.OutcomeOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnswersOfAnotherAreFound(t *testing.T) {
	t.Parallel()
	user, id := uuid.New(), uuid.New()
	good := func() *campaignv1.CheckIn {
		return &campaignv1.CheckIn{Id: id.String(), CampaignId: "c", User: &userv1.User{Id: user.String()}, Text: "here"}
	}
	if made, err := checkCheckIn(good(), "c", user, "here"); err != nil || made != id {
		t.Error(made, err)
	}
	for i, spoil := range []func(*campaignv1.CheckIn){
		func(c *campaignv1.CheckIn) { c.Id = "" }, func(c *campaignv1.CheckIn) { c.CampaignId = "d" },
		func(c *campaignv1.CheckIn) { c.User = nil }, func(c *campaignv1.CheckIn) { c.Text = "there" },
	} {
		bad := good()
		spoil(bad)
		if _, err := checkCheckIn(bad, "c", user, "here"); load.OutcomeOf(err) != load.WrongBody {
			t.Errorf("check-in %d: %v", i, err)
		}
	}
	team := &campaignv1.Team{Id: "t", CampaignId: "c", Name: "n", MemberCount: 1}
	if err := checkTeam(team, "c", "t", "n"); err != nil {
		t.Error(err)
	}
	for i, err := range []error{checkTeam(team, "d", "t", "n"), checkTeam(team, "c", "u", "n"), checkTeam(team, "c", "t", "m"), checkTeam(nil, "c", "", "")} {
		if load.OutcomeOf(err) != load.WrongBody {
			t.Errorf("team %d: %v", i, err)
		}
	}
}

// kept is a ledger of two people with two check-ins each, of which one was not
// acknowledged, and how all of them are listed and scored.
func kept() (l *ledger, feed []listed, scores map[uuid.UUID]int64) {
	l, scores = &ledger{}, map[uuid.UUID]int64{}
	for _, user := range []uuid.UUID{{1}, {2}} {
		for n := range byte(2) {
			id, text := uuid.UUID{user[0], n}, string(rune('a'+2*user[0]+n))
			l.offer(text)
			if user[0] == 1 || n == 0 {
				l.acknowledge(id, user, time.Duration(len(feed))*time.Second)
			}
			feed = append(feed, listed{id, user, text})
			scores[user]++
		}
	}
	return l, feed, scores
}

func TestEveryCheckInIsAccountedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		feed   func([]listed) []listed
		scores func(map[uuid.UUID]int64)
		want   CheckIns
	}{
		"all there":                {want: CheckIns{Listed: 4}},
		"one not acknowledged":     {feed: func(f []listed) []listed { return f[:3] }, scores: func(s map[uuid.UUID]int64) { s[uuid.UUID{2}]-- }, want: CheckIns{Listed: 3}},
		"one lost":                 {feed: func(f []listed) []listed { return f[1:] }, scores: func(s map[uuid.UUID]int64) { s[uuid.UUID{1}]-- }, want: CheckIns{Listed: 3, Lost: 1}},
		"one twice":                {feed: func(f []listed) []listed { return append(f, f[0]) }, scores: func(s map[uuid.UUID]int64) { s[uuid.UUID{1}]++ }, want: CheckIns{Listed: 5, Duplicates: 1}},
		"one offered made twice":   {feed: func(f []listed) []listed { return append(f, listed{uuid.UUID{9}, f[0].user, f[0].text}) }, scores: func(s map[uuid.UUID]int64) { s[uuid.UUID{1}]++ }, want: CheckIns{Listed: 5, Duplicates: 1}},
		"one never offered":        {feed: func(f []listed) []listed { return append(f, listed{uuid.UUID{9}, f[0].user, "z"}) }, scores: func(s map[uuid.UUID]int64) { s[uuid.UUID{1}]++ }, want: CheckIns{Listed: 5, Strangers: 1}},
		"a score lacks one":        {scores: func(s map[uuid.UUID]int64) { s[uuid.UUID{1}]-- }, want: CheckIns{Listed: 4, Misscored: 1}},
		"a score without check-in": {scores: func(s map[uuid.UUID]int64) { s[uuid.UUID{7}] = 1 }, want: CheckIns{Listed: 4, Misscored: 1}},
	} {
		l, feed, scores := kept()
		if c.feed != nil {
			feed = c.feed(feed)
		}
		if c.scores != nil {
			c.scores(scores)
		}
		c.want.Offered, c.want.Acknowledged = 4, 3
		got := l.reconcile(feed, scores)
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
		if bad := c.want.Lost+c.want.Duplicates+c.want.Strangers+c.want.Misscored > 0; got.right() == bad {
			t.Errorf("%s: right is %v", name, got.right())
		}
	}
}

func TestTheLongestStallIsFound(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	for _, at := range []int{1, 2, 7, 9, 10} {
		l.acknowledge(uuid.New(), uuid.New(), time.Duration(at)*time.Second)
	}
	for _, c := range []struct{ from, to, longest, at int }{{0, 11, 5, 2}, {6, 11, 2, 7}, {0, 20, 10, 10}, {30, 40, 10, 30}} {
		s := time.Second
		if longest, at := l.stall(time.Duration(c.from)*s, time.Duration(c.to)*s); longest != time.Duration(c.longest)*s || at != time.Duration(c.at)*s {
			t.Errorf("from %d to %d: %v at %v, want %d at %d", c.from, c.to, longest, at, c.longest, c.at)
		}
	}
}

func TestNobodyChoosesATeamHeIsInWhileHeKnowsOthers(t *testing.T) {
	t.Parallel()
	p := &person{random: rand.New(rand.NewPCG(1, 1)), teams: map[string]bool{"a": true}}
	var r roster
	if team, ok := r.choose(p); ok {
		t.Errorf("%q was chosen, and there is none", team)
	}
	r.add("a")
	if team, ok := r.choose(p); !ok || team != "a" {
		t.Errorf("%q was chosen of one", team)
	}
	p.board = []string{"b", "c"}
	chosen := map[string]int{}
	for range 1000 {
		team, _ := r.choose(p)
		chosen[team]++
	}
	if chosen["b"] < 300 || chosen["c"] < 300 || chosen["a"] > 150 {
		t.Errorf("they chose %v", chosen)
	}
}
