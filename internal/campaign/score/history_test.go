package score_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/score"
)

// The incremental state and the definition agree after each fact of random
// histories, and however facts are cut into batches.
func TestTheStateEqualsTheDefinitionOverRandomHistories(t *testing.T) {
	t.Parallel()
	histories := 2000
	if testing.Short() {
		histories = 200
	}
	for i := range histories {
		r := rand.New(rand.NewPCG(uint64(i), 5))
		if err := compare(rulesOf(r), randomFacts(r, 1+r.IntN(50)), r); err != nil {
			t.Fatalf("history %d: %v", i, err)
		}
	}
}

func FuzzHistory(f *testing.F) {
	f.Add([]byte{0, 2, 0, 0, 0, 0, 1, 30})
	f.Add([]byte{5, 2, 0, 0, 2, 1, 0, 0, 0, 0, 1, 30, 0, 1, 2, 90, 1, 0, 1, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 || len(data) > 160 {
			return
		}
		r := rand.New(rand.NewPCG(uint64(data[0]), 6))
		var facts []score.Fact
		for c := range slices.Chunk(data[1:], 4) {
			if len(c) == 4 {
				facts = append(facts, fact(int(c[0]), int(c[1]), int(c[2]), int(c[3])))
			}
		}
		if err := compare(rulesOf(r), facts, r); err != nil {
			t.Fatal(err)
		}
	})
}

func rulesOf(r *rand.Rand) score.Rules {
	if r.IntN(2) == 0 {
		return score.Rules{Scoring: score.Togetherness}
	}
	return score.Rules{Scoring: score.Points, Points: 1 + r.Int64N(7), DailyCap: r.Int64N(20)}
}

func randomFacts(r *rand.Rand, n int) []score.Fact {
	facts := make([]score.Fact, n)
	for i := range facts {
		facts[i] = fact(r.IntN(10), r.IntN(5), r.IntN(16), r.IntN(256))
	}
	return facts
}

// fact makes one of four numbers. Check-ins are frequent, a check-in is of one person,
// and much is nonsense: who joins may be in, what is withdrawn may never have been.
func fact(kind, user, subject, at int) score.Fact {
	user %= 5
	f := score.Fact{User: no(1 + user), Subject: no(100 + subject%4), Moment: int64(at) * 17 * 60_000_000, Day: int32(at / 85), Returning: user%2 == 0}
	switch kind % 10 {
	case 0, 1, 2, 3, 4:
		f.Kind = score.CheckedIn
	case 5:
		f.Kind = score.Withdrawn
		f.Subject = no(1000 + 256*user + subject%16)
	case 6, 7, 8:
		f.Kind = score.Joined
	default:
		f.Kind = score.Left
	}
	return f
}

// number gives facts their ids, check-ins theirs in the order of a person's, and
// positions to batches.
func number(facts []score.Fact, r *rand.Rand) (batches [][]score.Fact) {
	made := map[uuid.UUID]int{}
	position, begin := int64(1), 0
	for i := range facts {
		f := &facts[i]
		f.ID, f.Position = int64(10*i+7), position
		if f.Kind == score.CheckedIn {
			f.Subject = no(1000 + 256*(int(f.User[15])-1) + made[f.User])
			made[f.User]++
		}
		if r.IntN(4) == 0 || i == len(facts)-1 {
			batches = append(batches, facts[begin:i+1])
			position, begin = position+1+r.Int64N(2), i+1
		}
	}
	return batches
}

func compare(rules score.Rules, facts []score.Fact, r *rand.Rand) error {
	batches := number(facts, r)
	single, batched, want := board{}, board{}, board{}
	one, many := score.New(rules), score.New(rules)
	n := 0
	for _, batch := range batches {
		for _, f := range batch {
			single.take(one.Apply([]score.Fact{f}))
			n++
			want.become(define(rules, facts[:n]), f)
			if err := single.equals(want); err != nil {
				return fmt.Errorf("%+v: after fact %d of %+v: %w", rules, n, facts, err)
			}
		}
		batched.take(many.Apply(batch))
		if err := batched.equals(want); err != nil {
			return fmt.Errorf("%+v: after batch %+v of %+v: %w", rules, batch, facts, err)
		}
	}
	return explained(rules, facts, want)
}

func define(rules score.Rules, facts []score.Fact) map[score.Key]int64 {
	people := map[uuid.UUID][]score.Fact{}
	for _, f := range facts {
		people[f.User] = append(people[f.User], f)
	}
	full := score.NewFull(rules)
	for _, history := range people {
		full.Add(history)
	}
	return full.Scores()
}

// board is what readers make of changes.
type board map[score.Key]score.Change

func (b board) take(changes []score.Change) {
	for _, c := range changes {
		k := score.Key{Scope: c.Scope, Subject: c.Subject}
		if b[k] = c; c.Score == 0 {
			delete(b, k)
		}
	}
}

// become takes the scores that the definition has after a fact.
func (b board) become(scores map[score.Key]int64, f score.Fact) {
	for k := range b {
		if scores[k] == 0 {
			delete(b, k)
		}
	}
	for k, s := range scores {
		if b[k].Score != s {
			b[k] = score.Change{Scope: k.Scope, Subject: k.Subject, Score: s, Position: f.Position, Fact: f.ID}
		}
	}
}

func (b board) equals(want board) error {
	if len(b) != len(want) {
		return fmt.Errorf("%d on the board, want %d", len(b), len(want))
	}
	for k, c := range want {
		if b[k] != c {
			return fmt.Errorf("%+v, want %+v", b[k], c)
		}
	}
	return nil
}

// explained asks for each team's terms, of a state that knows only who ever was in
// it: its score must be the board's, and the shares its parts.
func explained(rules score.Rules, facts []score.Fact, want board) error {
	for team := range 4 {
		id := no(100 + team)
		state := score.New(rules)
		state.Apply(ofTeam(facts, id))
		e := state.Explain(id)
		if e.Score != want[score.Key{Scope: score.Teams, Subject: id}].Score {
			return fmt.Errorf("%+v: team %d is explained by %+v, its score is %+v", rules, team, e, want)
		}
		points, counted := int64(0), 0
		for _, s := range e.Shares {
			points += s.Points
			if s.Member {
				counted++
			}
		}
		if counted != e.Members || e.Members > 0 && rules.Scoring == score.Points && points*score.Micros != e.Score {
			return fmt.Errorf("%+v: the shares of team %d do not make its score: %+v", rules, team, e)
		}
		if rules.Scoring == score.Points && points != e.CheckIns*rules.Points-e.Capped {
			return fmt.Errorf("%+v: what the cap took of team %d does not add up: %+v", rules, team, e)
		}
	}
	return nil
}

// ofTeam are the facts of those who ever were in a team.
func ofTeam(facts []score.Fact, team uuid.UUID) (some []score.Fact) {
	was := map[uuid.UUID]bool{}
	for _, f := range facts {
		if f.Kind == score.Joined && f.Subject == team {
			was[f.User] = true
		}
	}
	for _, f := range facts {
		if was[f.User] {
			some = append(some, f)
		}
	}
	return some
}
