package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/app"
	throng "github.com/throng-social/throng/sdk/go"
)

// fanout is the way of a post of somebody with many followers into their
// timelines: ours from the answer to his CreatePost, through the queue and its
// worker, until the last of them has it.
type fanout struct {
	world *world
	app   *running
	star  *throng.Client
	conn  *pgx.Conn
	// author is the star's id; fans are in the order in which they are written to.
	author uuid.UUID
	fans   []uuid.UUID
}

func fanoutRows(ctx context.Context, w *world, o options, r *report) error {
	f, err := newFanout(ctx, w)
	if err != nil {
		return err
	}
	p, err := f.measure(ctx, o)
	if err = errors.Join(err, f.close(ctx)); err != nil {
		return err
	}
	r.pair(fmt.Sprintf("fan-out to %d followers", len(f.fans)), "deliveries/s", "≥ 0.6", p)
	r.notef("Fan-out: from the answer to CreatePost, through the queue and its worker, to the last timeline, %d a transaction; "+
		"the limit is the faster of COPY in as many and in one.", w.settings.Timeline.FanoutPage)
	return nil
}

func newFanout(ctx context.Context, w *world) (*fanout, error) {
	a, err := run(ctx, w, w.settings, "fanout")
	if err != nil {
		return nil, err
	}
	f := &fanout{world: w, app: a}
	if err := f.prepare(ctx); err != nil {
		return nil, errors.Join(err, f.close(ctx))
	}
	return f, nil
}

func (f *fanout) prepare(ctx context.Context) (err error) {
	if f.conn, err = pgx.Connect(ctx, f.world.settings.URL); err != nil {
		return err
	}
	star, err := signIn(ctx, f.app.app, f.conn, starName)
	if err != nil {
		return err
	}
	f.author, f.star = star.id, throng.New(f.app.base(), throng.WithToken(star.access))
	rows, err := f.conn.Query(ctx, "SELECT reader_id FROM timeline_edges WHERE author_id = $1 AND mode = 3 ORDER BY reader_id", f.author)
	if err != nil {
		return err
	}
	f.fans, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return err
}

func (f *fanout) close(ctx context.Context) error {
	if f.conn != nil {
		_ = f.conn.Close(ctx)
	}
	return f.app.stop()
}

// ours posts and answers deliveries a second.
func (f *fanout) ours(ctx context.Context) (float64, error) {
	res, err := f.star.Posts.CreatePost(ctx, &postv1.CreatePostRequest{Text: "hello, everybody", IdempotencyKey: throng.NewIdempotencyKey()})
	if err != nil {
		return 0, err
	}
	post, began := uuid.MustParse(res.GetPost().GetId()), time.Now()
	for there := false; !there; {
		if err := f.conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM timeline_entries WHERE reader_id = $1 AND post_id = $2)", f.fans[len(f.fans)-1], post).Scan(&there); err != nil {
			return 0, err
		}
		time.Sleep(2 * time.Millisecond)
	}
	took := time.Since(began)
	return float64(len(f.fans)) / took.Seconds(), f.delivered(ctx, post)
}

// small has so many people post who have few followers each.
func (f *fanout) small(ctx context.Context, posts int) error {
	for n := range posts {
		author, err := signIn(ctx, f.app.app, f.conn, fmt.Sprint("bench_", n))
		if err != nil {
			return err
		}
		client := throng.New(f.app.base(), throng.WithToken(author.access))
		if _, err := client.Posts.CreatePost(ctx, &postv1.CreatePostRequest{Text: "hello, you", IdempotencyKey: throng.NewIdempotencyKey()}); err != nil {
			return err
		}
	}
	return nil
}

// delivered asserts that every fan has the post.
func (f *fanout) delivered(ctx context.Context, post uuid.UUID) error {
	var n int
	err := f.conn.QueryRow(ctx, `SELECT count(*) FROM timeline_edges d JOIN timeline_entries e ON e.reader_id = d.reader_id AND e.post_id = $2 AND e.author_id = $1
WHERE d.author_id = $1`, f.author, post).Scan(&n)
	if err == nil && n != len(f.fans) {
		err = fmt.Errorf("%d of %d fans have the post", n, len(f.fans))
	}
	return err
}

// bare copies the rows of a new post, once in transactions of the size that ours
// has, once in one, and answers the faster.
func (f *fanout) bare(ctx context.Context) (float64, error) {
	best := 0.0
	for _, atOnce := range []int{f.world.settings.Timeline.FanoutPage, len(f.fans)} {
		var post uuid.UUID
		if err := f.conn.QueryRow(ctx, "SELECT uuid_v7()").Scan(&post); err != nil {
			return 0, err
		}
		rows := make([][]uuid.UUID, len(f.fans))
		for i, fan := range f.fans {
			rows[i] = []uuid.UUID{fan, post, f.author}
		}
		began := time.Now()
		if err := bareCopy(ctx, f.conn, "timeline_entries", []string{"reader_id", "post_id", "author_id"}, rows, atOnce); err != nil {
			return 0, err
		}
		best = max(best, float64(len(rows))/time.Since(began).Seconds())
		if err := f.delivered(ctx, post); err != nil {
			return 0, err
		}
	}
	return best, nil
}

// measure begins with a checkpoint and a round that does not count, so that in
// those that do no side writes whole pages to the log for both.
func (f *fanout) measure(ctx context.Context, o options) (pair, error) {
	if _, err := f.conn.Exec(ctx, "CHECKPOINT"); err != nil {
		return pair{}, err
	}
	ours := func() (float64, error) { return f.ours(ctx) }
	bare := func() (float64, error) { return f.bare(ctx) }
	if _, err := inTurn(1, ours, bare); err != nil {
		return pair{}, err
	}
	return inTurn(o.rounds, ours, bare)
}

// running is a deployment in this process, with a worker.
type running struct {
	app  *app.App
	end  context.CancelFunc
	done chan error
	shut func()
}

func run(ctx context.Context, w *world, s app.Settings, name string) (*running, error) {
	log, closeLog, err := w.logTo(name)
	if err != nil {
		return nil, err
	}
	a, err := app.New(ctx, s, app.Role{Serve: true, Work: true}, log)
	if err != nil {
		closeLog()
		return nil, err
	}
	r := &running{app: a, done: make(chan error, 1), shut: closeLog}
	ctx, r.end = context.WithCancel(ctx)
	go func() { r.done <- a.Run(ctx) }()
	return r, nil
}

func (r *running) base() string { return "http://" + r.app.Addr() }

func (r *running) stop() error {
	r.end()
	err := <-r.done
	r.app.Close()
	r.shut()
	return err
}
