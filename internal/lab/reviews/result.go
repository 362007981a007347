package reviews

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

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
	Kinds [kinds]Calls `json:"kinds"`
	// Late is how much later than due the generator began reads, which is in their times.
	Late    Late     `json:"generatorLate"`
	CPU     CPU      `json:"cpu"`
	Samples []Sample `json:"samples"`
}

// Most is how much readers get who do not think.
type Most struct {
	Calls

	// Rate is calls that went well a second.
	Rate float64 `json:"rate"`
	CPU  CPU     `json:"cpu"`
}

// Calls is what became of calls of one kind.
type Calls struct {
	Name         string           `json:"name"`
	Outcomes     map[string]int64 `json:"outcomes"`
	P50          float64          `json:"p50"`
	P90          float64          `json:"p90"`
	P99          float64          `json:"p99"`
	Max          float64          `json:"max"`
	Distribution []Place          `json:"distribution,omitempty"`
}

// Place is a point of a distribution.
type Place struct {
	Share  float64 `json:"share"`
	Within float64 `json:"within"`
}

// Late is how late something was begun.
type Late struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
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

func callsOf(name string, r *load.Result) Calls {
	c := Calls{
		Name: name, Outcomes: map[string]int64{}, P50: ms(r.Latency.Quantile(0.5)), P90: ms(r.Latency.Quantile(0.9)), P99: ms(r.Latency.Quantile(0.99)), Max: ms(r.Latency.Max()),
	}
	for _, o := range load.Outcomes() {
		if n := r.Count(o); n > 0 {
			c.Outcomes[o.String()] = n
		}
	}
	for _, p := range r.Latency.Distribution() {
		c.Distribution = append(c.Distribution, Place{p.Q, ms(p.Within)})
	}
	return c
}

// OK is how many went well.
func (c Calls) OK() int64 { return c.Outcomes[load.OK.String()] }

// Errors is how many did not, refused ones among them.
func (c Calls) Errors() (n int64) {
	for name, count := range c.Outcomes {
		if name != load.OK.String() {
			n += count
		}
	}
	return n
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// result is what a phase came to.
func (p *phase) result(name string, s *sampler) Phase {
	found := Phase{Name: name, Writes: p.writes, Samples: s.samples, CPU: s.last.since(s.first, s.last.at.Sub(s.first.at).Seconds())}
	late := load.NewHistogram()
	for k, recorder := range p.recorders {
		total := recorder.Total()
		found.Kinds[k] = callsOf(kindNames[k], total)
		p.erred(name+", "+kindNames[k], total)
		if kind(k) == listing || kind(k) == summing {
			late.Add(total.Lag)
		}
	}
	found.Late = Late{ms(late.Quantile(0.5)), ms(late.Quantile(0.99)), ms(late.Max())}
	if n := p.turns.Total().Count(load.Dropped); n > 0 {
		p.problemf("%s: the generator dropped %d turns of writers", name, n)
	}
	return found
}

// erred notes calls that did not go well, each outcome with an example, but for some
// that may be.
func (r *run) erred(name string, total *load.Result, may ...load.Outcome) {
	for _, o := range load.Outcomes() {
		if n := total.Count(o); n > 0 && o != load.OK && !slices.Contains(may, o) {
			r.problemf("%s: %d of %d %v, such as: %s", name, n, total.Due(), o, total.Example(o))
		}
	}
}

var differences = regexp.MustCompile(`(?m)^review: (\d+) differences$`)

// recount compares the deployment's reviews with their definition, as `throng recount
// review` does.
func (r *run) recount(ctx context.Context) error {
	var out strings.Builder
	err := r.operator.Recount(ctx, "review", &out)
	told := differences.FindStringSubmatch(out.String())
	if told == nil {
		return fmt.Errorf("the recount said nothing of reviews: %w", err)
	}
	n, err := strconv.Atoi(told[1])
	r.found.Checks.Differences = &n
	if n != 0 {
		r.problemf("the recount found %d differences", n)
	}
	return err
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
			if limit > 0 && c.P99 > ms(limit) {
				errs = append(errs, fmt.Errorf("%s, %s: 99%% took up to %.1f ms, more than %.0f", p.Name, c.Name, c.P99, ms(limit)))
			}
		}
	}
	return errors.Join(errs...)
}
