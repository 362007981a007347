package main_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/gen/go/throng/timeline/v1/timelinev1connect"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/consistency"
)

// graphFile is a follow graph to import, and what is known of it.
type graphFile struct {
	path              string
	accounts, follows int
	hub               string
	hubFollowers      int
}

// epinions is the real graph, where its file is at hand, else a made one with a
// hub of as many followers.
func epinions(t *testing.T) graphFile {
	t.Helper()
	dir := os.Getenv("THRONG_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	path := filepath.Join(dir, "follows-epinions.txt.gz")
	if _, err := os.Stat(path); err == nil {
		return graphFile{path: path, accounts: 75_877, follows: 405_739, hub: "14", hubFollowers: 3_038}
	}
	t.Log("the Epinions graph is not at hand; a made one stands for it")
	return madeGraph(t, 6_000, 3_038)
}

// madeGraph has so many people, of whom so many follow a hub.
func madeGraph(t *testing.T, people, followers int) graphFile {
	t.Helper()
	g := graphFile{path: filepath.Join(t.TempDir(), "follows.txt.gz"), accounts: people, hub: "14", hubFollowers: followers}
	random := rand.New(rand.NewPCG(1, 2))
	lines := map[string]bool{}
	for i := range people {
		lines[fmt.Sprintf("%d %d", i, (i+1)%people)] = true
	}
	for range 5 * people {
		if a, b := random.IntN(people), random.IntN(people); a != b && b != 14 {
			lines[fmt.Sprintf("%d %d", a, b)] = true
		}
	}
	for i := range followers - 1 {
		lines[fmt.Sprintf("%d 14", 20+i)] = true
	}
	g.follows = len(lines)
	f, err := os.Create(g.path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := gzip.NewWriter(f)
	for line := range lines {
		fmt.Fprintln(z, line)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return g
}

// world is a deployment with a graph in it and an operator's view of it.
type world struct {
	*deployment
	graphFile
	app      *app.App
	sql      *pgxpool.Pool
	timeline timelinev1connect.TimelineServiceClient
	posts    postv1connect.PostServiceClient
	operator string
}

func TestTheMainJobOnARealGraph(t *testing.T) {
	d := deploy(t, "THRONG_TIMELINE_STRATEGY=push", "THRONG_TIMELINE_FANOUT_PAGE=100", "THRONG_TIMELINE_FANOUT_TURN=0s")
	w := &world{deployment: d, graphFile: epinions(t)}
	d.serve(t)
	worker := d.start(t, "worker")
	w.connect(t)
	t.Run("an import that is interrupted and run again has the same end", w.importTwice)
	t.Run("a third run adds nothing", w.importAgain)
	t.Run("a post of the hub is in each follower's timeline once and in no other", w.postOfTheHub)
	t.Run("after a thousand posts a thousand timelines equal the definition", w.thousandPosts)
	t.Run("a worker that is killed ten times loses nothing", func(t *testing.T) { w.killTenTimes(t, worker.Process) })
	t.Run("a recount finds no difference", func(t *testing.T) { t.Log(d.mustRun(t, "recount")) })
}

// connect makes an operator and clients that act as him or, by token, as anybody.
func (w *world) connect(t *testing.T) {
	var err error
	if w.sql, err = pgxpool.New(t.Context(), w.db.Writer); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.sql.Close)
	if _, err := w.sql.Exec(t.Context(), `INSERT INTO users (handle, role) VALUES ('operator', 4)`); err != nil {
		t.Fatal(err)
	}
	w.operator = strings.TrimSpace(w.mustRun(t, "token", "operator", "--ttl", "1h"))
	s := app.Settings{Database: app.Database{URL: w.db.Writer}, Secret: strings.Repeat("00", 32), Services: app.Nouns, MediaDir: t.TempDir()}
	s.Timeline.Keep, s.Timeline.FanoutPage = 1, 1
	if w.app, err = app.New(t.Context(), s, app.Role{}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.app.Close)
	w.timeline = timelinev1connect.NewTimelineServiceClient(http.DefaultClient, "http://"+w.addr, connect.WithProtoJSON())
	w.posts = postv1connect.NewPostServiceClient(http.DefaultClient, "http://"+w.addr)
}

func (w *world) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := w.sql.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) importArgs() []string {
	return []string{"import", "follows", w.path, "--prefix", "epi_", "--token", w.operator}
}

func (w *world) importTwice(t *testing.T) {
	first := w.start(t, w.importArgs()...)
	await(t, time.Minute, "a part is imported", func() bool { return w.count(t, `SELECT count(*) FROM graph_follows`) > w.follows/20 })
	if err := first.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	if n := w.count(t, `SELECT count(*) FROM graph_follows`); n >= w.follows {
		t.Fatal("the import was not interrupted: it was done")
	}
	began := time.Now()
	t.Log(w.mustRun(t, w.importArgs()...))
	imported := time.Since(began)
	// That it takes less than a minute is measured, not held here: other tests run beside.
	await(t, 5*time.Minute, "all edges are push", func() bool { return w.count(t, `SELECT count(*) FROM timeline_edges WHERE mode = 3`) == w.follows })
	t.Logf("imported in %v, edges complete after %v", imported.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	w.wantWhole(t)
}

func (w *world) importAgain(t *testing.T) {
	t.Log(w.mustRun(t, w.importArgs()...))
	w.wantWhole(t)
}

func (w *world) wantWhole(t *testing.T) {
	t.Helper()
	if n := w.count(t, `SELECT count(*) FROM users WHERE handle LIKE 'epi\_%'`); n != w.accounts {
		t.Fatal("accounts:", n, "want", w.accounts)
	}
	if n := w.count(t, `SELECT count(*) FROM graph_follows`); n != w.follows {
		t.Fatal("follows:", n, "want", w.follows)
	}
}

// postAs posts with the account's own token.
func (w *world) postAs(ctx context.Context, handle, text string) (string, error) {
	token, err := w.app.Token(ctx, handle, time.Hour)
	if err != nil {
		return "", err
	}
	ctx, call := connect.NewClientContext(ctx)
	call.RequestHeader().Set("Authorization", "Bearer "+token)
	res, err := w.posts.CreatePost(ctx, &postv1.CreatePostRequest{Text: text, IdempotencyKey: uuid.NewString()})
	return res.GetPost().GetId(), err
}

// home reads somebody's whole timeline as the operator.
func (w *world) home(ctx context.Context, viewer string, seen consistency.Position) ([]string, error) {
	var posts []string
	req := &timelinev1.GetHomeTimelineRequest{ViewerId: viewer, PageSize: 100}
	for {
		ctx, call := connect.NewClientContext(ctx)
		call.RequestHeader().Set("Authorization", "Bearer "+w.operator)
		call.RequestHeader().Set(consistency.Header, seen.Token())
		res, err := w.timeline.GetHomeTimeline(ctx, req)
		if err != nil {
			return nil, err
		}
		for _, item := range res.GetItems() {
			posts = append(posts, item.GetPost().GetId())
		}
		if res.GetNextPageToken() == "" {
			return posts, nil
		}
		req = &timelinev1.GetHomeTimelineRequest{ViewerId: viewer, PageSize: 100, PageToken: res.GetNextPageToken()}
	}
}

func (w *world) ids(t *testing.T, query string, args ...any) []string {
	t.Helper()
	rows, err := w.sql.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id.String())
	}
	return ids
}

