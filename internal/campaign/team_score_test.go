package campaign_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign/score"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
)

// teams stores those that facts of these tests name.
func (w *counting) teams(campaign uuid.UUID, n int) {
	w.t.Helper()
	for i := range n {
		w.run(`INSERT INTO campaign_teams (id, campaign_id, name, name_key, captain_id, creator_id, idempotency_key)
			VALUES ($1, $2, $3, lower($3), $4, $4, $3)`, nth(aTeam, i), campaign, "Team "+string(rune('A'+i)), nth(aPerson, 0))
	}
}

func by(user uuid.UUID, role accessv1.Role) func(context.Context) context.Context {
	return func(ctx context.Context) context.Context {
		return identity.With(ctx, identity.Caller{UserID: user, Role: role})
	}
}

func stranger(ctx context.Context) context.Context { return ctx }

func (w *counting) explained(who func(context.Context) context.Context, team uuid.UUID, asOf *time.Time) *campaignv1.GetTeamScoreResponse {
	w.t.Helper()
	req := &campaignv1.GetTeamScoreRequest{TeamId: team.String()}
	if asOf != nil {
		req.AsOf = timestamppb.New(*asOf)
	}
	res, err := w.GetTeamScore(who(w.t.Context()), req)
	ok(w.t, err)
	return res
}

// countedAt are when positions were reached.
func (w *counting) countedAt(campaign uuid.UUID) (times []time.Time) {
	w.t.Helper()
	rows, err := w.db.Primary(w.t.Context()).Query(w.t.Context(), `SELECT counted_at FROM campaign_positions WHERE campaign_id = $1 ORDER BY position`, campaign)
	ok(w.t, err)
	defer rows.Close()
	for rows.Next() {
		var at time.Time
		ok(w.t, rows.Scan(&at))
		times = append(times, at)
	}
	ok(w.t, rows.Err())
	return times
}

// ranks are the places of teams on a board.
func ranks(board map[score.Key]score.Change) map[uuid.UUID]int64 {
	var teams []score.Change
	for _, c := range board {
		if c.Scope == score.Teams {
			teams = append(teams, c)
		}
	}
	slices.SortFunc(teams, func(a, b score.Change) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Position, b.Position), cmp.Compare(a.Fact, b.Fact), bytes.Compare(a.Subject[:], b.Subject[:]))
	})
	places := map[uuid.UUID]int64{}
	for i, c := range teams {
		places[c.Subject] = int64(i + 1)
	}
	return places
}

func TestTheExplainedScoreIsTheBoardsAtEveryPosition(t *testing.T) {
	t.Parallel()
	for i, rules := range []score.Rules{byPoints, byTogetherness} {
		w := startCounting(t)
		c, d := w.found(rules), newDeeds(uint64(40+i), 10, 4)
		w.teams(c, 4)
		for range 12 {
			w.add(c, d.some(1+d.r.IntN(12))...)
			w.count(c)
		}
		facts, times := w.counted(c), w.countedAt(c)
		for p, at := range times {
			w.explains(defined(rules, upTo(facts, int64(p+1))), int64(p+1), &at)
		}
		w.explains(defined(rules, facts), int64(len(times)), nil)
		before := times[0].Add(-time.Microsecond)
		w.explains(nil, 0, &before)
	}
}

// explains holds the answers about all teams to a board.
func (w *counting) explains(board map[score.Key]score.Change, position int64, asOf *time.Time) {
	w.t.Helper()
	places := ranks(board)
	for i := range 4 {
		team := nth(aTeam, i)
		got := w.explained(stranger, team, asOf)
		if want := board[score.Key{Scope: score.Teams, Subject: team}].Score; got.GetScoreMicros() != want || got.GetRank() != places[team] || got.GetPosition() != position {
			w.t.Errorf("position %d: team %d has %d and is %d-th at %d, want %d and %d-th", position, i, got.GetScoreMicros(), got.GetRank(), got.GetPosition(), want, places[team])
		}
	}
}

