package timeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/user"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

// history is a small community whose messages are delivered by the test: in any
// order, more than once, and interrupted.
type history struct {
	t        *testing.T
	random   *rand.Rand
	sql      *pgxpool.Pool
	users    *user.Service
	graph    *graph.Service
	posts    *post.Service
	timeline *timeline.Service
	handlers queue.Handlers
	people   []uuid.UUID

	// The model: who follows whom, and which posts there are, newest last.
	follows map[[2]int]bool
	written []written
	// pending are messages that were not handled to their end.
	pending []message
	seen    int64
	log     []string
}

type written struct {
	id      uuid.UUID
	author  int
	deleted bool
}

type message struct {
	topic   string
	payload []byte
}

func newHistory(t *testing.T, seed uint64, people int) *history {
	t.Helper()
	d := pgtest.New(t)
	log := slog.New(slog.DiscardHandler)
	db, err := postgres.Open(t.Context(), postgres.Config{WriterURL: d.Writer, MaxConns: 4}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	pub, err := queue.NewPublisher()
	if err != nil {
		t.Fatal(err)
	}
	h := &history{t: t, random: rand.New(rand.NewPCG(seed, 1)), follows: map[[2]int]bool{}}
	if h.sql, err = pgxpool.New(t.Context(), d.Writer); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.sql.Close)
	pages := page.NewSealer(make([]byte, 32))
	h.users = user.New(user.Deps{DB: db, Events: pub, Pages: pages, Secret: make([]byte, 32), Limits: user.NoLimits(), Log: log})
	h.graph = graph.New(graph.Deps{DB: db, Users: h.users, Publisher: pub, Pages: pages, Log: log})
	h.posts = post.New(post.Deps{DB: db, Publisher: pub, Pages: pages, Log: log})
	h.timeline = timeline.New(timeline.Deps{
		DB: db, Queue: pub, Users: h.users, Graph: h.graph, Posts: h.posts, Pages: pages, Log: log,
		Config: timeline.Config{Keep: 6, FanoutPage: 2, FanoutTurn: 0, HeadLife: time.Second},
	})
	h.handlers = h.timeline.Handlers()
	handles := make([]string, people)
	for i := range handles {
		handles[i] = fmt.Sprintf("person_%d", i)
	}
	res, err := h.users.ResolveHandles(t.Context(), &userv1.ResolveHandlesRequest{Handles: handles, CreateMissing: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range res.GetUserIds() {
		h.people = append(h.people, uuid.MustParse(u))
	}
	return h
}

// as is somebody who has seen everything that was written so far.
func (h *history) as(i int) context.Context {
	ctx := identity.With(h.t.Context(), identity.Caller{UserID: h.people[i]})
	var now uint64
	if err := h.sql.QueryRow(h.t.Context(), `SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn`).Scan(&now); err != nil {
		h.t.Fatal(err)
	}
	ctx, _ = consistency.Begin(ctx, consistency.Position(now))
	return ctx
}

func (h *history) must(what string, err error) {
	h.t.Helper()
	h.log = append(h.log, what)
	if err != nil {
		h.t.Fatalf("%s: %v\n%v", what, err, h.log)
	}
}

// step does something at random.
func (h *history) step() {
	a, b := h.random.IntN(len(h.people)), h.random.IntN(len(h.people))
	switch n := h.random.IntN(100); {
	case n < 30:
		res, err := h.posts.CreatePost(h.as(a), &postv1.CreatePostRequest{Text: "hello", IdempotencyKey: uuid.NewString()})
		h.must(fmt.Sprint(a, " posts"), err)
		h.written = append(h.written, written{id: uuid.MustParse(res.GetPost().GetId()), author: a})
	case n < 45 && a != b:
		_, err := h.graph.Follow(h.as(a), &graphv1.FollowRequest{UserId: h.people[b].String()})
		h.must(fmt.Sprint(a, " follows ", b), err)
		h.follows[[2]int{a, b}] = true
	case n < 55 && a != b:
		_, err := h.graph.Unfollow(h.as(a), &graphv1.UnfollowRequest{UserId: h.people[b].String()})
		h.must(fmt.Sprint(a, " unfollows ", b), err)
		delete(h.follows, [2]int{a, b})
	case n < 58 && len(h.written) > 0:
		w := &h.written[h.random.IntN(len(h.written))]
		_, err := h.posts.DeletePost(h.as(w.author), &postv1.DeletePostRequest{PostId: w.id.String()})
		h.must(fmt.Sprint(w.author, " deletes a post"), err)
		w.deleted = true
	case n < 61:
		h.must(fmt.Sprint(a, " is forgotten as a dormant reader"), h.timeline.Chill(h.t.Context(), h.people[a]))
	case n < 64:
		h.run(message{"timeline.trim_readers", nil}, false)
	default:
		h.deliver()
	}
}

// collect takes new messages from the queue's table.
func (h *history) collect() {
	rows, err := h.sql.Query(h.t.Context(), `SELECT id, kind, args FROM river_job WHERE id > $1 AND kind LIKE 'timeline.%' ORDER BY id`, h.seen)
	h.must("collect", err)
	defer rows.Close()
	for rows.Next() {
		var m message
		var raw []byte
		h.must("scan", rows.Scan(&h.seen, &m.topic, &raw))
		var args struct{ Payload []byte }
		h.must("decode", json.Unmarshal(raw, &args))
		m.payload = args.Payload
		h.pending = append(h.pending, m)
	}
}

// deliver handles a pending message, any of them: to its end, twice, or not to
// its end, as when a worker is killed.
func (h *history) deliver() {
	h.collect()
	if len(h.pending) == 0 {
		return
	}
	i := h.random.IntN(len(h.pending))
	m := h.pending[i]
	if h.random.IntN(3) == 0 {
		h.run(m, true)
		return
	}
	h.pending = slices.Delete(h.pending, i, i+1)
	h.run(m, false)
	if h.random.IntN(5) == 0 {
		h.run(m, false)
	}
}

func (h *history) run(m message, killed bool) {
	ctx := h.t.Context()
	if killed {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(h.random.IntN(4000))*time.Microsecond)
		defer cancel()
	}
	err := h.handlers[m.topic](ctx, m.payload)
	what := fmt.Sprint("deliver ", m.topic)
	if killed {
		h.log = append(h.log, what+", killed")
		return
	}
	h.must(what, err)
}

// drain delivers everything.
func (h *history) drain() {
	for h.collect(); len(h.pending) > 0; h.collect() {
		m := h.pending[0]
		h.pending = h.pending[1:]
		h.run(m, false)
	}
}

// definition is the home timeline by the model, newest first.
func (h *history) definition(reader int) []uuid.UUID {
	var posts []uuid.UUID
	for _, w := range h.written {
		if !w.deleted && (w.author == reader || h.follows[[2]int{reader, w.author}]) {
			posts = append(posts, w.id)
		}
	}
	slices.SortFunc(posts, func(a, b uuid.UUID) int { return -compare(a, b) })
	return posts
}

func compare(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }

// home reads the whole timeline in small pages.
func (h *history) home(reader int) []uuid.UUID {
	var posts []uuid.UUID
	ctx := h.as(reader)
	req := &timelinev1.GetHomeTimelineRequest{PageSize: int32(1 + h.random.IntN(4))}
	for {
		res, err := h.timeline.GetHomeTimeline(ctx, req)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, item := range res.GetItems() {
			posts = append(posts, uuid.MustParse(item.GetPost().GetId()))
		}
		if res.GetNextPageToken() == "" {
			return posts
		}
		req = &timelinev1.GetHomeTimelineRequest{PageSize: req.GetPageSize(), PageToken: res.GetNextPageToken()}
	}
}

// inFlight are the posts whose fan-out is not over.
func (h *history) inFlight() map[uuid.UUID]bool {
	h.collect()
	flying := map[uuid.UUID]bool{}
	for _, m := range h.pending {
		for _, w := range h.written {
			if slices.Contains([]string{"timeline.post_created", "timeline.fanout_page"}, m.topic) && contains(m.payload, w.id.String()) {
				flying[w.id] = true
			}
		}
	}
	return flying
}

func contains(payload []byte, id string) bool { return slices.Contains(splitStrings(payload), id) }

// splitStrings finds the ids in a message: they are the only strings of 36 bytes.
func splitStrings(payload []byte) (found []string) {
	for i := range payload {
		if payload[i] == 36 && i+37 <= len(payload) {
			found = append(found, string(payload[i+1:i+37]))
		}
	}
	return found
}

// check compares every timeline: nothing may be there that does not belong, and
// nothing may be missing but posts in flight from people who are followed.
func (h *history) check() {
	h.t.Helper()
	flying := h.inFlight()
	for reader := range h.people {
		got, want := h.home(reader), h.definition(reader)
		missing := slices.DeleteFunc(slices.Clone(want), func(p uuid.UUID) bool { return slices.Contains(got, p) })
		for _, p := range missing {
			if !flying[p] {
				h.t.Fatalf("the timeline of %d lacks a post\n%v", reader, h.log)
			}
		}
		rest := slices.DeleteFunc(want, func(p uuid.UUID) bool { return slices.Contains(missing, p) })
		if !slices.Equal(got, rest) {
			h.t.Fatalf("the timeline of %d is %v, want %v\n%v", reader, got, rest, h.log)
		}
	}
}

func TestTimelinesKeepTheirDefinitionThroughRandomHistories(t *testing.T) {
	t.Parallel()
	histories := 8
	if testing.Short() {
		histories = 3
	}
	for seed := range histories {
		t.Run(fmt.Sprint("history ", seed), func(t *testing.T) {
			t.Parallel()
			h := newHistory(t, uint64(seed), 5)
			for range 12 {
				for range 12 {
					h.step()
				}
				h.check()
			}
			h.drain()
			if flying := h.inFlight(); len(flying) != 0 {
				t.Fatal("still in flight:", slices.Collect(maps.Keys(flying)))
			}
			h.check()
			if n, err := h.timeline.Recount(t.Context(), func(d string) { t.Error(d) }); n != 0 || err != nil {
				t.Fatal(n, err)
			}
		})
	}
}
