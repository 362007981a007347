package campaigntest

import (
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign/score"
)

// The reference and the state that deployments fold by are written apart from one
// another. They make the same boards of random facts, one after the other.
func TestTheReferenceMakesTheBoardsThatTheStateMakes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 9))
		rules, scoring := ByPoints(), score.Rules{Scoring: score.Points, Points: 10, DailyCap: 85}
		if seed%2 == 1 {
			rules, scoring = ByTogetherness(), score.Rules{Scoring: score.Togetherness}
		}
		r, state := newReference(rules), score.New(scoring)
		boards := map[score.Scope]map[uuid.UUID]entry{score.Teams: {}, score.Members: {}}
		for _, f := range history120(random) {
			r.take(f)
			for _, c := range state.Apply([]score.Fact{f}) {
				if boards[c.Scope][c.Subject] = (entry{c.Subject, c.Score, c.Position, c.Fact}); c.Score == 0 {
					delete(boards[c.Scope], c.Subject)
				}
			}
			for scope, board := range boards {
				got := r.boards[campaignv1.Scope(scope)]
				if len(got) != len(board) {
					t.Fatalf("seed %d, %+v: %v, want %v", seed, f, got, board)
				}
				for subject, e := range board {
					if got[subject] != e {
						t.Fatalf("seed %d, %+v: %+v, want %+v", seed, f, got[subject], e)
					}
				}
			}
		}
	}
}

// history120 is 120 facts of four people and three teams, as a campaign has them.
func history120(random *rand.Rand) (facts []score.Fact) {
	type member struct{ user, team byte }
	in, made := map[member]bool{}, map[byte][]uuid.UUID{}
	for i := range int64(120) {
		user, team := byte(random.IntN(4)), byte(random.IntN(3))
		day := int32(random.IntN(2))
		f := score.Fact{
			ID: i + 1, Position: i/7 + 1, User: uuid.UUID{1, user}, Subject: uuid.UUID{2, team}, Returning: user == 0,
			Kind: score.CheckedIn, Day: day, Moment: int64(day)*86_400_000_000 + random.Int64N(86_400_000_000),
		}
		m := member{user, team}
		switch n := random.IntN(10); {
		case n < 3 && !in[m]:
			f.Kind, in[m] = score.Joined, true
		case n < 3:
			f.Kind = score.Left
			delete(in, m)
		case n == 3 && len(made[user]) > 0:
			f.Kind, f.Subject = score.Withdrawn, made[user][0]
			made[user] = made[user][1:]
		default:
			f.Subject = uuid.UUID{3, byte(i)}
			made[user] = append(made[user], f.Subject)
		}
		facts = append(facts, f)
	}
	return facts
}
