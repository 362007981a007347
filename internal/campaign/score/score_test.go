package score_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/score"
)

// people, teams and check-ins of tests have small numbers as ids.
func no(n int) uuid.UUID {
	return uuid.UUID{14: byte(n >> 8), 15: byte(n)}
}

// history is a campaign that is told step by step, each fact at a position of its own.
type history struct {
	state *score.State
	facts []score.Fact
	board map[score.Key]score.Change
}

func tell(r score.Rules) *history {
	return &history{state: score.New(r), board: map[score.Key]score.Change{}}
}

func (h *history) add(f score.Fact) *history {
	f.ID = int64(len(h.facts) + 1)
	f.Position = f.ID
	h.facts = append(h.facts, f)
	for _, c := range h.state.Apply([]score.Fact{f}) {
		h.board[score.Key{Scope: c.Scope, Subject: c.Subject}] = c
	}
	return h
}

const (
	ann = iota + 1
	ben
	eve
	red
	blue
	green
)

func (h *history) joins(user, team int) *history {
	return h.add(score.Fact{Kind: score.Joined, User: no(user), Subject: no(team)})
}

func (h *history) returns(user, team int) *history {
	return h.add(score.Fact{Kind: score.Joined, User: no(user), Subject: no(team), Returning: true})
}

func (h *history) leaves(user, team int) *history {
	return h.add(score.Fact{Kind: score.Left, User: no(user), Subject: no(team)})
}

// checksIn is at so many minutes after a day's begin.
func (h *history) checksIn(user, id, minute int) *history {
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(minute) * time.Minute)
	return h.add(score.Fact{Kind: score.CheckedIn, User: no(user), Subject: no(id), Moment: at.UnixMicro(), Day: int32(at.Unix() / 86400)})
}

func (h *history) withdrawn(user, id int) *history {
	return h.add(score.Fact{Kind: score.Withdrawn, User: no(user), Subject: no(id)})
}

func (h *history) team(n int) int64 {
	return h.board[score.Key{Scope: score.Teams, Subject: no(n)}].Score
}

func (h *history) member(n int) int64 {
	return h.board[score.Key{Scope: score.Members, Subject: no(n)}].Score
}

var (
	together = score.Rules{Scoring: score.Togetherness}
	capped   = score.Rules{Scoring: score.Points, Points: 10, DailyCap: 25}
	free     = score.Rules{Scoring: score.Points, Points: 10}
)

const hour, day = 60, 24 * 60

