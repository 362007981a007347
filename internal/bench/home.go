package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/proto"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/gen/go/throng/timeline/v1/timelinev1connect"
	"github.com/throng-social/throng/internal/app"
	throng "github.com/throng-social/throng/sdk/go"
)

// home is the read of a home timeline over HTTP: `throng serve` against a bare
// handler, each in a process of its own. Both read from the replica.
type home struct {
	world      *world
	ours, bare *side
	// posts are some of those that readers see.
	posts []string
	// settings are ours; how is whether answers may differ in how they came about.
	settings app.Settings
	how      bool
}

// homeMethod is what both sides are asked.
const homeMethod = timelinev1connect.TimelineServiceGetHomeTimelineProcedure

// homeIn asks for the first page of a home timeline.
var homeIn = map[codec]question{
	asJSON:     {asJSON, homeMethod, `{"pageSize":20}`},
	asProtobuf: {asProtobuf, homeMethod, "\x08\x14"},
}

const (
	// compared is for how many readers the two sides' answers are compared.
	compared = 200
	// openRate is calls a second in the open loop.
	openRate = 1000
	// likeRate is writes a second beside the reads, where there are any.
	likeRate = 50
)

func homeRows(ctx context.Context, w *world, o options, r *report) error {
	h, err := newHome(ctx, w, w.settings, false)
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.agree(); err != nil {
		return err
	}
	for _, kind := range []codec{asJSON, asProtobuf} {
		p, err := h.through(ctx, o, kind)
		if err != nil {
			return err
		}
		r.pair("home timeline, "+kind.name+", through the caches", "calls/s", "≥ 0.7", p)
		if p, err = h.cold(ctx, o, kind); err != nil {
			return err
		}
		r.pair("home timeline, "+kind.name+", cold", "calls/s", "", p)
	}
	p, err := h.besideWrites(ctx, o)
	if err != nil {
		return err
	}
	r.pair(fmt.Sprintf("home timeline, JSON, beside %d likes/s", likeRate), "calls/s", "", p)
	return h.latencies(ctx, o, r)
}

func newHome(ctx context.Context, w *world, s app.Settings, how bool) (*home, error) {
	h := &home{world: w, settings: s, how: how}
	var err error
	if h.ours, err = startSide(ctx, h.order(false)); err != nil {
		return nil, err
	}
	if h.bare, err = startSide(ctx, h.order(true)); err != nil {
		return nil, errors.Join(err, h.ours.stop())
	}
	return h, nil
}

func (h *home) order(bare bool) order {
	o := order{Settings: h.settings, Log: filepath.Join(h.world.dir, "serve.log")}
	if bare {
		o.Bare = bareHomeSide
	}
	return o
}

func (h *home) close() { _ = errors.Join(h.ours.stop(), h.bare.stop()) }

// agree asserts that both sides answer the same, but for how old the answer is.
func (h *home) agree() error {
	ours, err := dial(h.ours.addr)
	if err != nil {
		return err
	}
	defer ours.conn.Close()
	bare, err := dial(h.bare.addr)
	if err != nil {
		return err
	}
	defer bare.conn.Close()
	for i, r := range h.world.readers[:min(compared, len(h.world.readers))] {
		kind := []codec{asJSON, asProtobuf}[i%2]
		one, err := ours.read(r, kind)
		if err != nil {
			return err
		}
		other, err := bare.read(r, kind)
		if err != nil {
			return err
		}
		if h.how {
			forgetHow(one)
			forgetHow(other)
		}
		if len(one.GetItems()) != pageSize || !proto.Equal(one, other) {
			return fmt.Errorf("the answers for reader %s differ:\n%v\n%v", r.id, one, other)
		}
		for _, item := range one.GetItems() {
			h.posts = append(h.posts, item.GetPost().GetId())
		}
	}
	return nil
}

// forgetHow leaves of an answer what it says, not how it came about.
func forgetHow(res *timelinev1.GetHomeTimelineResponse) {
	res.Freshness = nil
	for _, item := range res.GetItems() {
		item.Why = timelinev1.Why_WHY_UNSPECIFIED
	}
}

