package audit

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"
)

// compare finds what is missing and what is too much in a timeline that was read
// between two runs of the definition, all newest first and of at most depth
// posts. Only the stretch counts that all three reach; posts since a moment may
// be in flight.
func compare(before, got, after []uuid.UUID, since time.Time) Finding {
	floor := greatest(bottom(before), bottom(got), bottom(after))
	f := Finding{}
	for _, p := range before {
		if less(p, floor) {
			break
		}
		f.Posts++
		if created(p).Before(since) && slices.Contains(after, p) && !slices.Contains(got, p) {
			f.Missing = append(f.Missing, p)
		}
	}
	for i, p := range got {
		if less(p, floor) {
			break
		}
		ordered := i == 0 || less(p, got[i-1])
		if !ordered || (!slices.Contains(before, p) && !slices.Contains(after, p)) {
			f.Extra = append(f.Extra, p)
		}
	}
	return f
}

// bottom is the last place that a list tells of; none if it has everything.
func bottom(posts []uuid.UUID) uuid.UUID {
	if len(posts) < depth {
		return uuid.Nil
	}
	return posts[len(posts)-1]
}

func greatest(ids ...uuid.UUID) uuid.UUID { return slices.MaxFunc(ids, order) }

func less(a, b uuid.UUID) bool { return order(a, b) < 0 }

func order(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

// created is the time that an id carries.
func created(id uuid.UUID) time.Time {
	sec, nsec := id.Time().UnixTime()
	return time.Unix(sec, nsec)
}
