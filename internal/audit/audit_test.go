package audit_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/audit/pgsource"
	"github.com/throng-social/throng/internal/graph"
	graphpg "github.com/throng-social/throng/internal/graph/pgstore"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/post"
	poststore "github.com/throng-social/throng/internal/post/pgstore"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/pgstore"
	"github.com/throng-social/throng/internal/user"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

// village is two people, of whom the first follows the second, who has written
// twenty posts an hour ago; all were delivered.
type village struct {
	*audit.Auditor
	sql            *pgxpool.Pool
	log            strings.Builder
	reader, author uuid.UUID
	posts          []uuid.UUID
}

const made = `
WITH people AS (INSERT INTO users (handle) VALUES ('reader'), ('author') RETURNING id, handle),
     r AS (SELECT id FROM people WHERE handle = 'reader'), a AS (SELECT id FROM people WHERE handle = 'author'),
     followed AS (INSERT INTO graph_follows (follower_id, followee_id) SELECT r.id, a.id FROM r, a RETURNING created_at),
     read AS (INSERT INTO timeline_readers (reader_id) SELECT id FROM r),
     edge AS (INSERT INTO timeline_edges (author_id, reader_id, since, mode, generation)
         SELECT a.id, r.id, (extract(EPOCH FROM created_at) * 1000000)::bigint, 3, 1 FROM a, r, followed),
     wrote AS (INSERT INTO posts (id, author_id, text, idempotency_key, request_hash)
         SELECT (lpad(to_hex((extract(EPOCH FROM now()) * 1000)::bigint - 3600000 + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, a.id, 'post', 'key-' || n, '' FROM a, generate_series(1, 20) n
         RETURNING id, author_id),
     written AS (INSERT INTO timeline_entries (reader_id, post_id, author_id) SELECT r.id, wrote.id, wrote.author_id FROM r, wrote)
SELECT r.id, a.id, ARRAY(SELECT id FROM wrote ORDER BY id DESC) FROM r, a`

func newVillage(t *testing.T) *village {
	t.Helper()
	d := pgtest.New(t)
	v := &village{}
	log := slog.New(slog.NewTextHandler(&v.log, &slog.HandlerOptions{Level: slog.LevelError}))
	db, err := postgres.Open(t.Context(), d.Config(0), log)
	must(t, err)
	t.Cleanup(db.Close)
	v.sql, err = pgxpool.New(t.Context(), d.Writer)
	must(t, err)
	t.Cleanup(v.sql.Close)
	must(t, v.sql.QueryRow(t.Context(), made).Scan(&v.reader, &v.author, &v.posts))
	pub := queue.NewPublisher()
	pages := page.NewSealer(make([]byte, 32))
	users := user.New(user.Deps{DB: db, Events: pub, Pages: pages, Secret: make([]byte, 32), Limits: user.NoLimits(), Log: log})
	g := graph.New(graph.Deps{Store: graphpg.New(db, pub), Users: users, Pages: pages})
	p := post.New(post.Deps{Store: poststore.New(db, pub), Pages: pages, Log: log})
	tl := timeline.New(timeline.Deps{
		Store: pgstore.New(db, pub), Users: users, Graph: g, Posts: p, Pages: pages, Log: log,
		Config: timeline.Config{Strategy: "push", Keep: 800, FanoutPage: 100, HeadLife: time.Minute},
	})
	v.Auditor = &audit.Auditor{DB: db, Source: pgsource.New(db), Timeline: tl, Log: log}
	return v
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (v *village) check(t *testing.T) audit.Finding {
	t.Helper()
	f, err := v.Check(t.Context(), v.reader)
	must(t, err)
	return f
}

func (v *village) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := v.sql.Exec(t.Context(), sql, args...)
	must(t, err)
}

