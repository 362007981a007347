package timeline

import (
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	// recentPosts is how many announced posts are kept. A head that is older than
	// all of them counts as outdated, so at more than a hundred posts a second
	// heads live shorter than they may.
	recentPosts = 256
	flightTime  = 10 * time.Second
	// flights bounds the large deliveries that are kept: who is left out is read
	// from what is written, which is right as well once it is.
	flights = 64
)

// recent are the last posts that were heard of, by the time of hearing. It is
// asked by every read.
type recent struct {
	mu    sync.RWMutex
	posts [recentPosts]heardPost
	// next is how many were heard; the place of the next one in the ring.
	next int
	// lostAt is when messages may last have been lost.
	lostAt time.Time
	// large are those whose delivery takes long, oldest first.
	large []heardPost
}

type heardPost struct {
	author uuid.UUID
	at     time.Time
}

func (r *recent) add(a announcement, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := heardPost{a.Author, now}
	r.posts[r.next%recentPosts] = p
	r.next++
	if !a.Large {
		return
	}
	r.large = slices.DeleteFunc(r.large, func(old heardPost) bool { return old.author == a.Author || now.Sub(old.at) > flightTime })
	if len(r.large) == flights {
		r.large = slices.Delete(r.large, 0, 1)
	}
	r.large = append(r.large, p)
}

func (r *recent) lost(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lostAt = now
}

// anyOf goes back from the newest post to the moment.
func (r *recent) anyOf(following []follow, than time.Time) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.lostAt.After(than) {
		return true
	}
	for i := 1; i <= recentPosts; i++ {
		if i > r.next {
			return false
		}
		p := &r.posts[(r.next-i)%recentPosts]
		if !p.at.After(than) {
			return false
		}
		if follows(following, p.author) {
			return true
		}
	}
	return true
}

func (r *recent) flying(following []follow, now time.Time) []uuid.UUID {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var authors []uuid.UUID
	for _, p := range r.large {
		if now.Sub(p.at) <= flightTime && follows(following, p.author) {
			authors = append(authors, p.author)
		}
	}
	slices.SortFunc(authors, compare)
	return authors
}
