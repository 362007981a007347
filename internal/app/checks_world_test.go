package app_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// checked is a world in which the checks are made, with its operator.
type checked struct {
	deployment
	sql      *pgxpool.Pool
	operator *person
	// star is a handle with very many followers, who are all others or nearly so.
	star string
	// people is how many there are; handles are w_1 to w_people.
	people int
	// hybrid is from how many followers on that strategy pulls authors here.
	hybrid int32

	mu sync.Mutex
	// taken are those whom a check has to itself.
	taken map[int]bool
}

// pairs are follows by number: the first follows the second.
type pairs [][2]int

// epinionsPairs is the real graph, or nothing where its file is not at hand.
func epinionsPairs(t *testing.T) pairs {
	t.Helper()
	dir := os.Getenv("THRONG_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, "follows-epinions.txt.gz"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]int{}
	number := func(name string) int {
		if _, known := numbers[name]; !known {
			numbers[name] = len(numbers) + 1
		}
		return numbers[name]
	}
	var all pairs
	for lines := bufio.NewScanner(plain); lines.Scan(); {
		if names := strings.Fields(lines.Text()); len(names) == 2 && names[0] != "#" {
			all = append(all, [2]int{number(names[0]), number(names[1])})
		}
	}
	return all
}

// starPairs is a generated graph: everybody follows number 1 and three others.
func starPairs(people int) pairs {
	random := rand.New(rand.NewPCG(1, 2))
	var all pairs
	for a := 2; a <= people; a++ {
		all = append(all, [2]int{a, 1})
		others := map[int]bool{a: true, 1: true}
		for len(others) < 5 {
			if b := 2 + random.IntN(people-1); !others[b] {
				others[b] = true
				all = append(all, [2]int{a, b})
			}
		}
	}
	return all
}

// newChecked loads a graph straight into the tables, as the services would have
// them under the strategy pull, and runs a deployment on it.
func newChecked(t *testing.T, graph pairs, hybrid int32, change ...func(*app.Settings)) *checked {
	t.Helper()
	db := pgtest.New(t)
	w := &checked{hybrid: hybrid, taken: map[int]bool{}}
	sql, err := pgxpool.New(t.Context(), db.Writer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sql.Close)
	w.sql = sql
	w.load(t, graph)
	w.deployment = deploy(t, db, seams[0], append(change, func(s *app.Settings) {
		s.Timeline.Strategy, s.Timeline.FanoutTurn = "pull", 100*time.Millisecond
	})...)
	w.operator = w.signUp(t)
	if err := w.app.SetRole(t.Context(), w.operator.handle, "admin"); err != nil {
		t.Fatal(err)
	}
	w.operator = w.as(t, w.operator.handle)
	return w
}

const loadGraph = `
INSERT INTO users (handle) SELECT 'w_' || n FROM generate_series(1, (SELECT max(greatest(a, b)) FROM pairs)) n;
INSERT INTO graph_follows (follower_id, followee_id) SELECT a.id, b.id FROM pairs JOIN users a ON a.handle = 'w_' || pairs.a JOIN users b ON b.handle = 'w_' || pairs.b;
INSERT INTO graph_counts (user_id, followers, following)
SELECT u.id, coalesce(i.n, 0), coalesce(o.n, 0) FROM users u
    LEFT JOIN (SELECT followee_id, count(*) n FROM graph_follows GROUP BY 1) i ON i.followee_id = u.id
    LEFT JOIN (SELECT follower_id, count(*) n FROM graph_follows GROUP BY 1) o ON o.follower_id = u.id;
INSERT INTO timeline_readers (reader_id) SELECT DISTINCT follower_id FROM graph_follows;
INSERT INTO timeline_edges (author_id, reader_id, since, mode, generation)
SELECT followee_id, follower_id, (extract(EPOCH FROM created_at) * 1000000)::bigint, 1, nextval('timeline_generations') FROM graph_follows ORDER BY 1, 2;
ANALYZE`

func (w *checked) load(t *testing.T, graph pairs) {
	t.Helper()
	conn, err := w.sql.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), `CREATE TEMPORARY TABLE pairs (a int, b int)`); err != nil {
		t.Fatal(err)
	}
	rows := pgx.CopyFromSlice(len(graph), func(i int) ([]any, error) { return []any{graph[i][0], graph[i][1]}, nil })
	if _, err := conn.CopyFrom(t.Context(), pgx.Identifier{"pairs"}, []string{"a", "b"}, rows); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), loadGraph); err != nil {
		t.Fatal(err)
	}
	err = conn.QueryRow(t.Context(), `SELECT u.handle, (SELECT count(*) FROM users) FROM graph_counts c JOIN users u ON u.id = c.user_id ORDER BY c.followers DESC LIMIT 1`).Scan(&w.star, &w.people)
	if err != nil {
		t.Fatal(err)
	}
}

