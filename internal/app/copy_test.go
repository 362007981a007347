package app_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// moving is a deployment that is copied to and fro, with one deployment running at a
// time.
type moving struct {
	db       pgtest.DB
	settings app.Settings
	copied   strings.Builder
}

func newMoving(t *testing.T) *moving {
	t.Helper()
	tables := dynamotest.New(t)
	m := &moving{db: pgtest.New(t), settings: defaults(t)}
	m.settings.URL, m.settings.Secret, m.settings.MediaDir = m.db.Writer, strings.Repeat("00", 32), t.TempDir()
	m.settings.Queue = "river"
	m.settings.Region, m.settings.Prefix, m.settings.DynamoEndpoint = devstack.Region, tables.Prefix, tables.Endpoint
	return m
}

// shaped are settings in which the stores are those of a shape, and nothing else is.
func (m *moving) shaped(stores string) func(*app.Settings) {
	return func(s *app.Settings) {
		pushing(s)
		s.GraphStore, s.PostStore, s.TimelineStore = stores, stores, stores
		s.Region, s.Prefix, s.DynamoEndpoint = m.settings.Region, m.settings.Prefix, m.settings.DynamoEndpoint
	}
}

func (m *moving) copy(t *testing.T, from, to string, replace bool) error {
	t.Helper()
	m.copied.Reset()
	// A look may have left a task to wake somebody, which does no harm.
	o := app.CopyOptions{From: from, To: to, Replace: replace, Force: true, Out: &m.copied}
	return app.Copy(t.Context(), m.settings, o, slog.New(slog.DiscardHandler))
}

// again is somebody as a client of this deployment.
func (d deployment) again(p *person) *person {
	now := d.person(p.tokens.GetAccessToken())
	now.id, now.handle, now.tokens = p.id, p.handle, p.tokens
	return now
}

func TestACommunityMovesToDynamoDBAndBackAndLivesOn(t *testing.T) {
	t.Parallel()
	m := newMoving(t)
	if err := m.copy(t, "one", "one", false); err == nil {
		t.Error("a shape is copied to itself")
	}
	var ann, bob *person
	var posts []string
	t.Run("on Postgres", func(t *testing.T) {
		d := deploy(t, m.db, seams[0], m.shaped("postgres"))
		ann, bob = d.signUp(t), d.signUp(t)
		ann.follow(t, bob)
		d.settled(t)
		posts = append(posts, bob.post(t, "one"))
		d.settled(t)
		soon(t, "the post", func() bool { return slices.Equal(ann.home(t, 10), posts) })
	})
	for i, way := range []struct{ from, to, stores string }{{"one", "aws", "dynamo"}, {"aws", "one", "postgres"}, {"one", "aws", "dynamo"}} {
		if i > 0 {
			if err := m.copy(t, way.from, way.to, false); err == nil || !strings.Contains(err.Error(), "--replace") {
				t.Fatal("a target that has something gives", err)
			}
		}
		if err := m.copy(t, way.from, way.to, i > 0); err != nil {
			t.Fatal(err, &m.copied)
		}
		for _, want := range []string{"0 missing, 0 extra", "graph: 0 differences", "post: 0 differences", "timeline: 0 differences"} {
			if strings.Count(m.copied.String(), want) != 2 {
				t.Fatalf("on two sides it is not said that %q:\n%s", want, &m.copied)
			}
		}
		t.Run("to "+way.stores, func(t *testing.T) {
			d := deploy(t, m.db, seams[0], m.shaped(way.stores))
			ann, bob = d.again(ann), d.again(bob)
			if got := ann.home(t, 10); !slices.Equal(got, posts) {
				t.Fatalf("the timeline is %v, want %v", got, posts)
			}
			d.settled(t) // the look has woken the timeline
			posts = slices.Insert(posts, 0, bob.post(t, "from "+way.stores))
			d.settled(t)
			soon(t, "the new post", func() bool { return slices.Equal(ann.home(t, 10), posts) })
		})
	}
}

func TestACopyIsRefusedWhileMessagesAreToBeHandled(t *testing.T) {
	t.Parallel()
	m := newMoving(t)
	sql, err := pgx.Connect(t.Context(), m.db.Writer)
	if err != nil {
		t.Fatal(err)
	}
	defer sql.Close(t.Context())
	if _, err := sql.Exec(t.Context(), `INSERT INTO river_job (kind, args, max_attempts) VALUES ('timeline.move_reader', '{}', 3)`); err != nil {
		t.Fatal(err)
	}
	o := app.CopyOptions{From: "one", To: "aws", Out: t.Output()}
	if err := app.Copy(t.Context(), m.settings, o, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "1 messages are still") {
		t.Error("got", err)
	}
	o.Force = true
	if err := app.Copy(t.Context(), m.settings, o, slog.New(slog.DiscardHandler)); err != nil {
		t.Error("forced:", err)
	}
}
