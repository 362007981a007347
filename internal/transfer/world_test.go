package transfer_test

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/graph"
	graphdynamo "github.com/throng-social/throng/internal/graph/dynamostore"
	graphpg "github.com/throng-social/throng/internal/graph/pgstore"
	"github.com/throng-social/throng/internal/post"
	postdynamo "github.com/throng-social/throng/internal/post/dynamostore"
	postpg "github.com/throng-social/throng/internal/post/pgstore"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
	timelinedynamo "github.com/throng-social/throng/internal/timeline/dynamostore"
	timelinepg "github.com/throng-social/throng/internal/timeline/pgstore"
	"github.com/throng-social/throng/internal/transfer"
)

// side are the stores of one kind.
type side struct {
	name     string
	graph    graph.Store
	post     post.Store
	timeline timeline.Store
}

// world has both kinds, and people who live in Postgres.
type world struct {
	db     *postgres.DB
	pub    *queue.Publisher
	tables *dynamotest.Tables
	people []uuid.UUID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{tables: dynamotest.New(t)}
	var err error
	w.db, err = postgres.Open(t.Context(), pgtest.New(t).Config(0), slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(w.db.Close)
	w.pub = queue.NewPublisher()
	for range 12 {
		w.people = append(w.people, uuid.Must(uuid.NewV7()))
	}
	return w
}

func (w *world) onPostgres(t *testing.T) side {
	t.Helper()
	return side{"postgres", graphpg.New(w.db, w.pub), postpg.New(w.db, w.pub), timelinepg.New(w.db, w.pub)}
}

func (w *world) onDynamo(t *testing.T) side {
	t.Helper()
	return w.dynamoBy(t, w.tables.Network)
}

func (w *world) dynamoBy(t *testing.T, transport http.RoundTripper) side {
	t.Helper()
	c := w.tables.Config()
	c.Transport = transport
	db, err := dynamo.Open(t.Context(), c)
	must(t, err)
	return side{"dynamo", graphdynamo.New(db), postdynamo.New(db), timelinedynamo.New(db, timelinedynamo.Config{})}
}

func (w *world) newCopy(from, to side, out io.Writer) *transfer.Copy {
	return &transfer.Copy{DB: w.db, From: from.name, To: to.name, Out: out, Parts: []transfer.Part{
		transfer.Of[graph.Extract, graph.Totals]("graph", from.graph, to.graph),
		transfer.Of[post.Extract, post.Totals]("post", from.post, to.post),
		transfer.Of[timeline.Extract, timeline.Totals]("timeline", from.timeline, to.timeline),
	}}
}

func (w *world) mustCopy(t *testing.T, from, to side, replace bool) {
	t.Helper()
	c := w.newCopy(from, to, t.Output())
	c.Replace = replace
	must(t, c.Run(t.Context()))
	must(t, c.Done(t.Context()))
}

// live has people do things at random in Postgres: all that stores keep.
func (w *world) live(t *testing.T, seed uint64) {
	t.Helper()
	d := &deeds{side: w.onPostgres(t), random: rand.New(rand.NewPCG(seed, 3)), people: w.people, t: t}
	for range 400 {
		d.social()
		d.publish()
		d.timelines()
	}
	must(t, d.graph.MarkGone(t.Context(), w.people[11]))
	strategy := int16(1 + seed%4)
	must(t, d.timeline.SetPolicy(t.Context(), strategy, 9, func(int64) queue.Task { return task() }))
	if seed%2 == 0 {
		must(t, d.timeline.SettlePolicy(t.Context(), 1))
	}
}

func (w *world) follow(t *testing.T) {
	t.Helper()
	_, err := w.onPostgres(t).graph.Follow(t.Context(), graph.Edge{FollowerID: uuid.New(), FolloweeID: uuid.New()}, 10)
	must(t, err)
}

// deeds are done at random.
type deeds struct {
	side

	random *rand.Rand
	people []uuid.UUID
	posts  []uuid.UUID
	t      *testing.T
}

func (d *deeds) anybody() uuid.UUID { return d.people[d.random.IntN(len(d.people)-1)] }

// allowed passes over what is refused to people.
func (d *deeds) allowed(err error) {
	d.t.Helper()
	if err != nil && !fault.Is(err, fault.Precondition) && !fault.Is(err, fault.NotFound) {
		d.t.Fatal(err)
	}
}

func (d *deeds) social() {
	d.t.Helper()
	a, b := d.anybody(), d.anybody()
	if a == b {
		return
	}
	var err error
	switch ctx := d.t.Context(); d.random.IntN(12) {
	case 0, 1:
		_, err = d.graph.Unfollow(ctx, graph.Edge{FollowerID: a, FolloweeID: b})
	case 2:
		_, err = d.graph.Block(ctx, graph.Block{BlockerID: a, BlockedID: b})
	case 3:
		_, err = d.graph.Unblock(ctx, graph.Block{BlockerID: a, BlockedID: b})
	default:
		_, err = d.graph.Follow(ctx, graph.Edge{FollowerID: a, FolloweeID: b}, 1000)
	}
	d.allowed(err)
}

func (d *deeds) publish() {
	d.t.Helper()
	ctx, a := d.t.Context(), d.anybody()
	if len(d.posts) == 0 || d.random.IntN(3) == 0 {
		d.write(a)
		return
	}
	p := d.posts[d.random.IntN(len(d.posts))]
	var err error
	switch d.random.IntN(8) {
	case 0:
		_, err = d.post.Delete(ctx, p, func(post.Standing) error { return nil })
	case 1, 2:
		_, _, err = d.post.Unlike(ctx, a, p)
	default:
		_, _, err = d.post.Like(ctx, a, p)
	}
	d.allowed(err)
}

func (d *deeds) write(author uuid.UUID) {
	d.t.Helper()
	draft := post.Draft{Author: author, Text: fmt.Sprintf("it's \"said\", {%d}\\ é", d.random.Int()), Key: uuid.NewString() + " a, key", Hash: []byte{0, byte(d.random.IntN(256))}}
	for range d.random.IntN(3) {
		draft.Media = append(draft.Media, uuid.New())
	}
	if len(d.posts) > 0 && d.random.IntN(2) == 0 {
		draft.ReplyTo = d.posts[d.random.IntN(len(d.posts))]
	}
	made, err := d.post.Create(d.t.Context(), draft)
	if d.allowed(err); err == nil {
		d.posts = append(d.posts, made)
	}
}

func (d *deeds) timelines() {
	d.t.Helper()
	ctx, author, reader := d.t.Context(), d.anybody(), d.anybody()
	edges := []timeline.Edge{{Author: author, Reader: reader, Since: d.random.Int64N(1 << 50)}}
	now := time.Now().Truncate(time.Microsecond)
	var err error
	switch d.random.IntN(9) {
	case 0:
		err = d.timeline.DeleteEdges(ctx, edges)
	case 1:
		_, err = d.timeline.CountPost(ctx, author, now)
	case 2:
		_, err = d.timeline.FlipAuthor(ctx, author, d.random.IntN(2) == 0)
	case 3:
		v := timeline.Views{Readers: []uuid.UUID{reader}, Views: []float64{d.random.Float64()}, Moment: now, ReviewedBefore: now}
		err = d.timeline.CountViews(ctx, v, func(uuid.UUID) queue.Task { return task() })
	case 4:
		_, _, err = d.timeline.PromoteEdges(ctx, edges)
	case 5:
		err = d.timeline.MarkAuthorReviewed(ctx, author, now)
	case 6:
		_, err = d.timeline.CopyEntries(ctx, timeline.EntryRows{ReaderIDs: []uuid.UUID{reader}, PostIDs: []uuid.UUID{uuid.New()}, AuthorIDs: []uuid.UUID{author}})
	default:
		err = d.timeline.AddEdges(ctx, edges)
	}
	d.allowed(err)
}

func task() queue.Task {
	return queue.Task{Topic: "timeline.move_reader", Queue: queue.Moves, Message: &emptypb.Empty{}}
}

// kept are all rows that a copy takes along, as text. A post without likes and replies
// may have a row that says so, or none.
var kept = []string{
	`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r), '') FROM graph_follows r`,
	`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r), '') FROM graph_blocks r`,
	`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r), '') FROM graph_counts r`,
	`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r), '') FROM posts r`,
	`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r), '') FROM post_likes r`,
	`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r), '') FROM post_counts r WHERE (likes, replies) <> (0, 0)`,
	`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r), '') FROM (SELECT author_id, reader_id, since FROM timeline_edges) r`,
	`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r), '') FROM timeline_authors r`,
	`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r), '') FROM timeline_epochs r`,
	`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r), '') FROM (SELECT reader_id, views, viewed_at, since FROM timeline_readers) r`,
	`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r), '') FROM timeline_policy r`,
}

func (w *world) dump(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, query := range kept {
		var text string
		must(t, w.db.Writer(t.Context()).QueryRow(t.Context(), query).Scan(&text))
		if text == "" {
			t.Fatal("there is nothing: ", query)
		}
		all.WriteString(text + "\n\n")
	}
	return all.String()
}

func (w *world) places(t *testing.T) (n int) {
	t.Helper()
	must(t, w.db.Writer(t.Context()).QueryRow(t.Context(), `SELECT count(*) FROM copy_places`).Scan(&n))
	return n
}

// recounted holds that the counts on both sides are what they count.
func (w *world) recounted(t *testing.T) {
	t.Helper()
	for _, s := range []side{w.onPostgres(t), w.onDynamo(t)} {
		n, err := s.graph.Recount(t.Context(), func(diff string) { t.Error(s.name, diff) })
		must(t, err)
		m, err := s.post.Recount(t.Context(), func(diff post.Miscount) { t.Error(s.name, diff) })
		must(t, err)
		if n+m > 0 {
			t.Errorf("%s: %d differences", s.name, n+m)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
