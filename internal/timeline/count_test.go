package timeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/graph"
	graphpg "github.com/throng-social/throng/internal/graph/pgstore"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/post"
	poststore "github.com/throng-social/throng/internal/post/pgstore"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/pgstore"
	"github.com/throng-social/throng/internal/timeline/policy"
	"github.com/throng-social/throng/internal/timeline/policy/simulation"
	"github.com/throng-social/throng/internal/user"
)

// mix is a community on a database in which time passes as events say, and whose
// jobs are done at once.
type mix struct {
	t        *testing.T
	sql      *pgxpool.Pool
	graph    *graph.Service
	posts    *post.Service
	timeline *timeline.Service
	people   []uuid.UUID
	now      atomic.Int64
	done     int64
}

func newMix(t *testing.T, w simulation.World, start time.Time, ratio float64) *mix {
	t.Helper()
	d, log := pgtest.New(t), slog.New(slog.DiscardHandler)
	db, err := postgres.Open(t.Context(), d.Config(4), log)
	must(t, err)
	t.Cleanup(db.Close)
	pub := queue.NewPublisher()
	m := &mix{t: t}
	m.now.Store(start.UnixMicro())
	m.sql, err = pgxpool.New(t.Context(), d.Writer)
	must(t, err)
	t.Cleanup(m.sql.Close)
	pages := page.NewSealer(make([]byte, 32))
	users := user.New(user.Deps{DB: db, Events: pub, Pages: pages, Secret: make([]byte, 32), Limits: user.NoLimits(), Log: log})
	m.graph = graph.New(graph.Deps{Store: graphpg.New(db, pub), Users: users, Pages: pages})
	m.posts = post.New(post.Deps{Store: poststore.New(db, pub), Pages: pages, Log: log})
	m.timeline = timeline.New(timeline.Deps{
		Store: pgstore.New(db, pub), Users: users, Graph: m.graph, Posts: m.posts, Pages: pages, Log: log,
		Now:    func() time.Time { return time.UnixMicro(m.now.Load()) },
		Config: timeline.Config{Strategy: "adaptive", CostRatio: ratio, Keep: 800, FanoutPage: 100, HeadLife: time.Second},
	})
	timeline.WriteViewsByHand(m.timeline)
	m.populate(users, w, start)
	return m
}

func (m *mix) populate(users *user.Service, w simulation.World, start time.Time) {
	m.t.Helper()
	handles := make([]string, len(w.Following))
	for i := range handles {
		handles[i] = fmt.Sprintf("person_%d", i)
	}
	res, err := users.ResolveHandles(m.t.Context(), &userv1.ResolveHandlesRequest{Handles: handles, CreateMissing: true})
	must(m.t, err)
	for _, u := range res.GetUserIds() {
		m.people = append(m.people, uuid.MustParse(u))
	}
	for reader, authors := range w.Following {
		for _, a := range authors {
			_, err := m.graph.Follow(m.as(int32(reader)), &graphv1.FollowRequest{UserId: m.people[a].String()})
			must(m.t, err)
		}
	}
	m.work()
	_, err = m.sql.Exec(m.t.Context(), `UPDATE timeline_readers SET since = $1, viewed_at = $1`, start)
	must(m.t, err)
}

// as is somebody who has seen everything, so that no cache answers him.
func (m *mix) as(person int32) context.Context {
	ctx := identity.With(m.t.Context(), identity.Caller{UserID: m.people[person]})
	var now uint64
	must(m.t, m.sql.QueryRow(m.t.Context(), `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn`).Scan(&now))
	ctx, _ = consistency.Begin(ctx, consistency.Position{Log: now})
	return ctx
}

func (m *mix) add(e simulation.Event, start time.Time) {
	m.t.Helper()
	m.now.Store(start.Add(e.At).UnixMicro())
	if !e.View {
		_, err := m.posts.CreatePost(m.as(e.Person), &postv1.CreatePostRequest{Text: "hello", IdempotencyKey: uuid.NewString()})
		must(m.t, err)
		m.work()
		return
	}
	_, err := m.timeline.GetHomeTimeline(m.as(e.Person), &timelinev1.GetHomeTimelineRequest{PageSize: policy.FirstPage})
	must(m.t, err)
	must(m.t, timeline.WriteViews(m.timeline, m.t.Context()))
	m.work()
}

