package rush

import (
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// ledger has every check-in that was offered, and every one that was acknowledged.
type ledger struct {
	mu sync.Mutex
	// offered are their texts, each of which is offered once.
	offered map[string]bool
	acked   []ack
}

// ack is one that the server acknowledged.
type ack struct {
	id, user uuid.UUID
	// at is when, by the clock.
	at time.Duration
}

func (l *ledger) offer(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.offered == nil {
		l.offered = map[string]bool{}
	}
	l.offered[text] = true
}

func (l *ledger) acknowledge(made, user uuid.UUID, at time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked = append(l.acked, ack{made, user, at})
}

// listed is a check-in of the campaign's feed.
type listed struct {
	id, user uuid.UUID
	text     string
}

// CheckIns is the account of them.
type CheckIns struct {
	Offered      int `json:"offered"`
	Acknowledged int `json:"acknowledged"`
	// Listed are those of the campaign's feed.
	Listed int `json:"listed"`
	// Lost were acknowledged and are not in the feed; Duplicates are there again, by
	// id or by what was offered once; Strangers were never offered.
	Lost       int `json:"lost"`
	Duplicates int `json:"duplicates"`
	Strangers  int `json:"strangers"`
	// Misscored are people whose score is not the number of their check-ins.
	Misscored int `json:"misscored"`
	// Differences is what a recount of the deployment's campaigns found; nil before one.
	Differences *int `json:"differences"`
}

// right says whether nothing is wrong, as far as it was looked at.
func (c CheckIns) right() bool {
	return c.Lost+c.Duplicates+c.Strangers+c.Misscored == 0 && (c.Differences == nil || *c.Differences == 0)
}

// reconcile compares what is in the feed, and people's scores in check-ins, with the
// ledger. What was offered and not acknowledged may be there or not.
func (l *ledger) reconcile(feed []listed, scores map[uuid.UUID]int64) CheckIns {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := CheckIns{Offered: len(l.offered), Acknowledged: len(l.acked), Listed: len(feed)}
	ids, texts, made := map[uuid.UUID]bool{}, map[string]bool{}, map[uuid.UUID]int64{}
	for _, f := range feed {
		switch {
		case ids[f.id] || texts[f.text]:
			c.Duplicates++
		case !l.offered[f.text]:
			c.Strangers++
		}
		ids[f.id], texts[f.text] = true, true
		made[f.user]++
	}
	for _, a := range l.acked {
		if !ids[a.id] {
			c.Lost++
		}
	}
	for user := range union(made, scores) {
		if made[user] != scores[user] {
			c.Misscored++
		}
	}
	return c
}

func union(a, b map[uuid.UUID]int64) map[uuid.UUID]bool {
	all := map[uuid.UUID]bool{}
	for _, m := range []map[uuid.UUID]int64{a, b} {
		for id := range m {
			all[id] = true
		}
	}
	return all
}

// acknowledged is how many were so far.
func (l *ledger) acknowledged() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// stall is the longest time between two acknowledgements from a moment of the clock
// on, and when it began. The beginning counts as one, and so does the end.
func (l *ledger) stall(from, to time.Duration) (longest, at time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	times := []time.Duration{from, to}
	for _, a := range l.acked {
		if a.at > from && a.at < to {
			times = append(times, a.at)
		}
	}
	slices.Sort(times)
	for i := range len(times) - 1 {
		if gap := times[i+1] - times[i]; gap > longest {
			longest, at = gap, times[i]
		}
	}
	return longest, at
}