func (c *client) read(r *reader, kind codec) (*timelinev1.GetHomeTimelineResponse, error) {
	res := &timelinev1.GetHomeTimelineResponse{}
	err := c.fetch(r, homeIn[kind], res)
	if f := res.GetFreshness(); f != nil {
		f.Age = nil
	}
	return res, err
}

// through measures calls a second in a closed loop with caches as they come: the
// first loops fill them and do not count.
func (h *home) through(ctx context.Context, o options, kind codec) (pair, error) {
	ours := func() (float64, error) {
		return closedLoop(ctx, h.ours.addr, h.world.readers, o.length, homeIn[kind].asked)
	}
	bare := func() (float64, error) {
		return closedLoop(ctx, h.bare.addr, h.world.readers, o.length, homeIn[kind].asked)
	}
	for _, warm := range []func() (float64, error){ours, bare} {
		if _, err := warm(); err != nil {
			return pair{}, err
		}
	}
	if err := o.profiles("home-"+kind.name, h.ours, h.bare); err != nil {
		return pair{}, err
	}
	return inTurn(o.rounds, ours, bare)
}

// cold measures the first call of each reader after a start. Strangers, who share
// no account and no post with the readers, have warmed up everything else.
func (h *home) cold(ctx context.Context, o options, kind codec) (pair, error) {
	first := func(bare bool) func() (float64, error) {
		return func() (float64, error) {
			s, err := startSide(ctx, h.order(bare))
			if err != nil {
				return 0, err
			}
			defer s.stop() //nolint:errcheck // it has answered all that it was asked
			if _, err := closedLoop(ctx, s.addr, h.world.strangers, o.length/4, homeIn[kind].asked); err != nil {
				return 0, err
			}
			if o.profile != "" && !bare {
				if err := s.profile(filepath.Join(o.profile, "cold-"+kind.name+".ours.pprof"), time.Second); err != nil {
					return 0, err
				}
			}
			return onceEach(ctx, s.addr, h.world.readers, homeIn[kind].asked)
		}
	}
	return inTurn(o.rounds, first(false), first(true))
}

// besideWrites is through the caches while strangers like and unlike what readers
// see, during the rounds of both sides. The likes go through ours.
func (h *home) besideWrites(ctx context.Context, o options) (pair, error) {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- h.like(ctx) }()
	p, err := h.through(ctx, options{rounds: o.rounds, length: o.length}, asJSON)
	stop()
	if wrong := <-done; err == nil {
		err = wrong
	}
	return p, err
}

func (h *home) like(ctx context.Context) error {
	fans := make([]*throng.Client, 4)
	for i := range fans {
		fans[i] = throng.New("http://"+h.ours.addr, throng.WithToken(h.world.strangers[i].access))
	}
	tick := time.NewTicker(time.Second / likeRate)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		post := h.posts[rand.IntN(len(h.posts))]
		_, err := fans[i%len(fans)].Posts.LikePost(ctx, &postv1.LikePostRequest{PostId: post})
		if err == nil && i%2 == 1 {
			_, err = fans[i%len(fans)].Posts.UnlikePost(ctx, &postv1.UnlikePostRequest{PostId: post})
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// latencies measures an open loop.
func (h *home) latencies(ctx context.Context, o options, r *report) error {
	for _, kind := range []codec{asJSON, asProtobuf} {
		ours, err := openLoop(ctx, h.ours.addr, h.world.readers, openRate, 2*o.length, homeIn[kind].asked)
		if err != nil {
			return err
		}
		bare, err := openLoop(ctx, h.bare.addr, h.world.readers, openRate, 2*o.length, homeIn[kind].asked)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("home timeline, %s, at %d calls/s, ", kind.name, openRate)
		r.add(row{name: name + "p50", unit: "ms", ours: milliseconds(ours.p50), limit: milliseconds(bare.p50)})
		r.add(row{name: name + "p99", unit: "ms", ours: milliseconds(ours.p99), limit: milliseconds(bare.p99), goal: "< 20 ms"})
		if ours.refused > 0 {
			r.notef("Home timeline, %s, at %d calls/s: %d of %d were refused, as the machine had no time for them; the figures are of the others.", kind.name, openRate, ours.refused, ours.asked)
		}
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
