package reviews

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/throng-social/throng/internal/lab/deployment"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
)

// Result is what was found. Times are in milliseconds unless their name says otherwise.
type Result struct {
	Config  Config          `json:"config"`
	Machine process.Machine `json:"machine"`
	// LoadAfter is how many processes wanted to run in the last minute of it all.
	LoadAfter string    `json:"loadAfter"`
	Began     time.Time `json:"began"`
	// Problems are what is not as it must be, apart from how long things took.
	Problems []string `json:"problems"`
	// Products is how many there are to read of.
	Products int `json:"products"`
	// Loaded is how the set came in; null where it was there already.
	Loaded *Loaded `json:"loaded"`
	Phases []Phase `json:"phases"`
	Most   []Most  `json:"most"`
	Checks Checks  `json:"checks"`
}

// Loaded is an import through the API, into an empty deployment with all its indexes.
type Loaded struct {
	Products int64   `json:"products"`
	Reviews  int64   `json:"reviews"`
	Seconds  float64 `json:"seconds"`
}

// Phase is a stretch of reads at a rate.
type Phase struct {
	Name   string `json:"name"`
	Writes bool   `json:"writes"`
	// Kinds are the calls, in order: those of reads count from when each was due.
	Kinds [kinds]load.Calls `json:"kinds"`
	// Late is how much later than due the generator began reads, which is in their times.
	Late    load.Late      `json:"generatorLate"`
	CPU     deployment.CPU `json:"cpu"`
	Samples []Sample       `json:"samples"`
}

// Most is how much readers get who do not think.
type Most struct {
	load.Calls

	// Rate is calls that went well a second.
	Rate float64        `json:"rate"`
	CPU  deployment.CPU `json:"cpu"`
}

// Checks is what was written, and what was looked for in answers.
type Checks struct {
	// Answers were checked, Held is of how many something was known that had to be in
	// them.
	Answers int64 `json:"answers"`
	Held    int64 `json:"held"`
	// Products were written to: reviews were added, marks made, and reviews hidden.
	Products int64 `json:"products"`
	Added    int64 `json:"added"`
	Marked   int64 `json:"marked"`
	Hidden   int64 `json:"hidden"`
	// Differences is what a recount of the deployment's reviews found; null without one.
	Differences *int `json:"differences"`
}

// result is what a phase came to.
func (p *phase) result(name string, s *sampler) Phase {
	found := Phase{Name: name, Writes: p.writes, Samples: s.samples, CPU: s.last.Since(s.first, s.last.At.Sub(s.first.At).Seconds())}
	late := load.NewHistogram()
	for k, recorder := range p.recorders {
		total := recorder.Total()
		found.Kinds[k] = load.CallsOf(kindNames[k], total)
		p.erred(name+", "+kindNames[k], total)
		if kind(k) == listing || kind(k) == summing {
			late.Add(total.Lag)
		}
	}
	found.Late = load.LateOf(late)
	if n := p.turns.Total().Count(load.Dropped); n > 0 {
		p.problemf("%s: the generator dropped %d turns of writers", name, n)
	}
	return found
}

// erred notes calls that did not go well, but for some outcomes that may be.
func (r *run) erred(name string, total *load.Result, may ...load.Outcome) {
	r.found.Problems = append(r.found.Problems, total.Failures(name, may...)...)
}

// recount compares the deployment's reviews with their definition.
func (r *run) recount(ctx context.Context) error {
	n, err := r.Recount(ctx, "review")
	if err != nil {
		return err
	}
	r.found.Checks.Differences = &n
	if n != 0 {
		r.problemf("the recount found %d differences", n)
	}
	return nil
}

// errProblems is the error of a result with problems.
var errProblems = errors.New("not everything is as it should be: see the problems in the report")

// Check says what is not as it must be: anything is wrong, stale or an error, or 99 of
// 100 lists or sums of a phase took longer than a limit, if that is above 0.
func (r Result) Check(limit time.Duration) error {
	var errs []error
	if len(r.Problems) > 0 {
		errs = append(errs, errProblems)
	}
	for _, p := range r.Phases {
		for _, c := range p.Kinds[:adding] {
			if limit > 0 && c.P99 > load.Milliseconds(limit) {
				errs = append(errs, fmt.Errorf("%s, %s: 99%% took up to %.1f ms, more than %.0f", p.Name, c.Name, c.P99, load.Milliseconds(limit)))
			}
		}
	}
	return errors.Join(errs...)
}
