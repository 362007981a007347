// Package fanout compares the strategies of home timelines on one world.
//
// Every strategy gets the same: a clone of a database in which a world was loaded
// (internal/lab/world), on a private Postgres; a server with its worker, in a
// process of its own, which is this program's own `serve`; the same people who
// look and post at the same moments, in the open model of internal/lab/load. What
// differs is the strategy that is set, and so what it costs.
//
// A run (run.go) goes through phases. The strategy is switched to, and the engine
// moves the world's edges to where it wants them, until that is done or takes too
// long. Load warms everything up, and then counts: latencies as people see them,
// entries delivered and logs pulled as the server counts them, processor time and
// bytes on disk. When the load is over, the queues are emptied, which counts as
// well: a strategy that puts work off has to do it in the end. Last, every
// timeline is compared with its definition.
//
// All answers are checked (workload.go): who is on a page, in what order, and
// that everybody sees his own posts. A metric that the server does not export is
// named as a problem and is a gap in the report, never a zero (scrape.go).
package fanout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
	"github.com/throng-social/throng/internal/lab/world"
)

// Auditor compares all timelines of a database with their definition, and answers
// how many posts it compared and how many are missing or too much. Nothing is
// repaired.
type Auditor func(ctx context.Context, url string) (checked, missing, extra int, err error)

// Config says what to compare, and how.
type Config struct {
	World world.Spec `json:"world"`
	// Strategies are of push, pull, hybrid and adaptive.
	Strategies []string `json:"strategies"`
	// Quantiles are those of followers at which hybrid begins to pull an author,
	// 0 to 1; hybrid is run once for each.
	Quantiles []float64 `json:"quantiles"`
	// Reads and Writes are how many a second arrive.
	Reads  float64 `json:"readsASecond"`
	Writes float64 `json:"writesASecond"`
	// Settle bounds how long the engine may move edges before the load.
	Settle time.Duration `json:"settle"`
	// WarmUp is how long load goes on before it counts, Duration how long after.
	WarmUp   time.Duration `json:"warmUp"`
	Duration time.Duration `json:"duration"`
	// Every is how often samples are taken.
	Every time.Duration `json:"every"`
	// Drain bounds how long the queues may take after the load.
	Drain time.Duration `json:"drain"`
	// Timeout, Patience and Concurrency are those of the load.
	Timeout     time.Duration `json:"timeout"`
	Patience    time.Duration `json:"patience"`
	Concurrency int           `json:"concurrency"`
	// Taught has the engine know from the start how often people look and post, as
	// it would after two months at this pace.
	Taught bool `json:"taught"`

	// Serve is the command that serves, with settings in its environment.
	Serve []string `json:"-"`
	// Dir is the data folder, kept between runs, with the loaded world in it; a
	// temporary one where it is empty.
	Dir string `json:"-"`
	// Audit is how timelines are compared at the end.
	Audit Auditor `json:"-"`
	// Out shows how it goes on.
	Out io.Writer `json:"-"`
	// Done is told of each run as it is complete, with all before it.
	Done func(Result) error `json:"-"`
	// Before has runs of an earlier, interrupted comparison of the same
	// configuration, which are not repeated.
	Before []Run `json:"-"`
}

// Bounds of a comparison.
const (
	maxPhase  = 6 * time.Hour
	leastTick = 100 * time.Millisecond
)

var (
	errAuditor = errors.New("a comparison needs an auditor and a command that serves")
	errPhase   = fmt.Errorf("each phase takes at most %v, and the load some time", maxPhase)
)

func (c Config) check() error {
	if c.Audit == nil || len(c.Serve) == 0 {
		return errAuditor
	}
	for _, d := range []time.Duration{c.Settle, c.WarmUp, c.Duration, c.Drain} {
		if d < 0 || d > maxPhase {
			return errPhase
		}
	}
	if c.Duration <= 0 || c.Every < leastTick {
		return errPhase
	}
	return nil
}

// Result is a comparison.
type Result struct {
	Config  Config          `json:"config"`
	World   world.Statement `json:"statement"`
	Machine process.Machine `json:"machine"`
	Began   time.Time       `json:"began"`
	Runs    []Run           `json:"runs"`
}

// Problems are those of all runs.
func (r Result) Problems() []string {
	var all []string
	for _, run := range r.Runs {
		for _, p := range run.Problems {
			all = append(all, run.Variant.Name+": "+p)
		}
	}
	return all
}

// Compare runs every variant in turn, and answers what was found. Whatever went
// wrong within a run is among its problems; an error ends the comparison.
func Compare(ctx context.Context, c Config) (Result, error) {
	if err := c.check(); err != nil {
		return Result{}, err
	}
	w, err := world.New(c.World)
	if err != nil {
		return Result{}, err
	}
	variants, err := Variants(c, w)
	if err != nil {
		return Result{}, err
	}
	r := Result{Config: c, World: w.Statement(), Machine: process.Look(ctx), Began: time.Now()}
	if err := r.World.Write(c.Out); err != nil {
		return r, err
	}
	s, err := openStage(ctx, c, w)
	if err != nil {
		return r, err
	}
	defer s.close()
	r.Machine.Postgres = s.postgres
	show := newScreen(c.Out)
	for _, v := range variants {
		run, done := earlier(c.Before, v)
		if !done {
			if run, err = measure(ctx, s, v, show); err != nil {
				return r, fmt.Errorf("%s: %w", v.Name, err)
			}
		}
		r.Runs = append(r.Runs, run)
		show.run(run)
		if err := c.done(r); err != nil {
			return r, err
		}
	}
	return r, nil
}

func earlier(runs []Run, v Variant) (Run, bool) {
	for _, r := range runs {
		if r.Variant == v {
			return r, true
		}
	}
	return Run{}, false
}

func (c Config) done(r Result) error {
	if c.Done == nil {
		return nil
	}
	return c.Done(r)
}

// pace is how often a person looks and posts a day, in the mean.
func (c Config) pace(w *world.World) database.Pace {
	const day = 24 * 60 * 60
	people := float64(w.Size())
	return database.Pace{Views: c.Reads * day / people, Posts: c.Writes * day / people}
}

// reading and writing are the arrivals of both; the same for every variant.
func (c Config) reading(d time.Duration, seed uint64) load.Open {
	return c.arrivals(c.Reads, d, 2*seed)
}

func (c Config) writing(d time.Duration, seed uint64) load.Open {
	return c.arrivals(c.Writes, d, 2*seed+1)
}

func (c Config) arrivals(rate float64, d time.Duration, seed uint64) load.Open {
	return load.Open{
		Bounds: load.Bounds{Duration: d, Timeout: c.Timeout},
		Rate:   rate, Seed: c.World.Seed<<8 | seed, Concurrency: c.Concurrency, Patience: c.Patience,
	}
}
