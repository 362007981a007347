package instructors

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
	// Problems are what is not as it must be, apart from what was lost and how long
	// things took.
	Problems []string `json:"problems"`
	// Loaded is how the set came in; null where it was there already.
	Loaded *Loaded `json:"loaded"`
	Hot    Hot     `json:"hot"`
	Climbs []Climb `json:"climbs"`
	Checks Checks  `json:"checks"`
}

// Loaded is an import through the API, into an empty deployment with all its indexes.
type Loaded struct {
	Instructors int64   `json:"instructors"`
	Courses     int64   `json:"courses"`
	Assistants  int64   `json:"assistants"`
	Seconds     float64 `json:"seconds"`
}

// Hot is the hot course.
type Hot struct {
	Number   string `json:"number"`
	Teachers int    `json:"teachers"`
}

// Climb is one rate after the other.
type Climb struct {
	Name   string `json:"name"`
	Single bool   `json:"single"`
	Writes bool   `json:"writes"`
	Steps  []Step `json:"steps"`
}

// Step is a stretch at one rate of calls a second.
type Step struct {
	Rate float64 `json:"rate"`
	// Reads count from when each was due.
	Reads load.Calls `json:"reads"`
	// Writes are the calls of writers, by kind; none where nobody writes.
	Writes []load.Calls `json:"writes,omitempty"`
	// TurnsDropped is how many turns of writers the generator could not begin in time.
	TurnsDropped int64 `json:"turnsDropped"`
	// LostPercent is how many reads in a hundred were not answered in time, for whatever
	// reason; FailedPercent is how many of those that were sent.
	LostPercent   float64 `json:"lostPercent"`
	FailedPercent float64 `json:"failedPercent"`
	// Late is how much later than due the generator began reads, which is in their times.
	Late load.Late      `json:"generatorLate"`
	CPU  deployment.CPU `json:"cpu"`
	Bent bool           `json:"bent"`
}

// Checks is what was written, and what was looked for in answers.
type Checks struct {
	// Answers were compared with the set, Held is of how many something was known that
	// this run had changed.
	Answers int64 `json:"answers"`
	Held    int64 `json:"held"`
	// Updated is how many changes of instructors were acknowledged; Came and Went, of
	// guests.
	Updated int64 `json:"updated"`
	Came    int64 `json:"came"`
	Went    int64 `json:"went"`
	// Differences is what a recount of the deployment's courses found; null without one.
	Differences *int `json:"differences"`
}

// overload are the outcomes that there may be past capacity. All others are problems at
// any rate.
var overload = []load.Outcome{load.Refused, load.TimedOut, load.Dropped}

// result is what a stretch came to.
func (h *hold) result(cpu deployment.CPU) Step {
	total := h.reads.Total()
	s := Step{Rate: h.rate, Reads: load.CallsOf("list instructors", total), Late: load.LateOf(total.Lag), CPU: cpu}
	s.LostPercent = percent(s.Reads.Errors(), total.Due())
	s.FailedPercent = percent(s.Reads.Errors()-total.Count(load.Dropped), total.Due()-total.Count(load.Dropped))
	s.Bent = s.LostPercent > bentLost || s.Reads.P99 > load.Milliseconds(bentWait)
	name := fmt.Sprintf("%s, %.0f a second", h.name, h.rate)
	h.erred(name, total)
	if !h.writes {
		return s
	}
	s.TurnsDropped = h.turns.Total().Count(load.Dropped)
	for k, recorder := range h.calls {
		total := recorder.Total()
		s.Writes = append(s.Writes, load.CallsOf(kindNames[k], total))
		h.erred(name+", "+kindNames[k], total)
	}
	return s
}

func percent(part, of int64) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(part) / float64(of)
}

// erred notes calls that did not go well, though that has nothing to do with the rate.
func (r *run) erred(name string, total *load.Result) {
	r.found.Problems = append(r.found.Problems, total.Failures(name, overload...)...)
}

// recount compares the deployment's courses with their definition.
func (r *run) recount(ctx context.Context) error {
	n, err := r.Recount(ctx, "course")
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

// Check says what is not as it must be: anything is wrong, or stale, or at up to the
// reference's rate more calls in a hundred failed than a limit. What the generator did
// not send does not count here.
func (r Result) Check(limit float64) error {
	var errs []error
	if len(r.Problems) > 0 {
		errs = append(errs, errProblems)
	}
	for _, c := range r.Climbs {
		for _, s := range c.Steps {
			if s.Rate <= reference && s.FailedPercent > limit {
				errs = append(errs, fmt.Errorf("%s: %.2f%% of calls failed at %.0f a second, more than %.2f%%", c.Name, s.FailedPercent, s.Rate, limit))
			}
		}
	}
	return errors.Join(errs...)
}