// work does all jobs of timelines, in order.
func (m *mix) work() {
	m.t.Helper()
	rows, err := m.sql.Query(m.t.Context(), `SELECT id, kind, args ->> 'payload' FROM river_job WHERE id > $1 AND kind LIKE 'timeline.%' ORDER BY id`, m.done)
	must(m.t, err)
	defer rows.Close()
	handlers := m.timeline.Handlers()
	for rows.Next() {
		var topic, payload string
		must(m.t, rows.Scan(&m.done, &topic, &payload))
		var raw []byte
		must(m.t, json.Unmarshal([]byte(`"`+payload+`"`), &raw))
		must(m.t, handlers[topic](m.t.Context(), raw))
	}
	must(m.t, rows.Err())
}

// habits are people who follow one another at random, with lognormal rates.
func habits(people, follows int, posts, views float64) simulation.World {
	random := rand.New(rand.NewPCG(5, 6))
	w := simulation.World{Following: make([][]int32, people), Posts: make([]float64, people), Views: make([]float64, people)}
	for p := range people {
		for _, a := range random.Perm(people) {
			if a != p && len(w.Following[p]) < follows {
				w.Following[p] = append(w.Following[p], int32(a))
			}
		}
		w.Posts[p], w.Views[p] = posts*math.Exp(1.5*random.NormFloat64()), views*math.Exp(1.5*random.NormFloat64())
	}
	return w
}

func TestADatabaseCountsWhatTheSimulatorDoes(t *testing.T) {
	t.Parallel()
	const ratio = 0.8
	start := time.Now().Truncate(time.Second)
	w := habits(24, 7, 1, 2)
	m := newMix(t, w, start, ratio)
	simulated := simulation.NewAdaptive(w, policy.Costs{Push: ratio, Pull: 1}, start, false)
	before, events := m.timeline.Counts(), 0
	simulation.Events(w, 8, 3, func(e simulation.Event) {
		e.At = e.At.Truncate(time.Microsecond)
		simulated.Add(e)
		m.add(e, start)
		events++
		got := m.timeline.Counts()
		pushes := got.Deliveries + got.Copies - before.Deliveries - before.Copies
		if want := simulated.Count; pushes != want.Pushes || got.Pulls-before.Pulls != want.Pulls || got.Moves-before.Moves != want.Moves {
			t.Fatalf("after %d events, the last %+v: the database counts %d pushes, %d pulls and %d moves, the simulator %+v",
				events, e, pushes, got.Pulls-before.Pulls, got.Moves-before.Moves, want)
		}
	})
	t.Logf("%d events: %+v", events, simulated.Count)
	if simulated.Count.Moves < 50 || simulated.Count.Pushes < 100 || simulated.Count.Pulls < 100 {
		t.Error("this mix tests too little:", simulated.Count)
	}
}

func TestTheDatabaseHasTheSameRates(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	sql, err := pgxpool.New(t.Context(), d.Writer)
	must(t, err)
	t.Cleanup(sql.Close)
	now := time.Unix(1_800_000_000, 0)
	rapid.Check(t, func(t *rapid.T) {
		ago := func(name string) time.Time {
			return now.Add(-time.Duration(rapid.Int64Range(0, 40*365*24*3600*1000).Draw(t, name)) * time.Millisecond)
		}
		// A count is nothing, or has just had an event added.
		count := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1, 1e6)).Draw(t, "count")
		c := policy.Counter{Count: count, At: ago("counted"), Since: ago("since")}
		var rate float64
		if err := sql.QueryRow(context.Background(), `SELECT timeline_rate($1, $2, $3, $4)`, c.Count, c.At, c.Since, now).Scan(&rate); err != nil {
			t.Fatal(err)
		}
		if want := c.Rate(now); math.Abs(rate-want) > 1e-9*want {
			t.Fatalf("the database says %v, want %v", rate, want)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
