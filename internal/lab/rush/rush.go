// Package rush lets a crowd rush at one campaign: the load test of the system that
// Throng is measured against, as it was meant.
//
// Everybody has an account, a token and a registration for the campaign before the
// clock starts. From then on each thinks for one to five seconds, does one thing,
// waits for the answer, and thinks again (the closed model of internal/lab/load).
// What that is changes by the clock, from looking around to a final rush of
// check-ins (kind.go). Each answer's body is checked (check.go). A few probes more
// check in and look, as strangers, until the board has it (probe.go): what lies
// between is the board's lag.
//
// When the clock has run down, everything is accounted for (account.go): each
// check-in that was acknowledged is in the campaign's feed once and in its person's
// score, and a recount of the whole campaign finds no difference.
//
// The deployment is private, a Postgres with a replica and one server with its
// worker in a process of its own (stage.go), or one that is running already.
package rush

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
)

// Config says who rushes, and at what.
type Config struct {
	// People are 1 to 9,000.
	People int `json:"people"`
	// Duration is how long the clock runs.
	Duration time.Duration `json:"duration"`
	// Seed decides on what everybody does, and when.
	Seed uint64 `json:"seed"`
	// Least and Most bound how long people think.
	Least time.Duration `json:"thinkLeast"`
	Most  time.Duration `json:"thinkMost"`
	// Boards says where a private deployment ranks leaderboards: memory or redis.
	Boards string `json:"boards,omitempty"`
	// Concurrency bounds the calls at once of a private deployment, as its setting does.
	Concurrency string `json:"concurrency,omitempty"`
	// Probes are those who measure the board's lag, 1 to 100.
	Probes int `json:"probes"`
	// Timeout bounds each call, Every is how often samples are taken, and Drain is how
	// long scores and queues may take after the clock.
	Timeout time.Duration `json:"timeout"`
	Every   time.Duration `json:"every"`
	Drain   time.Duration `json:"drain"`

	// Server is the URL of a running deployment, on this machine, whose database and
	// secret are in Running; a private one is brought up where it is empty.
	Server  string       `json:"-"`
	Running app.Settings `json:"-"`
	// Serve is the command that serves, with settings in its environment.
	Serve []string `json:"-"`
	// Out shows how it goes on.
	Out io.Writer `json:"-"`
}

const (
	maxPeople = 9000
	maxProbes = 100
	leastTick = 100 * time.Millisecond
)

var (
	errPeople = fmt.Errorf("1 to %d people rush, and 1 to %d probes look", maxPeople, maxProbes)
	errServe  = errors.New("a private deployment needs a command that serves, and ranks boards in memory or redis")
	errTimes  = fmt.Errorf("samples are at least %v apart, and what follows the clock may take some time", leastTick)
)

func (c Config) check() error {
	switch {
	case c.People < 1 || c.People > maxPeople || c.Probes < 1 || c.Probes > maxProbes:
		return errPeople
	case c.Server == "" && (len(c.Serve) == 0 || c.Boards != boardsMemory && c.Boards != boardsRedis):
		return errServe
	case c.Every < leastTick || c.Drain <= 0:
		return errTimes
	}
	return c.closed().Check()
}

// closed is the model.
func (c Config) closed() load.Closed {
	return load.Closed{
		Bounds: load.Bounds{Duration: c.Duration, Timeout: c.Timeout},
		Users:  c.People, Least: c.Least, Most: c.Most, Seed: c.Seed,
	}
}

// Run brings everything up, lets the crowd rush, accounts for all, and takes it down.
// What went wrong within the run is among its problems; an error is the end of it.
func Run(ctx context.Context, c Config) (r Result, err error) {
	if err := c.check(); err != nil {
		return r, err
	}
	r = Result{Config: c, Machine: process.Look(ctx), Began: time.Now()}
	s, err := openStage(ctx, c)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	r.Machine.Postgres = s.version
	run := &run{stage: s, work: newWorkload(s), lag: newLag(), sent: load.NewRecorder(), asks: s.client(1), found: &r}
	err = s.whileServing(ctx, run.inOrder)
	r.LoadAfter = process.Look(ctx).Load
	return r, err
}

// run is one under way.
type run struct {
	*stage

	work *workload
	lag  *lag
	// sent is of all that was begun, and how late.
	sent *load.Recorder
	// asks is a client for what only the lab wants to know.
	asks  campaignv1connect.CampaignServiceClient
	found *Result
}

func (r *run) problemf(format string, args ...any) {
	r.found.Problems = append(r.found.Problems, fmt.Sprintf(format, args...))
}

func (r *run) inOrder(ctx context.Context) error {
	s := newSampler(ctx, r)
	if err := s.during(ctx, r.rush); err != nil {
		return err
	}
	r.conclude(s)
	if err := r.account(ctx); err != nil {
		r.problemf("not everything could be accounted for: %v", err)
	}
	return context.Cause(ctx)
}

// rush is what goes on while the clock runs.
func (r *run) rush(ctx context.Context) error {
	r.work.begin()
	g, ctx := errgroup.WithContext(ctx)
	for n := range r.Probes {
		g.Go(func() error { return r.probe(ctx, n) })
	}
	// Each kind has a recorder of its own, too.
	g.Go(func() error { return r.closed().Run(ctx, r.work.act, r.sent) })
	return g.Wait()
}
