package timeline_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/graph"
	graphpg "github.com/throng-social/throng/internal/graph/pgstore"
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

const (
	// population is how many people a world has; a history takes some of them.
	population = 5
	// processes is how many operations there may be under way. Each has a process
	// to itself, with its own caches and its own idea of the policy in force, so
	// that none waits in memory for one that was told to stop.
	processes = 4
)

// world is a deployment on a database of its own. Histories happen in it one
// after the other, each from the beginning.
type world struct {
	sql *pgxpool.Pool
	db  *postgres.DB
	// tables have the timelines where they are in DynamoDB; nil where they are not.
	tables    *tables
	queue     *queue.Publisher
	pages     page.Sealer
	processes []*process
	// people ascend by id, so that a history runs the same way in every world.
	people []uuid.UUID
}

// process is one of the deployment, with an operation under way or none.
type process struct {
	users    *user.Service
	graph    *graph.Service
	posts    *post.Service
	timeline *timeline.Service
	handlers queue.Handlers
	busy     bool
	// push is what a push costs here, where a pull costs 1.
	push float64
}

// believe makes the process go by given costs, not by what it measures: so a
// history runs the same way on every machine.
func (p *process) believe() { timeline.FixCosts(p.timeline, p.push, 1) }

func newWorld(t *testing.T) *world {
	t.Helper()
	d, log := pgtest.New(t), slog.New(slog.DiscardHandler)
	w := &world{pages: page.NewSealer(make([]byte, 32))}
	var err error
	c := d.Config(2*processes + 2)
	c.Tracer = stops{}
	if w.db, err = postgres.Open(t.Context(), c, log); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.db.Close)
	if w.sql, err = pgxpool.New(t.Context(), d.Writer); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.sql.Close)
	w.queue = queue.NewPublisher()
	for range processes {
		p := &process{}
		p.users = user.New(user.Deps{DB: w.db, Events: w.queue, Pages: w.pages, Secret: make([]byte, 32), Limits: user.NoLimits(), Log: log})
		p.graph = graph.New(graph.Deps{Store: graphpg.New(w.db, w.queue), Users: p.users, Pages: w.pages})
		p.posts = post.New(post.Deps{Store: poststore.New(w.db, w.queue), Pages: w.pages, Log: log})
		w.processes = append(w.processes, p)
	}
	w.populate(t)
	return w
}

func (w *world) populate(t *testing.T) {
	t.Helper()
	req := &userv1.ResolveHandlesRequest{CreateMissing: true}
	for i := range population {
		req.Handles = append(req.Handles, fmt.Sprintf("person_%d", i))
	}
	res, err := w.processes[0].users.ResolveHandles(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range res.GetUserIds() {
		w.people = append(w.people, uuid.MustParse(u))
	}
	slices.SortFunc(w.people, compare)
}

// everything but people is forgotten between two histories.
const forget = `
DELETE FROM timeline_entries; DELETE FROM timeline_edges; DELETE FROM timeline_readers; DELETE FROM timeline_epochs;
DELETE FROM timeline_authors; DELETE FROM timeline_policy; DELETE FROM timeline_costs;
DELETE FROM graph_follows; DELETE FROM graph_blocks; DELETE FROM graph_counts;
DELETE FROM posts; DELETE FROM river_job;`

// restart empties the world and starts its processes anew.
func (w *world) restart(ctx context.Context, c timeline.Config, push float64, now func() time.Time) error {
	if w.tables != nil {
		if err := w.tables.forget(ctx); err != nil {
			return err
		}
	}
	for _, p := range w.processes {
		p.timeline = timeline.New(timeline.Deps{
			Store: w.store(), Users: p.users, Graph: p.graph, Posts: p.posts, Pages: w.pages,
			Config: c, Log: slog.New(slog.DiscardHandler), Now: now,
		})
		p.handlers, p.push = p.timeline.Handlers(), push
		p.believe()
		timeline.LimitCopies(p.timeline, 1+c.Keep/2)
	}
	_, err := w.sql.Exec(ctx, forget)
	return err
}

// store is what a process has anew.
func (w *world) store() timeline.Store {
	if w.tables != nil {
		return w.tables.store()
	}
	return pgstore.New(w.db, w.queue)
}
