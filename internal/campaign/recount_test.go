package campaign_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/score"
)

// consistent is a campaign of which everything agrees: 6 people in 2 teams, 24
// check-ins of which some are withdrawn, and a team that has closed.
func (w *counting) consistent(rules score.Rules) uuid.UUID {
	w.t.Helper()
	c := w.found(rules)
	w.teams(c, 3)
	for i := range 6 {
		w.run(`INSERT INTO campaign_participants (campaign_id, user_id, returning_customer, joined_at) VALUES ($1, $2, false, now())`, c, nth(aPerson, i))
		w.run(`INSERT INTO campaign_memberships (campaign_id, user_id, team_id, joined_at) VALUES ($1, $2, $3, now())`, c, nth(aPerson, i), nth(aTeam, i%2))
		w.add(c, score.Fact{Kind: score.Joined, User: nth(aPerson, i), Subject: nth(aTeam, i%2)})
	}
	w.add(c, score.Fact{Kind: score.Joined, User: nth(aPerson, 0), Subject: nth(aTeam, 2)}, score.Fact{Kind: score.Left, User: nth(aPerson, 0), Subject: nth(aTeam, 2)})
	w.run(`UPDATE campaign_teams SET members = 3 WHERE campaign_id = $1`, c)
	w.run(`UPDATE campaign_teams SET members = 0, closed_at = now() WHERE id = $1`, nth(aTeam, 2))
	w.run(`UPDATE campaign_counts SET participants = 6, teams = 2 WHERE campaign_id = $1`, c)
	for i := range 24 {
		f := score.Fact{Kind: score.CheckedIn, User: nth(aPerson, i%6), Subject: nth(aCheckIn, i), Moment: int64(i) * 3_600_000_000, Day: int32(i / 12)}
		w.run(`INSERT INTO campaign_check_ins (id, campaign_id, user_id, day, number, text, idempotency_key, request_hash)
			VALUES ($1, $2, $3, date '1970-01-01' + $4::integer, $5, '', uuid_v7()::text, '')`, f.Subject, c, f.User, f.Day, i+1)
		w.add(c, f)
		if i%5 == 4 {
			w.run(`UPDATE campaign_check_ins SET voided_at = now() WHERE id = $1`, f.Subject)
			f.Kind = score.Withdrawn
			w.add(c, f)
		}
		w.count(c)
	}
	return c
}

func (w *counting) differences() (diffs []string) {
	w.t.Helper()
	n, err := w.Recount(w.t.Context(), func(diff string) { diffs = append(diffs, diff) })
	ok(w.t, err)
	if n != len(diffs) {
		w.t.Errorf("%d differences were found and %d told", n, len(diffs))
	}
	return diffs
}

func TestARecountOfWhatWasCountedFindsNoDifference(t *testing.T) {
	t.Parallel()
	for _, rules := range []score.Rules{byPoints, byTogetherness} {
		w := startCounting(t)
		c := w.consistent(rules)
		w.found(rules)
		if diffs := w.differences(); len(diffs) != 0 {
			t.Errorf("differences: %q", diffs)
		}
		// What was not counted yet is no difference.
		w.run(`UPDATE campaign_check_ins SET voided_at = now() WHERE id = $1`, nth(aCheckIn, 0))
		w.add(c, score.Fact{Kind: score.Withdrawn, User: nth(aPerson, 0), Subject: nth(aCheckIn, 0)})
		if diffs := w.differences(); len(diffs) != 0 {
			t.Errorf("differences: %q", diffs)
		}
	}
}

func TestARecountFindsWhatWasChangedBehindItsBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sql string
		// want is part of a difference that must be told.
		want string
	}{
		"a score":              {`UPDATE campaign_scores SET score = score + 1 WHERE subject_id = '` + nth(aTeam, 1).String() + `'`, "team " + nth(aTeam, 1).String()},
		"a score that is gone": {`DELETE FROM campaign_scores WHERE subject_id = '` + nth(aPerson, 1).String() + `'`, "member " + nth(aPerson, 1).String() + ": 0 stored"},
		"a score too many": {
			`INSERT INTO campaign_scores SELECT id, 1, '` + nth(aTeam, 2).String() + `', 7, 1, 1 FROM campaigns`, "team " + nth(aTeam, 2).String() + ": 7 stored, 0 counted",
		},
		"when a score was reached": {`UPDATE campaign_scores SET position = position - 1 WHERE scope = 1`, "the board is not as its last change left it"},
		"a board of the past":      {`UPDATE campaign_score_changes SET score = score + 1 WHERE position = 12 AND scope = 2`, "position 12: member"},
		"a fact that is gone":      {`DELETE FROM campaign_facts WHERE subject_id = '` + nth(aCheckIn, 7).String() + `'`, "check-in " + nth(aCheckIn, 7).String()},
		"a fact of nothing":        {`DELETE FROM campaign_check_ins WHERE id = '` + nth(aCheckIn, 7).String() + `'`, "is not stored so"},
		"a fact twice": {
			`INSERT INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment, day) SELECT campaign_id, kind, user_id, subject_id, moment, day
			FROM campaign_facts WHERE subject_id = '` + nth(aCheckIn, 7).String() + `'`, "has 2 facts of it",
		},
		"a withdrawal":            {`UPDATE campaign_check_ins SET voided_at = NULL WHERE id = '` + nth(aCheckIn, 4).String() + `'`, "withdrawn 0 times"},
		"a membership":            {`DELETE FROM campaign_memberships WHERE user_id = '` + nth(aPerson, 3).String() + `'`, nth(aPerson, 3).String() + " is a member"},
		"a membership too many":   {`INSERT INTO campaign_memberships SELECT campaign_id, user_id, '` + nth(aTeam, 2).String() + `', now() FROM campaign_memberships LIMIT 1`, "and not by the facts"},
		"how many take part":      {`UPDATE campaign_counts SET participants = 7`, "participants: 7 stored, 6 counted"},
		"how many teams":          {`UPDATE campaign_counts SET teams = 3`, "teams: 3 stored, 2 counted"},
		"how many members":        {`UPDATE campaign_teams SET members = 4 WHERE id = '` + nth(aTeam, 0).String() + `'`, "members of team " + nth(aTeam, 0).String() + ": 4 stored, 3 counted"},
		"a position":              {`DELETE FROM campaign_positions WHERE position = 5`, "facts at positions that do not exist"},
		"where the board is said": {`UPDATE campaign_boards SET position = position - 1`, "positions: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startCounting(t)
			w.consistent(byPoints)
			w.run(c.sql)
			if diffs := strings.Join(w.differences(), "\n"); !strings.Contains(diffs, c.want) {
				t.Errorf("differences: %q, want %q", diffs, c.want)
			}
		})
	}
}
