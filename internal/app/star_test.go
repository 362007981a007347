package app_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
)

const (
	// sampledFollowers are looked at when the star posts.
	sampledFollowers = 200
	// slack is how much longer than on a quiet machine things may take in a test:
	// this one is for what is lost, the figures are in its log.
	slack = 20
)

// TestAPostOfAStar measures how fast a post by somebody with 100,000 followers
// can be read by them, and what it does to others meanwhile. Figures that count
// are those of a quiet machine without the race detector; they are logged.
func TestAPostOfAStar(t *testing.T) { //nolint:paralleltest // a busy world: one after the other, its checks at once
	people := 100_001
	if small || testing.Short() {
		people = 5001
	}
	w := newChecked(t, starPairs(people), int32(people/2))
	for _, s := range []timelinev1.Strategy{adaptive, hybrid} {
		t.Run("is readable by all at once under "+name(s), func(t *testing.T) {
			w.settle(t, s)
			for range 3 {
				w.readableByAll(t, 200*time.Millisecond)
			}
		})
	}
	t.Run("is delivered to all under push, and others' posts do not wait for it", func(t *testing.T) {
		w.settle(t, push)
		w.deliveredToAll(t, people-1, 3*time.Second, time.Second)
	})
	w.audited(t, 200)
}

func (w *checked) settle(t *testing.T, s timelinev1.Strategy) {
	t.Helper()
	if err := w.switchTo(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	w.moved(t)
	w.settled(t)
}

// readableByAll has the star post and followers, whose first pages are in memory
// and who demand nothing, read in turn until each has seen it.
func (w *checked) readableByAll(t *testing.T, limit time.Duration) {
	t.Helper()
	readers := w.warmFollowers(t)
	s := &sighting{limit: slack * limit, waiting: make(chan *person, len(readers)), left: len(readers)}
	for _, r := range readers {
		s.waiting <- r
	}
	s.post, s.began = w.as(t, w.star).post(t, "hello, everybody"), time.Now()
	g, ctx := errgroup.WithContext(t.Context())
	for range 8 {
		g.Go(func() error { return s.inTurn(ctx) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("of %d reads by %d followers the last that lacked the post was begun after %v, the goal is %v", s.reads, len(readers), s.lacking, limit)
}

// sighting is of a post, by readers who try again until they see it.
type sighting struct {
	post    string
	began   time.Time
	limit   time.Duration
	waiting chan *person

	mu          sync.Mutex
	left, reads int
	// lacking is when the last read was begun that lacked the post: whoever reads
	// later sees it.
	lacking time.Duration
}

func (s *sighting) inTurn(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case r, more := <-s.waiting:
			if !more {
				return nil
			}
			if err := s.read(ctx, r); err != nil {
				return err
			}
		}
	}
}

func (s *sighting) read(ctx context.Context, r *person) error {
	asked := time.Since(s.began)
	posts, err := r.page(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	switch {
	case !slices.Contains(posts, s.post) && asked > s.limit:
		return fmt.Errorf("a follower does not see the post after %v", asked)
	case !slices.Contains(posts, s.post):
		s.lacking = max(s.lacking, asked)
		s.waiting <- r
	default:
		if s.left--; s.left == 0 {
			close(s.waiting)
		}
	}
	return nil
}

// warmFollowers are some whose first pages are in memory.
func (w *checked) warmFollowers(t *testing.T) []*person {
	t.Helper()
	readers := w.followersOf(t, w.star, sampledFollowers)
	for i, r := range readers {
		token, err := w.app.Token(t.Context(), r.handle, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		readers[i] = w.personVia(&memory{token: token, forget: true})
		if _, err := readers[i].page(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return readers
}

// page is the first page of somebody, for use beside the test's own goroutine.
func (p *person) page(ctx context.Context) ([]string, error) {
	res, err := p.timeline.GetHomeTimeline(ctx, &timelinev1.GetHomeTimelineRequest{})
	posts := make([]string, len(res.GetItems()))
	for i, item := range res.GetItems() {
		posts[i] = item.GetPost().GetId()
	}
	return posts, err
}

// deliveredToAll has the star post while others do.
func (w *checked) deliveredToAll(t *testing.T, followers int, limit, others time.Duration) {
	t.Helper()
	authors := make([]*person, 20)
	for i := range authors {
		authors[i] = w.take(t)
	}
	ctx, stop := context.WithCancel(t.Context())
	var g errgroup.Group
	g.Go(func() error {
		tick := time.NewTicker(25 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
			_, err := authors[i%len(authors)].posts.CreatePost(t.Context(), &postv1.CreatePostRequest{Text: "beside", IdempotencyKey: uuid.NewString()})
			if err != nil {
				return err
			}
		}
	})
	post := w.as(t, w.star).post(t, "hello, all")
	began, n := time.Now(), 0
	soon(t, "all followers have the post", func() bool {
		err := w.sql.QueryRow(t.Context(), `SELECT count(*) FROM timeline_entries e JOIN timeline_edges d ON d.author_id = e.author_id AND d.reader_id = e.reader_id
WHERE e.post_id = $1`, post).Scan(&n)
		return err == nil && n == followers
	})
	took := time.Since(began)
	stop()
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	w.settled(t)
	var p99, most float64
	var delivered int
	err := w.sql.QueryRow(t.Context(), `SELECT count(*), percentile_disc(0.99) WITHIN GROUP (ORDER BY late), max(late)
FROM (SELECT extract(EPOCH FROM e.written_at - p.created_at)::float8 AS late
      FROM timeline_entries e JOIN (SELECT id, to_timestamp(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0) AS created_at FROM posts WHERE text = 'beside') p ON p.id = e.post_id) l`).
		Scan(&delivered, &p99, &most)
	if err != nil || delivered == 0 {
		t.Fatal(delivered, err)
	}
	t.Logf("%d followers had the post after %v, the goal is %v; beside it %d deliveries of others took %.0f ms (p99), %.0f ms (most), the goal is %v",
		n, took, limit, delivered, 1000*p99, 1000*most, others)
	if took > slack*limit || p99 > slack*others.Seconds() {
		t.Error("far too late")
	}
}
