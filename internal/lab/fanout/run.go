package fanout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
)

// run is one under way.
type run struct {
	*stage

	variant  Variant
	url      string
	server   *process.Server
	operator *app.App
	work     *workload
	look     *database.Looker
	show     *screen
	found    Run
}

// runDatabase is the clone that a run has to itself.
const runDatabase = "run"

// measure runs a variant from a fresh clone to the audit.
func measure(ctx context.Context, s *stage, v Variant, show *screen) (Run, error) {
	r := &run{stage: s, variant: v, show: show, found: Run{Variant: v}}
	show.phase(v, "cloning the world")
	var err error
	if r.url, err = s.clone(ctx, runDatabase); err != nil {
		return r.found, err
	}
	err = r.withServer(ctx)
	return r.found, errors.Join(err, s.drop(context.WithoutCancel(ctx), runDatabase))
}

// withServer opens all that a run needs, and closes it.
func (r *run) withServer(ctx context.Context) (err error) {
	if r.operator, err = r.stage.operator(ctx, r.url); err != nil {
		return err
	}
	defer r.operator.Close()
	if r.look, err = database.Watch(ctx, r.url); err != nil {
		return err
	}
	defer r.look.Close(ctx)
	if err := r.operator.SetPolicy(ctx, r.variant.Strategy, r.variant.Threshold); err != nil {
		return err
	}
	if r.server, err = r.serve(ctx, r.variant, r.url); err != nil {
		return err
	}
	r.work = newWorkload(r.stage, r.variant, r.server.Base)
	err = r.phases(ctx)
	err = errors.Join(err, r.server.Stop())
	r.found.LifeCPU = r.server.Spent().Seconds()
	return err
}

// phases are the run's, in order. When the server ends, so do they.
func (r *run) phases(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-r.server.Ended():
			cancel(r.server.Fell())
		case <-ctx.Done():
		}
	}()
	err := r.inOrder(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

func (r *run) inOrder(ctx context.Context) error {
	start, err := scrape(ctx, r.server.Client, r.server.Base)
	if err != nil {
		return err
	}
	r.problem(start.missing()...)
	if err := r.settle(ctx); err != nil {
		return err
	}
	if err := r.warmUp(ctx); err != nil {
		return err
	}
	before, err := scrape(ctx, r.server.Client, r.server.Base)
	if err != nil {
		return err
	}
	r.found.Moving = workBetween(start, before)
	if err := r.count(ctx, before); err != nil {
		return err
	}
	return r.audit(ctx)
}

func (r *run) problem(what ...string) { r.found.Problems = append(r.found.Problems, what...) }

// settle waits until the engine has moved all edges, and the rest of the machine
// has nothing left to do.
func (r *run) settle(ctx context.Context) (err error) {
	began := time.Now()
	settled, err := r.until(ctx, "moving edges", r.Settle, func() (bool, error) {
		p, err := r.operator.Policy(ctx)
		return p.GetSettledAt() != nil, err
	})
	if err != nil {
		return err
	}
	r.found.Settled = time.Since(began).Seconds()
	if !settled {
		r.problem(fmt.Sprintf("edges were still being moved when the load began, after %v", r.Settle))
	}
	if r.found.Edges, err = database.EdgeModes(ctx, r.url); err != nil {
		return err
	}
	return database.Checkpoint(ctx, r.pg.WriterURL(maintenance))
}

// warmUp makes load that counts for nothing.
func (r *run) warmUp(ctx context.Context) error {
	if r.WarmUp <= 0 {
		return nil
	}
	r.show.phase(r.variant, "warming up")
	return r.load(ctx, phase{warming, r.WarmUp}, load.NewRecorder(), load.NewRecorder())
}

// load makes both kinds of calls at once.
func (r *run) load(ctx context.Context, p phase, reads, writes *load.Recorder) error {
	r.work.phase = p.seed
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return r.reading(p.length, p.seed).Run(ctx, r.work.look, reads) })
	g.Go(func() error { return r.writing(p.length, p.seed).Run(ctx, r.work.write, writes) })
	return g.Wait()
}

