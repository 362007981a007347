package database_test

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/world"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

func made(t *testing.T, s world.Spec) *world.World {
	t.Helper()
	w, err := world.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func stored(t *testing.T, db pgtest.DB, w *world.World, force bool) {
	t.Helper()
	if err := database.Store(t.Context(), db.Writer, w, database.Options{Force: force, Out: t.Output()}); err != nil {
		t.Fatal(err)
	}
}

func connected(t *testing.T, db pgtest.DB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), db.Writer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func ask[T any](t *testing.T, conn *pgx.Conn, query string, args ...any) []T {
	t.Helper()
	rows, err := conn.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// operator is an app of the deployment that serves nothing.
func operator(t *testing.T, db pgtest.DB) *app.App {
	t.Helper()
	var s app.Settings
	parser, err := kong.New(&s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(nil); err != nil {
		t.Fatal(err)
	}
	s.URL, s.Readers, s.MediaDir, s.Secret = db.Writer, db.Readers, t.TempDir(), hex.EncodeToString(make([]byte, 32))
	a, err := app.New(t.Context(), s.Operator(), app.Role{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

func recounts(t *testing.T, db pgtest.DB) {
	t.Helper()
	var out strings.Builder
	err := operator(t, db).Recount(t.Context(), "", &out)
	nouns := strings.Split(strings.TrimSpace(out.String()), "\n")
	wrong := slices.DeleteFunc(nouns, func(line string) bool { return strings.HasSuffix(line, ": 0 differences") })
	if err != nil || out.Len() == 0 || len(wrong) > 0 {
		t.Errorf("%v: %s", err, &out)
	}
}

const indexes = `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('graph_follows', 'timeline_edges') ORDER BY 1`

func TestALoadedWorldIsWhatTheServicesWouldHaveMade(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	conn := connected(t, db)
	before := ask[string](t, conn, indexes)
	w := made(t, world.Spec{People: 400, Seed: 3, Star: 400, Posts: 2})
	stored(t, db, w, false)
	recounts(t, db)
	if after := ask[string](t, conn, indexes); len(before) < 4 || !slices.Equal(before, after) {
		t.Errorf("the indexes are now\n%s\nnot\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
	for person := range w.Size() {
		var want []uuid.UUID
		for _, followee := range w.Following(person) {
			want = append(want, w.ID(int(followee)))
		}
		if got := ask[uuid.UUID](t, conn, "SELECT followee_id FROM graph_follows WHERE follower_id = $1 ORDER BY 1", w.ID(person)); !slices.Equal(got, want) {
			t.Fatalf("person %d follows %d accounts in the database, %d in the world", person, len(got), len(want))
		}
		if got := ask[string](t, conn, "SELECT handle FROM users WHERE id = $1", w.ID(person)); len(got) != 1 || got[0] != w.Handle(person) {
			t.Fatalf("person %d has the handle %v", person, got)
		}
	}
	odd := ask[int](t, conn, `SELECT count(*)::int FROM timeline_edges e LEFT JOIN graph_follows f ON f.followee_id = e.author_id AND f.follower_id = e.reader_id
		WHERE e.mode <> 1 OR e.since IS DISTINCT FROM (extract(EPOCH FROM f.created_at) * 1000000)::bigint`)
	if odd[0] != 0 {
		t.Errorf("%d edges are not those of a new follow", odd[0])
	}
	if posts := ask[int](t, conn, "SELECT count(*)::int FROM posts"); posts[0] != 802 {
		t.Errorf("%d posts were written before, want 802", posts[0])
	}
}

func TestTimelinesOfALoadedWorldAreTheirDefinition(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	w := made(t, world.Spec{People: 150, Seed: 8, Posts: 3})
	stored(t, db, w, false)
	readers, posts, wrong := 0, 0, 0
	err := operator(t, db).Audit(t.Context(), 0, func(f audit.Finding) {
		readers, posts = readers+1, posts+f.Posts
		if f.Wrong() {
			wrong++
		}
	})
	if err != nil || readers != 150 || posts == 0 || wrong != 0 {
		t.Errorf("%v; %d of %d timelines with %d posts are wrong", err, wrong, readers, posts)
	}
}

func TestADatabaseWithAccountsIsLeftAloneUnlessForced(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	conn := connected(t, db)
	one, two := made(t, world.Spec{People: 120, Seed: 1}), made(t, world.Spec{People: 130, Seed: 2})
	stored(t, db, one, false)
	if err := database.Store(t.Context(), db.Writer, two, database.Options{}); !errors.Is(err, database.ErrNotEmpty) {
		t.Fatal("a second world:", err)
	}
	if n := ask[int](t, conn, "SELECT count(*)::int FROM users"); n[0] != 120 {
		t.Errorf("there are %d people after the refusal", n[0])
	}
	stored(t, db, two, true)
	if n := ask[int](t, conn, "SELECT count(*)::int FROM graph_follows"); n[0] != one.Follows()+two.Follows() {
		t.Errorf("there are %d follows, want %d", n[0], one.Follows()+two.Follows())
	}
	recounts(t, db)
	if err := database.Store(t.Context(), db.Writer, two, database.Options{Force: true}); err == nil {
		t.Error("the same world was loaded twice")
	}
	recounts(t, db)
}

func TestALoadThatIsInterruptedLeavesNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	conn := connected(t, db)
	before := ask[string](t, conn, indexes)
	ctx, cancel := context.WithCancel(t.Context())
	err := database.Store(ctx, db.Writer, made(t, world.Spec{People: 600, Seed: 1}), database.Options{Out: endOn{"graph_follows_pkey", cancel}})
	if err == nil {
		t.Fatal("it was not interrupted")
	}
	if n := ask[int](t, conn, "SELECT (SELECT count(*) FROM users)::int + (SELECT count(*) FROM graph_follows)::int"); n[0] != 0 {
		t.Errorf("%d rows were left", n[0])
	}
	if after := ask[string](t, conn, indexes); !slices.Equal(before, after) {
		t.Errorf("the indexes that were left are %v", after)
	}
	stored(t, db, made(t, world.Spec{People: 600, Seed: 1}), false)
	recounts(t, db)
}

// endOn ends something when a word is written.
type endOn struct {
	word string
	end  func()
}

func (e endOn) Write(p []byte) (int, error) {
	if strings.Contains(string(p), e.word) {
		e.end()
	}
	return len(p), nil
}

func TestADatabaseWithoutTheSchemaIsRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if _, err := connected(t, db).Exec(t.Context(), "DROP SCHEMA public CASCADE"); err != nil {
		t.Fatal(err)
	}
	err := database.Store(t.Context(), db.Writer, made(t, world.Spec{People: 101}), database.Options{})
	if err == nil || !strings.Contains(err.Error(), "throng migrate") {
		t.Error(err)
	}
}

func TestTheEngineKnowsTheRatesItWasTaught(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	conn := connected(t, db)
	w := made(t, world.Spec{People: 300, Seed: 5})
	stored(t, db, w, false)
	pace := database.Pace{Views: 20, Posts: 2}
	for range 2 {
		if err := database.Teach(t.Context(), db.Writer, w, pace); err != nil {
			t.Fatal(err)
		}
	}
	for person := range w.Size() {
		// The engine's own reckoning of a rate, of the moment of the last look.
		views := ask[float64](t, conn, "SELECT timeline_rate(views, viewed_at, since, viewed_at) FROM timeline_readers WHERE reader_id = $1", w.ID(person))
		posts := ask[float64](t, conn, "SELECT timeline_rate(posted, counted_at, since, counted_at) FROM timeline_authors WHERE author_id = $1", w.ID(person))
		for _, c := range []struct {
			what      string
			got, rate float64
		}{{"looks", views[0], pace.Views * w.Views.Of(person)}, {"posts", posts[0], pace.Posts * w.Writes.Of(person)}} {
			if want := (14*c.rate + 0.5) / 14.5; math.Abs(c.got-want) > 0.01+want/20 {
				t.Fatalf("person %d %s %v a day, want about %v", person, c.what, c.got, want)
			}
		}
	}
}

func TestACloneHasEverythingAndIsApart(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	w := made(t, world.Spec{People: 200, Seed: 1})
	stored(t, db, w, false)
	admin, name := db.Server.WriterURL("postgres"), db.Name+"_clone"
	if err := database.Clone(t.Context(), admin, db.Name, name); err != nil {
		t.Fatal(err)
	}
	clone := pgtest.DB{Writer: db.Server.WriterURL(name)}
	conn, err := pgx.Connect(t.Context(), clone.Writer)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if m, err := database.EdgeModes(t.Context(), clone.Writer); err != nil || m.Edges != int64(w.Follows()) || m.Pushed != 0 {
		t.Errorf("the clone has %+v, %v", m, err)
	}
	look, err := database.Watch(t.Context(), clone.Writer)
	if err != nil {
		t.Fatal(err)
	}
	defer look.Close(t.Context())
	if s, err := look.Size(t.Context()); err != nil || s.Bytes < int64(w.Follows())*100 || s.Entries >= s.Bytes {
		t.Errorf("its timelines take %+v, %v", s, err)
	}
	if _, err := conn.Exec(t.Context(), "DELETE FROM timeline_edges"); err != nil {
		t.Fatal(err)
	}
	if m, err := database.EdgeModes(t.Context(), db.Writer); err != nil || m.Edges != int64(w.Follows()) {
		t.Errorf("the original has %+v, %v", m, err)
	}
	for range 2 {
		if err := database.Drop(t.Context(), admin, name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pgx.Connect(t.Context(), clone.Writer); err == nil {
		t.Error("the clone is still there")
	}
}

func TestADatabaseCanBeRenamed(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	admin, other := db.Server.WriterURL("postgres"), db.Name+"_other"
	for _, step := range []struct{ from, to string }{{db.Name, other}, {other, db.Name}} {
		if err := database.Rename(t.Context(), admin, step.from, step.to); err != nil {
			t.Fatal(err)
		}
		there, version, err := database.Exists(t.Context(), admin, step.to)
		gone, _, _ := database.Exists(t.Context(), admin, step.from)
		if err != nil || !there || gone || version == "" {
			t.Errorf("%v: %s is there: %v, %s: %v, of version %q", err, step.to, there, step.from, gone, version)
		}
	}
}

func TestTheRoomThatAWorldNeedsGrowsWithIt(t *testing.T) {
	t.Parallel()
	small, large := database.Disk(made(t, world.Spec{People: 200})), database.Disk(made(t, world.Spec{People: 2000, Posts: 1}))
	if small < 5<<20 || large < 5*small || large > 50*small {
		t.Errorf("%d and %d bytes", small, large)
	}
}
