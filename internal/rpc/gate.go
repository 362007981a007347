package rpc

import (
	"container/list"
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/throng-social/throng/internal/fault"
)

const (
	// answerTime is what calls ought to take in the mean, where there are as many at once
	// as are let in: then 99 of 100 take about twice as long.
	answerTime = 50 * time.Millisecond
	// window is how often the limit is adapted, and smoothing how much of the way it goes.
	window    = 200 * time.Millisecond
	smoothing = 0.3
	// maxWaiting bounds the calls that wait to be let in, maxApart those that are let in
	// and not counted.
	maxWaiting = 256
	maxApart   = 128
	// patience is how long a call waits to be let in. Where somebody has been waiting all
	// the time for as long as that, it is no burst that will pass: then waiting only makes
	// everybody late, and a call is refused sooner.
	patience      = 500 * time.Millisecond
	shortPatience = 100 * time.Millisecond
	// leastRetry and spreadRetry make the hint when to come back, not for all at once.
	leastRetry  = time.Second
	spreadRetry = time.Second
	// giveWayTime is how long a job, or a hash, gives way to calls, each time it is tried.
	giveWayTime = 100 * time.Millisecond
)

// errOverloaded is what a call is told that is not let in.
var errOverloaded = fault.New(fault.Exhausted, "overloaded", "the service is very busy at the moment; please try again")

// Bounds are between what the number of calls under way at once is adapted.
type Bounds struct{ Least, Most int }

// Gate lets in as many calls at once as the server answers in time, and refuses the
// rest early, the least important first, so that what was let in is worth its while.
//
// How many that are follows from how many it answers: by Little's law so many calls
// a second, each of which takes so long, are their product at once (adapt). Past that
// a call waits for a moment: whoever is more important goes first, and takes the
// place of the least important where too many wait. So a call is refused only when
// those of less importance have been.
type Gate struct {
	bounds Bounds
	apart  chan struct{}
	shed   [importances]prometheus.Counter

	mu sync.Mutex
	// in is how many calls are let in and not answered.
	in    int
	limit float64
	// answered counts those answered in the window that began then.
	answered int
	began    time.Time
	// waiting are the waiters of each importance, oldest first.
	waiting [importances]list.List
	count   int
	// since is when count was last 0.
	since time.Time
	// idle, where a job waits for it, is closed when there is not much to do any more.
	idle chan struct{}
}

// NewGate makes a gate and registers its metrics.
func NewGate(b Bounds, r prometheus.Registerer) *Gate {
	g := &Gate{bounds: b, limit: float64(b.Least), began: time.Now(), apart: make(chan struct{}, maxApart)}
	g.register(r)
	return g
}

// enter lets a call in, or is a fault that says when to come back. Whoever was let in
// leaves once, and tells whether all went well.
func (g *Gate) enter(ctx context.Context, i Importance) (leave func(well bool), err error) {
	if i == Apart {
		return g.enterApart()
	}
	if err := g.await(ctx, i); err != nil {
		return nil, err
	}
	return g.leave, nil
}

func (g *Gate) enterApart() (leave func(bool), err error) {
	select {
	case g.apart <- struct{}{}:
		return func(bool) { <-g.apart }, nil
	default:
		return nil, g.refuse(Apart)
	}
}

// await waits to be let in if it has to.
func (g *Gate) await(ctx context.Context, i Importance) error {
	in, w := g.join(i)
	if w == nil {
		return g.unless(in, i)
	}
	timer := time.NewTimer(w.patience)
	defer timer.Stop()
	select {
	case in = <-w.turn:
	case <-timer.C:
		in = g.part(w)
	case <-ctx.Done():
		if g.part(w) {
			g.leave(false)
		}
		return ctx.Err()
	}
	return g.unless(in, i)
}

// unless is the refusal of a call that is not let in.
func (g *Gate) unless(in bool, i Importance) error {
	if in {
		return nil
	}
	return g.refuse(i)
}

// leave makes room for others.
func (g *Gate) leave(well bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.in--
	if well {
		g.answered++
	}
	g.adapt()
	g.admit()
	if g.idle != nil && !g.busy() {
		close(g.idle)
		g.idle = nil
	}
}

// adapt has as many calls let in as make answerTime in the mean at the present rate
// of answers. Where they take longer, that is fewer than are in; where they take less
// it is more, and more it becomes only as long as that makes more answers. Errors do
// not count, as they may come early.
func (g *Gate) adapt() {
	passed := time.Since(g.began)
	if passed < window {
		return
	}
	rate := float64(g.answered) / passed.Seconds()
	g.limit += smoothing * (rate*answerTime.Seconds() - g.limit)
	g.limit = min(max(g.limit, float64(g.bounds.Least)), float64(g.bounds.Most))
	g.answered, g.began = 0, time.Now()
}

// GiveWay is for jobs: nobody waits for what they do, so it costs the least to put it
// off; and for the hashes of sign-ins, each of which takes as much as a hundred calls of
// those who are signed in. It waits while there is much to do for calls, but for a moment
// at most, so that jobs and sign-ins go on however long that lasts.
func (g *Gate) GiveWay(ctx context.Context) {
	idle := g.untilIdle()
	if idle == nil {
		return
	}
	timer := time.NewTimer(giveWayTime)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (g *Gate) untilIdle() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.busy() {
		return nil
	}
	if g.idle == nil {
		g.idle = make(chan struct{})
	}
	return g.idle
}

// busy is when somebody waits, or there are half as many calls as are always let in.
func (g *Gate) busy() bool { return g.count > 0 || 2*g.in > g.bounds.Least }

func (g *Gate) refuse(i Importance) error {
	g.shed[i].Inc()
	return errOverloaded.After(leastRetry + rand.N(spreadRetry))
}

// register has the gate seen in metrics.
func (g *Gate) register(r prometheus.Registerer) {
	shed := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "throng_rpc_shed_total", Help: "Calls that were refused because the server had enough to do, by importance.",
	}, []string{"importance"})
	for i := range g.shed {
		g.shed[i] = shed.WithLabelValues(Importance(i).String())
	}
	r.MustRegister(shed)
	g.gauge(r, "throng_rpc_limit", "How many calls the server lets in at once, as it is adapted.", func() int { return int(g.limit) })
	g.gauge(r, "throng_rpc_in_flight", "Calls that are let in and not answered.", func() int { return g.in })
	g.gauge(r, "throng_rpc_waiting", "Calls that wait to be let in.", func() int { return g.count })
	g.gauge(r, "throng_rpc_apart", "Calls that hash a password and are not answered.", func() int { return len(g.apart) })
}

func (g *Gate) gauge(r prometheus.Registerer, name, help string, value func() int) {
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
		g.mu.Lock()
		defer g.mu.Unlock()
		return float64(value())
	}))
}
