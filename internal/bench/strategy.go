package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/timeline/policy"
)

// manner is a strategy, with the state of edges that it leads to.
type manner struct {
	strategy, state string
	// arrange makes that state of one in which every edge is push.
	arrange string
}

func manners() []manner {
	return []manner{
		{"push", "every edge written", ""},
		{"pull", "every log read", ""},
		{"hybrid", "the tenth of the authors with the most followers pulled", `INSERT INTO timeline_epochs (author_id, epoch, pulled)
SELECT author_id, 1, true FROM timeline_edges GROUP BY author_id ORDER BY count(*) DESC, author_id LIMIT (SELECT count(DISTINCT author_id) / 10 FROM timeline_edges)`},
		{"adaptive", "a third of the edges pulled", `UPDATE timeline_edges SET mode = 1 WHERE hashtext(author_id::text || reader_id::text) % 3 = 0`},
	}
}

const restore = `DELETE FROM timeline_epochs; UPDATE timeline_edges SET mode = 3 WHERE mode <> 3`

// strategyRows reads home timelines under each strategy, over HTTP, against the
// same bare handler.
func strategyRows(ctx context.Context, w *world, o options, r *report) error {
	for _, m := range manners() {
		if err := strategyRow(ctx, w, o, r, m); err != nil {
			return fmt.Errorf("%s: %w", m.strategy, err)
		}
	}
	return nil
}

func strategyRow(ctx context.Context, w *world, o options, r *report, m manner) (err error) {
	if err := w.exec(ctx, m.arrange); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.exec(context.WithoutCancel(ctx), restore)) }()
	s := w.settings
	s.Timeline.Strategy = m.strategy
	h, err := newHome(ctx, w, s, true)
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.agree(); err != nil {
		return err
	}
	p, err := h.through(ctx, o, asProtobuf)
	if err != nil {
		return err
	}
	r.pair("reads under "+m.strategy+", through the caches", "calls/s", "", p)
	if p, err = h.cold(ctx, o, asProtobuf); err != nil {
		return err
	}
	r.pair("reads under "+m.strategy+", cold ("+m.state+")", "calls/s", "", p)
	return nil
}

// exec changes the world, on its replica too.
func (w *world) exec(ctx context.Context, sql string) error {
	if sql == "" {
		return nil
	}
	conn, err := pgx.Connect(ctx, w.settings.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, sql); err != nil {
		return err
	}
	return w.pg.CatchUp(ctx)
}

// fewPosts is how many posts are written by people with few followers each.
const fewPosts = 200

// costs has this deployment measure what a push and a pull cost: by fan-outs to
// the star's followers and to few, and by reads that pull more and fewer logs.
func (w *world) costs(ctx context.Context) (policy.Costs, error) {
	pulling := *w
	pulling.settings.Timeline.Strategy = "pull"
	f, err := newFanout(ctx, &pulling)
	if err != nil {
		return policy.Costs{}, err
	}
	for range 3 {
		if _, err := f.ours(ctx); err != nil {
			return policy.Costs{}, errors.Join(err, f.close(ctx))
		}
	}
	if err := f.small(ctx, fewPosts); err != nil {
		return policy.Costs{}, errors.Join(err, f.close(ctx))
	}
	if _, err := closedLoop(ctx, f.app.app.Addr(), w.readers, 3*time.Second, homeIn[asProtobuf].asked); err != nil {
		return policy.Costs{}, errors.Join(err, f.close(ctx))
	}
	p, err := f.app.app.Policy(ctx)
	return policy.Costs{Push: p.GetPushCost().AsDuration().Seconds(), Pull: p.GetPullCost().AsDuration().Seconds()}, errors.Join(err, f.close(ctx))
}