const hubFollowers = `SELECT f.follower_id FROM graph_follows f JOIN users u ON u.id = f.followee_id WHERE u.handle = $1 ORDER BY 1`

func (w *world) postOfTheHub(t *testing.T) {
	post, err := w.postAs(t.Context(), "epi_"+w.hub, "hello to all of you")
	if err != nil {
		t.Fatal(err)
	}
	await(t, 30*time.Second, "the post is delivered", func() bool {
		return w.count(t, `SELECT count(*) FROM timeline_entries WHERE post_id = $1`, post) == w.hubFollowers
	})
	followers := w.ids(t, hubFollowers, "epi_"+w.hub)
	written := w.ids(t, `SELECT reader_id FROM timeline_entries WHERE post_id = $1 ORDER BY 1`, post)
	if len(followers) != w.hubFollowers || !slices.Equal(followers, written) {
		t.Fatal("it was written to others than the followers")
	}
	others := w.ids(t, `SELECT id FROM users WHERE id <> ALL ($1) AND handle <> $2 ORDER BY md5(handle) LIMIT 1000`, followers, "epi_"+w.hub)
	w.each(t, followers, func(viewer string, posts []string) error {
		if n := occurrences(posts, post); n != 1 {
			return fmt.Errorf("follower %s has it %d times", viewer, n)
		}
		return nil
	})
	w.each(t, others, func(viewer string, posts []string) error {
		if n := occurrences(posts, post); n != 0 {
			return fmt.Errorf("%s has it without following", viewer)
		}
		return nil
	})
}