// count is the load that counts, until its last consequence.
func (r *run) count(ctx context.Context, before metrics) (err error) {
	if r.found.Before, err = r.look.Size(ctx); err != nil {
		return err
	}
	spentByPostgres, unknownTime := r.postgresTime()
	spentHere := process.OwnTime()
	s := newSampler(r, before)
	if err := s.during(ctx, func(ctx context.Context) error {
		return r.load(ctx, phase{measured, r.Duration}, s.reads, s.writes)
	}); err != nil {
		return err
	}
	r.found.GeneratorCPU = (process.OwnTime() - spentHere).Seconds()
	if err := r.drain(ctx); err != nil {
		return err
	}
	after, err := scrape(ctx, r.server.Client, r.server.Base)
	if err != nil {
		return err
	}
	r.found.ServerCPU = after.since(before, metricCPU)
	if end, err := r.postgresTime(); err == nil && unknownTime == nil {
		spent := (end - spentByPostgres).Seconds()
		r.found.PostgresCPU = &spent
	} else {
		r.problem(errors.Join(unknownTime, err).Error())
	}
	return r.conclude(ctx, s, workBetween(before, after))
}

// conclude takes in what the whole load came to.
func (r *run) conclude(ctx context.Context, s *sampler, w Work) (err error) {
	reads, writes := s.reads.Total(), s.writes.Total()
	r.problem(problemsOf("reads", reads)...)
	r.problem(problemsOf("writes", writes)...)
	r.found.Read, r.found.Write, r.found.Samples, r.found.Work = callsOf(reads), callsOf(writes), s.samples, w
	for _, sample := range s.samples {
		if number(sample.Missing) > 0 {
			r.problem(fmt.Sprintf("at second %.0f the auditor missed a share of %v", sample.Second, *sample.Missing))
		}
	}
	if p, err := r.operator.Policy(ctx); err == nil {
		r.found.PushCost, r.found.PullCost = p.GetPushCost().AsDuration().Seconds(), p.GetPullCost().AsDuration().Seconds()
		r.found.Cost = w.cost(r.found.PushCost, r.found.PullCost)
	}
	if r.found.After, err = r.look.Size(ctx); err != nil {
		return err
	}
	r.found.EdgesEnd, err = database.EdgeModes(ctx, r.url)
	return err
}

// drain waits until all queues are empty.
func (r *run) drain(ctx context.Context) error {
	began := time.Now()
	empty, err := r.until(ctx, "emptying the queues", r.Drain, func() (bool, error) {
		n, err := r.operator.OpenJobs(ctx)
		return n == 0, err
	})
	r.found.Drained = time.Since(began).Seconds()
	if err == nil && !empty {
		r.problem(fmt.Sprintf("the queues were not empty %v after the load", r.Drain))
	}
	return err
}

// audit compares all timelines.
func (r *run) audit(ctx context.Context) error {
	r.show.phase(r.variant, "comparing all timelines")
	began := time.Now()
	checked, missing, extra, err := r.Audit(ctx, r.url)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	r.found.Audit = &Audit{Checked: checked, Missing: missing, Extra: extra, Took: time.Since(began).Seconds()}
	switch {
	case checked == 0:
		r.problem("the auditor compared nothing")
	case missing+extra > 0:
		r.problem(fmt.Sprintf("in %d posts of all timelines %d are missing and %d too much", checked, missing, extra))
	}
	return nil
}

const askEvery = 100 * time.Millisecond

// until asks until the answer is yes or the time is up.
func (r *run) until(ctx context.Context, what string, limit time.Duration, yes func() (bool, error)) (bool, error) {
	began, tick := time.Now(), time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		ok, err := yes()
		if ok || err != nil || time.Since(began) >= limit {
			return ok, err
		}
		r.show.phase(r.variant, fmt.Sprintf("%s, %.0f s", what, time.Since(began).Seconds()))
		select {
		case <-ctx.Done():
			return false, context.Cause(ctx)
		case <-tick.C:
		}
	}
}