// ratio is the share of missing posts that is exported.
func (v *village) ratio(t *testing.T) float64 {
	t.Helper()
	r := prometheus.NewRegistry()
	r.MustRegister(v.Auditor)
	families, err := r.Gather()
	must(t, err)
	for _, f := range families {
		if f.GetName() == "throng_timeline_missing_ratio" {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatal("the ratio is not exported")
	return 0
}

func TestASoundTimelineIsFoundSound(t *testing.T) {
	t.Parallel()
	v := newVillage(t)
	if f := v.check(t); f.Wrong() || f.Posts != len(v.posts) {
		t.Fatalf("found %+v", f)
	}
	must(t, v.Sample(t.Context(), &timelinev1.AuditReaders{}))
	if got := v.ratio(t); got != 0 {
		t.Error("the exported ratio is", got)
	}
	if v.log.Len() > 0 {
		t.Error("an error was logged:", v.log.String())
	}
}

func TestAPostThatWasLostIsCountedThenRepairedAndLoggedAsAnError(t *testing.T) {
	t.Parallel()
	v := newVillage(t)
	lost := v.posts[7]
	v.exec(t, `DELETE FROM timeline_entries WHERE reader_id = $1 AND post_id = $2`, v.reader, lost)
	if f := v.check(t); !slices.Equal(f.Missing, []uuid.UUID{lost}) || len(f.Extra) != 0 {
		t.Fatalf("found %+v", f)
	}
	must(t, v.Sample(t.Context(), &timelinev1.AuditReaders{}))
	// The author's own timeline of twenty posts was sampled as well, and is sound.
	if got := v.ratio(t); got != 0.025 {
		t.Error("the exported ratio is", got)
	}
	if !strings.Contains(v.log.String(), lost.String()) {
		t.Error("no error was logged:", v.log.String())
	}
	if f := v.check(t); f.Wrong() {
		t.Errorf("after the repair it is still wrong: %+v", f)
	}
}

func TestAPostThatDoesNotBelongIsFound(t *testing.T) {
	t.Parallel()
	v := newVillage(t)
	v.exec(t, `DELETE FROM graph_follows`)
	if f := v.check(t); f.Wrong() || f.Posts != 0 {
		t.Fatalf("after an unfollow: %+v", f)
	}
	v.exec(t, `INSERT INTO graph_follows (follower_id, followee_id) VALUES ($1, $2)`, v.reader, v.author)
	// The graph would have ended the follow with the block; here it did not, and the
	// definition knows better.
	v.exec(t, `INSERT INTO graph_blocks (blocker_id, blocked_id) VALUES ($1, $2)`, v.author, v.reader)
	if f := v.check(t); len(f.Extra) != len(v.posts) {
		t.Fatalf("found %+v", f)
	}
}

func TestPostsOfTheLastSecondsMayBeOnTheirWay(t *testing.T) {
	t.Parallel()
	v := newVillage(t)
	v.exec(t, `INSERT INTO posts (author_id, text, idempotency_key, request_hash) VALUES ($1, 'new', 'new', '')`, v.author)
	if f := v.check(t); f.Wrong() {
		t.Fatalf("found %+v", f)
	}
}

func TestAFullAuditGoesThroughEverybodyAndRepairsNothing(t *testing.T) {
	t.Parallel()
	v := newVillage(t)
	v.exec(t, `INSERT INTO users (handle) SELECT 'other_' || n FROM generate_series(1, 1500) n`)
	v.exec(t, `DELETE FROM timeline_entries WHERE post_id = $1`, v.posts[0])
	for _, sample := range []int{0, 0, 2000} {
		readers, wrong := map[uuid.UUID]bool{}, 0
		must(t, v.All(t.Context(), sample, func(f audit.Finding) {
			readers[f.Reader] = true
			if f.Wrong() {
				wrong++
			}
		}))
		if len(readers) != 1502 || wrong != 1 {
			t.Fatalf("%d readers, %d of them wrong", len(readers), wrong)
		}
	}
}
