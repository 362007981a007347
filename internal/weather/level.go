package weather

import (
	"time"
)

// level is a length of time of which roll-ups may be kept; raw rows are below all of them.
type level int16

const (
	raw level = iota
	hours
	days
	months
)

// units are the levels' names in the database.
var units = [...]string{hours: "hour", days: "day", months: "month"}

func (l level) String() string { return units[l] }

// floor is the beginning of the part that t lies in.
func (l level) floor(t time.Time) time.Time {
	switch t = t.UTC(); l {
	case hours:
		return t.Truncate(time.Hour)
	case days:
		return t.Truncate(24 * time.Hour)
	default:
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
}

// next is the beginning of the part after the one that begins at t.
func (l level) next(t time.Time) time.Time {
	switch l {
	case hours:
		return t.Add(time.Hour)
	case days:
		return t.AddDate(0, 0, 1)
	default:
		return t.AddDate(0, 1, 0)
	}
}

// ceil is the beginning of the first part that begins at t or later.
func (l level) ceil(t time.Time) time.Time {
	if f := l.floor(t); f.Before(t) {
		return l.next(f)
	}
	return t.UTC()
}

// parts is how many parts there are from the one of first to the one of last.
func (l level) parts(first, last time.Time) int64 {
	a, b := l.floor(first), l.floor(last)
	switch l {
	case hours:
		return int64(b.Sub(a)/time.Hour) + 1
	case days:
		return int64(b.Sub(a)/(24*time.Hour)) + 1
	default:
		return int64(b.Year()-a.Year())*12 + int64(b.Month()-a.Month()) + 1
	}
}

// levels are those that are kept of a place, a bit each.
type levels int16

func (k levels) has(l level) bool { return k&(1<<l) != 0 }

// top is the greatest level that is kept up to another; raw if there is none.
func (k levels) top(most level) level {
	for l := most; l > raw; l-- {
		if k.has(l) {
			return l
		}
	}
	return raw
}

const (
	// keepAt is how many times smaller than the level below one is when it is begun.
	keepAt = 10
	// dropBelow is how many times smaller it must stay, so that none comes and goes.
	dropBelow = 5
)

// decide says which levels are to be kept of a place with so many observations between
// a first and a last one, where some are kept. It goes by how many parts a span has,
// as if every one of them had something.
func (k levels) decide(observations int64, first, last time.Time) levels {
	var chosen levels
	if observations == 0 {
		return chosen
	}
	below := observations
	for l := hours; l <= months; l++ {
		parts, least := l.parts(first, last), int64(keepAt)
		if k.has(l) {
			least = dropBelow
		}
		if below >= least*parts {
			chosen |= 1 << l
			below = parts
		}
	}
	return chosen
}

// span is a stretch of time, without its end, that is read from one level.
type span struct {
	level        level
	begins, ends time.Time
}

// cover cuts a range into spans of the levels that are kept, up to one of them: the
// greatest in the midst, smaller ones to its sides, rows at the edges.
func (k levels) cover(most level, begins, ends time.Time) []span {
	for l := k.top(most); l > raw; l = k.top(l - 1) {
		from, to := l.ceil(begins), l.floor(ends)
		if from.Before(to) {
			spans := append(k.cover(l-1, begins, from), span{l, from, to})
			return append(spans, k.cover(l-1, to, ends)...)
		}
	}
	if begins.Before(ends) {
		return []span{{raw, begins, ends}}
	}
	return nil
}
