package timeline

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/google/uuid"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/consistency"
)

const (
	// queuedPosts bounds the posts that wait to be read; past it streams look for
	// themselves.
	queuedPosts  = 1000
	postsAtOnce  = 100
	checkedEdges = 1000
	// seenPosts is how many of the last posts are known not to be new, should they
	// be announced again; at least.
	seenPosts = 4096
)

// news is a post as all streams of the process get it. Nobody may change it.
type news struct {
	entry
	item *timelinev1.TimelineItem
}

// personal says that the item differs by who looks: somebody likes it already.
func (n *news) personal() bool { return n.item.GetPost().GetLikeCount() > 0 }

// own is the item for its author.
func (n *news) own() *timelinev1.TimelineItem {
	return &timelinev1.TimelineItem{Post: n.item.GetPost(), Author: n.item.GetAuthor(), Why: timelinev1.Why_WHY_OWN}
}

// queueOfPosts are announced posts for which streams wait.
type queueOfPosts struct {
	mu      sync.Mutex
	posts   []announcedPost
	running bool
	// seen and seenBefore are two generations of what was queued.
	seen, seenBefore map[uuid.UUID]struct{}
}

type announcedPost struct {
	entry
	at consistency.Position
}

// push says whether there was room, and whether somebody must begin to read.
func (q *queueOfPosts) push(p announcedPost) (room, begin bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, again := q.seen[p.post]
	_, before := q.seenBefore[p.post]
	if again || before {
		return true, false
	}
	if len(q.posts) == queuedPosts {
		return false, false
	}
	if q.seen == nil || len(q.seen) == seenPosts {
		q.seenBefore, q.seen = q.seen, make(map[uuid.UUID]struct{})
	}
	q.seen[p.post] = struct{}{}
	q.posts = append(q.posts, p)
	begin, q.running = !q.running, true
	return true, begin
}

// take answers what is to be read next; nothing ends the reading.
func (q *queueOfPosts) take() []announcedPost {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.posts), postsAtOnce)
	batch := slices.Clone(q.posts[:n])
	if q.posts = slices.Delete(q.posts, 0, n); n == 0 {
		q.posts, q.running = nil, false
	}
	return batch
}

// announced queues a post if a stream waits for it. A post that is announced
// again is not new.
func (h *hub) announced(post, author uuid.UUID, at consistency.Position) {
	if !h.watched(author) {
		return
	}
	room, begin := h.queue.push(announcedPost{entry{post: post, author: author, pulled: true}, at})
	if !room {
		h.lookFor(author)
	}
	if begin {
		go h.deliverAll()
	}
}

func (h *hub) watched(author uuid.UUID) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.authors[author] != nil
}

// lookFor makes those who wait for an author look for themselves.
func (h *hub) lookFor(author uuid.UUID) {
	for _, w := range h.waiting(author) {
		w.ask(askLook)
	}
}

// deliverAll reads queued posts, many at once where many are queued, until there
// are no more.
func (h *hub) deliverAll() {
	for batch := h.queue.take(); len(batch) > 0; batch = h.queue.take() {
		if err := h.deliver(batch); err != nil {
			h.live.log.Warn("cannot read announced posts; streams look for themselves", slog.Int("posts", len(batch)), slog.Any("error", err))
			for _, p := range batch {
				h.lookFor(p.author)
			}
		}
	}
}

// deliver reads posts once and gives them to all streams that wait for them. The
// servers that are read from have come to where the posts were announced.
func (h *hub) deliver(batch []announcedPost) error {
	ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
	defer cancel()
	var at consistency.Position
	entries := make([]entry, len(batch))
	for i, p := range batch {
		entries[i], at = p.entry, at.Max(p.at)
	}
	ctx, _ = consistency.Begin(ctx, at)
	items, _, err := h.service.hydrate(ctx, uuid.Nil, entries)
	if err != nil {
		return err
	}
	h.hydrations.Add(int64(len(entries)))
	var all []recipient
	for _, e := range entries {
		if len(items) > 0 && items[0].GetPost().GetId() == e.post.String() {
			all = append(all, h.recipients(&news{e, items[0]})...)
			items = items[1:]
		}
	}
	for part := range slices.Chunk(all, checkedEdges) {
		if err := h.hand(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// recipient is a stream and what it is to get.
type recipient struct {
	watch *watch
	news  *news
}

func (h *hub) recipients(n *news) []recipient {
	watches := h.waiting(n.author)
	all := make([]recipient, len(watches))
	for i, w := range watches {
		all[i] = recipient{w, n}
	}
	return all
}

// hand gives posts to those of the streams whose viewers follow the authors at
// this moment: a follow that just ended may still be among those that streams
// wait for. One question is asked for all of them.
func (h *hub) hand(ctx context.Context, part []recipient) error {
	var edges []Edge
	for _, r := range part {
		if r.watch.viewer != r.news.author {
			edges = append(edges, Edge{Author: r.news.author, Reader: r.watch.viewer})
		}
	}
	if len(edges) > 0 {
		var err error
		if edges, err = h.service.standing(ctx, edges); err != nil {
			return err
		}
	}
	for _, r := range part {
		if r.watch.viewer != r.news.author {
			stands := edges[0].Since != 0
			if edges = edges[1:]; !stands {
				continue
			}
		}
		r.watch.put(r.news)
	}
	return nil
}