func TestATeamsScoreIsToldTermByTerm(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c := w.found(byTogetherness)
	w.teams(c, 2)
	begin := time.Now().Add(-5 * time.Hour).Truncate(time.Microsecond)
	ann, ben, eve, red, blue := nth(aPerson, 1), nth(aPerson, 2), nth(aPerson, 3), nth(aTeam, 0), nth(aTeam, 1)
	w.add(c,
		score.Fact{Kind: score.Joined, User: ann, Subject: red}, score.Fact{Kind: score.Joined, User: ann, Subject: blue},
		score.Fact{Kind: score.Joined, User: ben, Subject: red, Returning: true}, score.Fact{Kind: score.Joined, User: eve, Subject: red},
		score.Fact{Kind: score.CheckedIn, User: ann, Subject: nth(aCheckIn, 1), Moment: begin.UnixMicro()},
		score.Fact{Kind: score.CheckedIn, User: ben, Subject: nth(aCheckIn, 2), Moment: begin.Add(time.Hour).UnixMicro()})
	w.count(c)
	got := w.explained(stranger, red, nil)
	// T = 3/2, N = 1/2, S = 1: 1.5 / 0.1 + 1.5.
	terms := got.GetTogetherness()
	if got.GetScoreMicros() != 16_500_000 || terms.GetWeightsMicros() != 1_500_000 || terms.GetNewWeightsMicros() != 500_000 ||
		terms.GetSpreadHoursMicros() != 1_000_000 || terms.GetTogetherMicros() != 15_000_000 || terms.GetNewMicros() != 1_500_000 {
		t.Errorf("the terms are %v", got)
	}
	if got.GetMembers() != 3 || got.GetNewMembers() != 2 || got.GetActiveMembers() != 2 || got.GetRank() != 1 || got.GetTeam().GetName() != "Team A" ||
		!got.GetEarliestCheckIn().AsTime().Equal(begin) || !got.GetLatestCheckIn().AsTime().Equal(begin.Add(time.Hour)) {
		t.Errorf("the answer is %v", got)
	}
	shares := got.GetShares()
	if len(shares) != 3 || shares[0].GetUser().GetId() != ben.String() || !shares[0].GetReturningCustomer() || shares[1].GetWeightMicros() != 500_000 ||
		shares[1].GetTeams() != 2 || shares[2].GetLastCheckIn() != nil {
		t.Errorf("the shares are %v", shares)
	}
	if _, err := w.GetTeamScore(t.Context(), &campaignv1.GetTeamScoreRequest{TeamId: uuid.NewString()}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown team is answered with %v", err)
	}
	future := timestamppb.New(time.Now().Add(time.Hour))
	_, err := w.GetTeamScore(t.Context(), &campaignv1.GetTeamScoreRequest{TeamId: red.String(), AsOf: future})
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Invalid || f.Field != "as_of" {
		t.Errorf("what is to come is answered with %v", err)
	}
}

func TestWhileBoardsAreFrozenOnlyOrganizersSeeScoresMove(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c := w.found(byPoints)
	w.teams(c, 1)
	ann, red := nth(aPerson, 1), nth(aTeam, 0)
	w.add(c, score.Fact{Kind: score.Joined, User: ann, Subject: red}, score.Fact{Kind: score.CheckedIn, User: ann, Subject: nth(aCheckIn, 1)})
	w.count(c)
	w.run(`UPDATE campaigns SET frozen_at = clock_timestamp() WHERE id = $1`, c)
	w.add(c, score.Fact{Kind: score.CheckedIn, User: ann, Subject: nth(aCheckIn, 2)})
	w.count(c)
	first := w.countedAt(c)[0]
	for name, who := range map[string]struct {
		asks   func(context.Context) context.Context
		asOf   *time.Time
		score  int64
		frozen bool
	}{
		"a stranger":             {stranger, nil, 10_000_000, true},
		"a member":               {by(ann, accessv1.Role_ROLE_MEMBER), nil, 10_000_000, true},
		"another organizer":      {by(nth(aPerson, 9), accessv1.Role_ROLE_ORGANIZER), nil, 10_000_000, true},
		"the organizer":          {by(theOrganizer, accessv1.Role_ROLE_ORGANIZER), nil, 20_000_000, false},
		"an admin":               {by(nth(aPerson, 9), accessv1.Role_ROLE_ADMIN), nil, 20_000_000, false},
		"a stranger, of earlier": {stranger, &first, 10_000_000, false},
	} {
		if got := w.explained(who.asks, red, who.asOf); got.GetScoreMicros() != who.score || got.GetFrozen() != who.frozen {
			t.Errorf("%s sees %d, frozen %v", name, got.GetScoreMicros(), got.GetFrozen())
		}
	}
	now := time.Now()
	if got := w.explained(stranger, red, &now); got.GetScoreMicros() != 10_000_000 || !got.GetFrozen() {
		t.Errorf("a stranger gets around the freeze by asking for a moment: %v", got)
	}
}
