package weather

import "time"

// What tests look at from outside.
var Mean = mean

// The levels, and what decides on them.
type (
	Level  = level
	Levels = levels
)

// The levels by name.
const (
	Raw    = raw
	Hours  = hours
	Days   = days
	Months = months
)

// Decide is which levels are to be kept.
func Decide(kept Levels, observations int64, first, last time.Time) Levels {
	return kept.decide(observations, first, last)
}

// Span is a stretch of time and the level that it is read from.
type Span struct {
	Level        Level
	Begins, Ends time.Time
}

// Cover cuts a range into spans.
func Cover(kept Levels, begins, ends time.Time) (spans []Span) {
	for _, s := range kept.cover(months, begins, ends) {
		spans = append(spans, Span{s.level, s.begins, s.ends})
	}
	return spans
}

// Floor is the beginning of the part of a level that t lies in.
func Floor(l Level, t time.Time) time.Time { return l.floor(t) }
