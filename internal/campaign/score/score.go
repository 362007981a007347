// Package score says how facts make scores: pure folds, without database or clock.
//
// A campaign's facts (somebody checked in, a check-in was withdrawn, somebody
// joined or left a team) have an order, that of the fold, and a State takes them in
// it. Each costs in proportion to what it changes: a check-in touches its person
// and the teams that he is in. After each fact the scores are those of the rules,
// and a score knows the fact that made it, so neither it nor the order of two that
// are equal depends on how facts were cut into batches.
//
// Under points a check-in counts for every team that the person is in at the time,
// in the order of facts, and stays with it; of one day the first ones count until
// the daily cap is full, and a withdrawal makes room for later ones. Under
// togetherness a team's score is a function of its present members, of how many
// teams each is in, and of when each checked in last. A team without members has
// no score under either.
//
// Full says the same once more, in the plainest way: whole histories, person by
// person, in rational numbers. Tests and recounts hold the State to it.
package score

import (
	"math"

	"github.com/google/uuid"
)

// Kind is what a fact speaks of. The numbers are those of the table.
type Kind int16

// The kinds.
const (
	CheckedIn Kind = iota + 1
	Withdrawn
	Joined
	Left
)

// Scope is who is ranked against one another. The numbers are those of the table.
type Scope int16

// The scopes.
const (
	Teams Scope = iota + 1
	Members
)

// Scoring is how scores come about. The numbers are those of the table.
type Scoring int16

// The ways.
const (
	Points Scoring = iota + 1
	Togetherness
)

// Micros are the millionths in which scores are told.
const Micros = 1_000_000

// Rules are what a campaign counts.
type Rules struct {
	Scoring Scoring
	// Points are what a check-in counts, at least 1; DailyCap is what a person makes
	// on one day at most, 0 for no cap. Both are of Points alone.
	Points   int64
	DailyCap int64
}

// Fact is something that scores depend on.
type Fact struct {
	// Position and then ID are the order of the fold.
	ID       int64
	Position int64
	Kind     Kind
	User     uuid.UUID
	// Subject is the check-in, or the team.
	Subject uuid.UUID
	// Moment is when the check-in was made, in microseconds since 1970.
	Moment int64
	// Day is which day the check-in is of, in days since 1970.
	Day int32
	// Returning says of somebody who joins that he was a customer before.
	Returning bool
}

// Change is the score that a subject has come to.
type Change struct {
	Scope   Scope
	Subject uuid.UUID
	// Score is in millionths; 0 takes the subject from the board.
	Score int64
	// Position and Fact are of the fact that made it so.
	Position int64
	Fact     int64
}

// worth is what the check-in counts that is the n-th of its day, from 0 on, among
// those that were not withdrawn.
func (r Rules) worth(n int) int64 {
	if r.DailyCap == 0 {
		return r.Points
	}
	return min(r.Points, max(0, r.DailyCap-int64(n)*r.Points))
}

// inMicros ends at the greatest number: points past nine trillion are beyond what a
// board can tell apart, and must not turn negative.
func inMicros(points int64) int64 {
	if points > math.MaxInt64/Micros {
		return math.MaxInt64
	}
	return points * Micros
}