func TestScoresAreThoseThatWereComputedByHand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		h *history
		// want is the score of the red team, then of the blue one, then of Ann.
		want [3]int64
	}{
		"nobody has checked in":                     {tell(together).joins(ann, red), [3]int64{}},
		"one new member, S = 0: 20 + 3":             {tell(together).joins(ann, red).checksIn(ann, 1, 0), [3]int64{23_000_000, 0, 1_000_000}},
		"a returning one adds no N: 20":             {tell(together).returns(ann, red).checksIn(ann, 1, 0), [3]int64{20_000_000, 0, 1_000_000}},
		"a check-in from before the team counts":    {tell(together).checksIn(ann, 1, 0).joins(ann, red), [3]int64{23_000_000, 0, 1_000_000}},
		"two an hour apart: 2 / 0.1 + 6":            {tell(together).joins(ann, red).joins(ben, red).checksIn(ann, 1, 0).checksIn(ben, 2, hour), [3]int64{26_000_000, 0, 1_000_000}},
		"two half an hour apart: 2 / 0.075 + 6":     {tell(together).joins(ann, red).joins(ben, red).checksIn(ann, 1, 0).checksIn(ben, 2, 30), [3]int64{32_666_667, 0, 1_000_000}},
		"whoever has not checked in does not count": {tell(together).joins(ann, red).joins(ben, red).checksIn(ann, 1, 0), [3]int64{23_000_000, 0, 1_000_000}},
		"the most recent check-ins count: 2 + 2 hours": {
			tell(together).joins(ann, red).joins(ben, red).checksIn(ann, 1, 0).checksIn(ben, 2, 3*hour).checksIn(ann, 3, 2*hour), [3]int64{26_000_000, 0, 2_000_000},
		},
		"in two teams: 10 + 1.5 for each": {tell(together).joins(ann, red).joins(ann, blue).checksIn(ann, 1, 0), [3]int64{11_500_000, 11_500_000, 1_000_000}},
		"in three teams: 23 / 3": {
			tell(together).joins(ann, red).joins(ann, blue).joins(ann, green).checksIn(ann, 1, 0), [3]int64{7_666_667, 7_666_667, 1_000_000},
		},
		"one of three teams was left: 23 / 2": {
			tell(together).joins(ann, red).joins(ann, blue).joins(ann, green).checksIn(ann, 1, 0).leaves(ann, green), [3]int64{11_500_000, 11_500_000, 1_000_000},
		},
		// T = 1 and S + 1 = 512: 20,000,000 / 512 = 39,062.5.
		"half goes down to the even": {
			tell(together).returns(ann, red).returns(ann, blue).returns(ben, red).returns(ben, green).checksIn(ann, 1, 0).checksIn(ben, 2, 511*hour),
			[3]int64{39_062, 10_000_000, 1_000_000},
		},
		// T = 3 and S + 1 = 512: 60,000,000 / 512 = 117,187.5.
		"half goes up to the even": {
			tell(together).returns(ann, red).returns(ben, red).returns(eve, red).checksIn(ann, 1, 0).checksIn(ben, 2, 511*hour).checksIn(eve, 3, 9*hour),
			[3]int64{117_188, 0, 1_000_000},
		},
		"the latest is withdrawn: 4 hours become 1": {
			tell(together).joins(ann, red).joins(ben, red).checksIn(ann, 1, 0).checksIn(ann, 2, 5*hour).checksIn(ben, 3, hour).withdrawn(ann, 2), [3]int64{26_000_000, 0, 1_000_000},
		},
		"the only one is withdrawn": {tell(together).joins(ann, red).checksIn(ann, 1, 0).withdrawn(ann, 1), [3]int64{}},
		"who has left takes all of it along": {
			tell(together).joins(ann, red).joins(ben, red).checksIn(ann, 1, 0).checksIn(ben, 2, hour).leaves(ben, red), [3]int64{23_000_000, 0, 1_000_000},
		},
		"the last one has left": {tell(together).joins(ann, red).checksIn(ann, 1, 0).leaves(ann, red), [3]int64{0, 0, 1_000_000}},

		"points without a team are one's own": {tell(free).checksIn(ann, 1, 0), [3]int64{0, 0, 10_000_000}},
		"points count for all teams of the time": {
			tell(free).checksIn(ann, 1, 0).joins(ann, red).checksIn(ann, 2, 1).joins(ann, blue).checksIn(ann, 3, 2), [3]int64{20_000_000, 10_000_000, 30_000_000},
		},
		"points stay when their maker leaves": {
			tell(free).joins(ann, red).joins(ben, red).checksIn(ann, 1, 0).leaves(ann, red).checksIn(ann, 2, 1), [3]int64{10_000_000, 0, 20_000_000},
		},
		"a closed team has none": {tell(free).joins(ann, red).checksIn(ann, 1, 0).leaves(ann, red), [3]int64{0, 0, 10_000_000}},
		"the cap: 10 + 10 + 5 + 0": {
			tell(capped).joins(ann, red).checksIn(ann, 1, 0).checksIn(ann, 2, 1).checksIn(ann, 3, 2).checksIn(ann, 4, 3), [3]int64{25_000_000, 0, 25_000_000},
		},
		"each day has its own": {
			tell(capped).joins(ann, red).checksIn(ann, 1, 0).checksIn(ann, 2, 1).checksIn(ann, 3, 2).checksIn(ann, 4, day), [3]int64{35_000_000, 0, 35_000_000},
		},
		"a withdrawal lets later ones move up, wherever they were made": {
			tell(capped).joins(ann, red).checksIn(ann, 1, 0).checksIn(ann, 2, 1).leaves(ann, red).joins(ben, red).joins(ann, blue).checksIn(ann, 3, 2).withdrawn(ann, 1),
			[3]int64{10_000_000, 10_000_000, 20_000_000},
		},
		"a withdrawal counts once":            {tell(free).joins(ann, red).checksIn(ann, 1, 0).checksIn(ann, 2, 1).withdrawn(ann, 1).withdrawn(ann, 1), [3]int64{10_000_000, 0, 10_000_000}},
		"a join counts once":                  {tell(free).joins(ann, red).joins(ann, red).checksIn(ann, 1, 0), [3]int64{10_000_000, 0, 10_000_000}},
		"what nobody has made, nobody misses": {tell(free).withdrawn(ann, 1).leaves(ann, red), [3]int64{}},
	} {
		if got := [3]int64{c.h.team(red), c.h.team(blue), c.h.member(ann)}; got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestAScoreIsAsOldAsTheFactThatMadeIt(t *testing.T) {
	t.Parallel()
	h := tell(free).joins(ann, red).joins(ben, red).checksIn(ann, 1, 0).joins(eve, red).leaves(eve, red)
	if got := h.board[score.Key{Scope: score.Teams, Subject: no(red)}]; got.Fact != 3 || got.Position != 3 {
		t.Errorf("the score is of %+v, want fact 3", got)
	}
	// To and fro within one batch: the score is the same, and younger.
	changes := h.state.Apply([]score.Fact{
		{ID: 11, Position: 9, Kind: score.CheckedIn, User: no(ben), Subject: no(2)},
		{ID: 12, Position: 9, Kind: score.Withdrawn, User: no(ben), Subject: no(2)},
	})
	if len(changes) != 1 || changes[0] != (score.Change{Scope: score.Teams, Subject: no(red), Score: 10_000_000, Position: 9, Fact: 12}) {
		t.Errorf("the changes are %+v: the team's only, as Ben was on no board and is on none", changes)
	}
}

func TestEveryTermOfTogethernessIsTold(t *testing.T) {
	t.Parallel()
	h := tell(together).joins(ann, red).joins(ann, blue).joins(ann, green).returns(ben, red).joins(eve, red).
		checksIn(ann, 1, 0).checksIn(ben, 2, 30)
	e := h.state.Explain(no(red))
	// T = 4/3, N = 1/3, S = 1/2: 4/3 / 0.075 + 1.
	if e.Score != 18_777_778 || e.Weights != 1_333_333 || e.Fresh != 333_333 || e.Spread != 500_000 || e.Together != 17_777_778 || e.Bonus != 1_000_000 {
		t.Errorf("the terms are %+v", e)
	}
	if e.Members != 3 || e.New != 2 || e.Active != 2 || e.Latest-e.Earliest != 30*60*1_000_000 {
		t.Errorf("the members are %+v", e)
	}
	want := []score.Share{
		{User: no(ben), Member: true, Weight: 1_000_000, Teams: 1, Returning: true, CheckedIn: true, Last: e.Latest},
		{User: no(ann), Member: true, Weight: 333_333, Teams: 3, CheckedIn: true, Last: e.Earliest},
		{User: no(eve), Member: true, Teams: 1},
	}
	if len(e.Shares) != 3 || e.Shares[0] != want[0] || e.Shares[1] != want[1] || e.Shares[2] != want[2] {
		t.Errorf("the shares are %+v", e.Shares)
	}
}

func TestEveryTermOfPointsIsTold(t *testing.T) {
	t.Parallel()
	h := tell(capped).joins(ann, red).returns(ben, red).checksIn(ann, 1, 0).checksIn(ann, 2, 1).checksIn(ann, 3, 2).checksIn(ann, 4, 3).
		checksIn(ben, 5, 0).leaves(ann, red).checksIn(ann, 6, day).checksIn(ben, 7, 1).withdrawn(ben, 7)
	e := h.state.Explain(no(red))
	if e.Score != 35_000_000 || e.CheckIns != 5 || e.Counted != 4 || e.Capped != 15 || e.Members != 1 || e.New != 0 || e.Active != 1 {
		t.Errorf("the terms are %+v", e)
	}
	if len(e.Shares) != 2 || e.Shares[0].User != no(ann) || e.Shares[0].Member || e.Shares[0].Points != 25 || e.Shares[1].Points != 10 || !e.Shares[1].Member {
		t.Errorf("the shares are %+v", e.Shares)
	}
	if other := h.state.Explain(no(green)); other.Score != 0 || len(other.Shares) != 0 {
		t.Errorf("a team that nobody was ever in: %+v", other)
	}
}

func TestPointsBeyondWhatABoardHoldsEndAtTheGreatest(t *testing.T) {
	t.Parallel()
	h := tell(score.Rules{Scoring: score.Points, Points: 1 << 50}).joins(ann, red).checksIn(ann, 1, 0)
	if h.team(red) != 1<<63-1 {
		t.Errorf("the score is %d", h.team(red))
	}
}