// as is an account of the world with a client of its own.
func (w *checked) as(t *testing.T, handle string) *person {
	t.Helper()
	p, err := w.account(t.Context(), handle)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *checked) account(ctx context.Context, handle string) (*person, error) {
	token, err := w.app.Token(ctx, handle, time.Hour)
	if err != nil {
		return nil, err
	}
	p := w.person(token)
	p.handle = handle
	return p, w.sql.QueryRow(ctx, `SELECT id FROM users WHERE handle = $1`, handle).Scan(&p.id)
}

// take is somebody whom no other check has.
func (w *checked) take(t *testing.T) *person {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		if n := 1 + rand.IntN(w.people); !w.taken[n] && fmt.Sprint("w_", n) != w.star {
			w.taken[n] = true
			return w.as(t, fmt.Sprint("w_", n))
		}
	}
}

// followersOf are some who follow an account, and nobody else's.
func (w *checked) followersOf(t *testing.T, author string, n int) []*person {
	t.Helper()
	rows, err := w.sql.Query(t.Context(), `SELECT u.handle FROM graph_follows f JOIN users u ON u.id = f.follower_id JOIN users a ON a.id = f.followee_id
WHERE a.handle = $1 ORDER BY random() LIMIT $2`, author, n)
	if err != nil {
		t.Fatal(err)
	}
	handles, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(handles) == 0 {
		t.Fatal(handles, err)
	}
	people := make([]*person, len(handles))
	for i, h := range handles {
		people[i] = w.as(t, h)
	}
	return people
}

// switchTo switches the deployment's strategy.
func (w *checked) switchTo(ctx context.Context, s timelinev1.Strategy) error {
	_, err := w.operator.timeline.SetPolicy(ctx, &timelinev1.SetPolicyRequest{Policy: &timelinev1.Policy{Strategy: s, Threshold: w.hybrid}})
	return err
}

// moved waits until all edges are where the strategy wants them.
func (w *checked) moved(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Minute); ; {
		p, err := w.operator.timeline.GetPolicy(t.Context(), &timelinev1.GetPolicyRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if p.GetSettledAt() != nil || p.GetSwitchedAt() == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the edges are still being moved", p)
		}
		<-time.After(50 * time.Millisecond)
	}
}

// busy has people post and read all the time until the test ends, slowly enough for
// edges to be moved beside that wherever the tests run.
func (w *checked) busy(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() {
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				done <- nil
				return
			case <-tick.C:
			}
			if err := w.postAndRead(ctx); err != nil && ctx.Err() == nil {
				done <- err
				return
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error("somebody could not post or read:", err)
		}
	})
}

func (w *checked) postAndRead(ctx context.Context) error {
	p, err := w.account(ctx, fmt.Sprint("w_", 1+rand.IntN(w.people)))
	if err != nil {
		return err
	}
	if _, err := p.posts.CreatePost(ctx, &postv1.CreatePostRequest{Text: "in between", IdempotencyKey: uuid.NewString()}); err != nil {
		return err
	}
	_, err = p.timeline.GetHomeTimeline(ctx, &timelinev1.GetHomeTimelineRequest{})
	return err
}

// audited compares timelines with their definition.
func (w *checked) audited(t *testing.T, sample int) {
	t.Helper()
	readers := 0
	err := w.app.Audit(t.Context(), sample, func(f audit.Finding) {
		readers++
		if f.Wrong() {
			t.Errorf("the timeline of %s lacks %v and has too much %v", f.Reader, f.Missing, f.Extra)
		}
	})
	if err != nil || readers == 0 {
		t.Error(readers, "timelines were compared,", err)
	}
}