func occurrences(posts []string, post string) (n int) {
	for _, p := range posts {
		if p == post {
			n++
		}
	}
	return n
}

// each reads the timelines of viewers as they are now, several at a time.
func (w *world) each(t *testing.T, viewers []string, check func(viewer string, posts []string) error) {
	t.Helper()
	var now uint64
	if err := w.sql.QueryRow(t.Context(), `SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn`).Scan(&now); err != nil {
		t.Fatal(err)
	}
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(8)
	for _, viewer := range viewers {
		g.Go(func() error {
			posts, err := w.home(ctx, viewer, consistency.Position{Log: now})
			if err != nil {
				return err
			}
			return check(viewer, posts)
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

func (w *world) thousandPosts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(8)
	for i := range 1000 {
		author := fmt.Sprintf("epi_%d", random.IntN(w.accounts))
		g.Go(func() error {
			_, err := w.postAs(ctx, author, fmt.Sprint("post ", i))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	w.settled(t, 5*time.Minute)
	w.wantDefinition(t)
}

func (w *world) settled(t *testing.T, limit time.Duration) {
	t.Helper()
	await(t, limit, "every job is done", func() bool {
		n, err := w.app.OpenJobs(t.Context())
		return err == nil && n == 0
	})
}

// definition is the home timeline, from follows and posts alone.
const definition = `SELECT p.id FROM posts p WHERE p.deleted_at IS NULL AND (p.author_id = $1 OR p.author_id IN (SELECT f.followee_id FROM graph_follows f WHERE f.follower_id = $1)) ORDER BY p.id DESC`

// wantDefinition compares the timelines of a thousand people: half of them such
// as follow many, so that most have something to show.
func (w *world) wantDefinition(t *testing.T) {
	t.Helper()
	viewers := w.ids(t, `(SELECT user_id FROM graph_counts ORDER BY following DESC LIMIT 500)
		UNION (SELECT user_id FROM graph_counts ORDER BY md5(user_id::text) LIMIT 700) LIMIT 1000`)
	if len(viewers) != 1000 {
		t.Fatal("sampled", len(viewers))
	}
	var mu sync.Mutex
	filled := 0
	w.each(t, viewers, func(viewer string, posts []string) error {
		mu.Lock()
		defer mu.Unlock()
		if want := w.ids(t, definition, viewer); !slices.Equal(posts, want) {
			return fmt.Errorf("%s has %d posts, the definition %d", viewer, len(posts), len(want))
		}
		if len(posts) > 0 {
			filled++
		}
		return nil
	})
	t.Logf("%d of %d timelines equal the definition, %d of them not empty", len(viewers), len(viewers), filled)
}

// killTenTimes kills the worker in the midst of fan-outs.
func (w *world) killTenTimes(t *testing.T, worker *os.Process) {
	const kills, wanted = 10, 8
	written := `SELECT count(*) FROM timeline_entries WHERE post_id = $1`
	var posts []string
	midst := 0
	for range kills {
		post, err := w.postAs(t.Context(), "epi_"+w.hub, "in a hurry")
		if err != nil {
			t.Fatal(err)
		}
		posts = append(posts, post)
		await(t, 30*time.Second, "the fan-out has begun", func() bool { return w.count(t, written, post) > 0 })
		if err := worker.Kill(); err != nil {
			t.Fatal(err)
		}
		_, _ = worker.Wait()
		if n := w.count(t, written, post); n < w.hubFollowers {
			midst++
		}
		worker = w.start(t, "worker").Process
	}
	if midst < wanted {
		t.Fatalf("only %d of %d kills came between the first and the last page", midst, kills)
	}
	began := time.Now()
	w.settled(t, 90*time.Second)
	t.Logf("%d of %d kills in the midst of a fan-out; everything was delivered %v after the last", midst, kills, time.Since(began).Round(time.Millisecond))
	for _, post := range posts {
		if n := w.count(t, written, post); n != w.hubFollowers {
			t.Fatalf("a post reached %d of %d", n, w.hubFollowers)
		}
	}
	w.wantDefinition(t)
}
