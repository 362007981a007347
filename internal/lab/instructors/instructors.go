// Package instructors asks who teaches a course, faster and faster, until the answers
// do not come any more: what the service that Throng is measured against was asked for,
// of as many courses as it had.
//
// A generated set is loaded by the import that everybody uses (stage.go). Then calls
// arrive, whether answers do or not (the open model of internal/lab/load): 1 a second,
// 10, 100, 1,000, and twice as many each time until it bends (climb.go). It has bent
// where more than one call in a hundred is not answered in time, or one in a hundred
// waits for more than a second. That is done for courses drawn from the whole set and
// for one hot course, each with reads alone and with writes among them (write.go). What
// became of calls is told apart: refused, failed, too late, or never sent, because this
// generator could not.
//
// Every answer is compared with the set, which knows who teaches what without a
// database (check.go), and with what was acknowledged and its reader's consistency
// token has reached (ledger.go). Writes leave the set as it was, so that it can be
// measured again: learners become more, and guests assist for a moment. In the end the
// guests go, and a recount of the deployment finds no difference.
package instructors

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/throng-social/throng/gen/go/throng/course/v1/coursev1connect"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/lab/generate"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
)

// Config says what is asked, and how fast.
type Config struct {
	// Set is what there is: what a private deployment loads, and a running one must have.
	Set generate.CourseSpec `json:"set"`
	// Most is the greatest rate of calls a second, where it does not bend before.
	Most float64 `json:"most"`
	// WritesPercent is how many writes there are for a hundred reads, where there are
	// any; up to 50.
	WritesPercent float64 `json:"writesPercent"`
	// Step is how long each rate is held.
	Step time.Duration `json:"step"`
	// AtOnce is how many reads may be under way.
	AtOnce int `json:"atOnce"`
	// Seed decides on arrivals and on what everybody reads and writes.
	Seed uint64 `json:"seed"`
	// Concurrency bounds the calls at once of a private deployment, as its setting does.
	Concurrency string `json:"concurrency,omitempty"`
	// Timeout bounds each call, or each turn of a writer; Patience is how late one is
	// still begun.
	Timeout  time.Duration `json:"timeout"`
	Patience time.Duration `json:"patience"`

	// Dir keeps the loaded set between runs; without it, it goes with the run.
	Dir string `json:"-"`
	// Server is the URL of a running deployment, on this machine, whose database and
	// secret are in Running; a private one is brought up where it is empty. Nobody else
	// may write there meanwhile.
	Server  string       `json:"-"`
	Running app.Settings `json:"-"`
	// Serve is the command that serves, with settings in its environment.
	Serve []string `json:"-"`
	// Out shows how it goes on.
	Out io.Writer `json:"-"`
}

const (
	mostRate   = 1_000_000
	mostWrites = 50
	// writersAtOnce is how many write.
	writersAtOnce = 32
)

var (
	errMost   = fmt.Errorf("the greatest rate is 1 to %d calls a second", mostRate)
	errWrites = fmt.Errorf("there are more than 0 and up to %d writes for a hundred reads", mostWrites)
	errServe  = errors.New("a private deployment needs a command that serves")
	errSet    = fmt.Errorf("a set has at least %d courses", generate.LeastCourses)
)

func (c Config) check() error {
	switch {
	case !(c.Most >= 1 && c.Most <= mostRate): // and so is NaN
		return errMost
	case !(c.WritesPercent > 0 && c.WritesPercent <= mostWrites):
		return errWrites
	case c.Server == "" && len(c.Serve) == 0:
		return errServe
	case c.Set.Courses < generate.LeastCourses || c.Set.Courses > generate.MostCourses:
		return errSet
	}
	return c.arrivals(c.Most, c.AtOnce, 0).Check()
}

// arrivals is the model of one rate. Each stretch has arrivals of its own.
func (c Config) arrivals(rate float64, atOnce int, stretch uint64) load.Open {
	return load.Open{
		Bounds: load.Bounds{Duration: c.Step, Timeout: c.Timeout},
		Rate:   rate, Seed: c.Seed + stretch, Concurrency: atOnce, Patience: c.Patience,
	}
}

// Run brings everything up, loads the set, reads and writes, recounts, and takes it
// down. What went wrong within the run is among its problems; an error is the end of it.
func Run(ctx context.Context, c Config) (r Result, err error) {
	if err := c.check(); err != nil {
		return r, err
	}
	r = Result{Config: c, Machine: process.Look(ctx), Began: time.Now()}
	s, err := openStage(ctx, c)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	r.Machine.Postgres, r.Loaded = s.Version, s.loaded
	r.Hot = Hot{Number: s.teaching.Number(s.hot), Teachers: 1 + s.teaching.AssistantsOf(s.hot)}
	err = s.WhileServing(ctx, newRun(s, &r).inOrder)
	r.LoadAfter = process.Look(ctx).Load
	return r, err
}

// run is one under way. The generated client is used as it is: that of the SDK would
// repeat what failed, and hide it.
type run struct {
	*stage

	client coursev1connect.CourseServiceClient
	// readers are not signed in, writers are the operator.
	readers, writers load.Crowd
	ledger           *ledger
	found            *Result
	// stretches is how many had arrivals of their own.
	stretches uint64
}

func newRun(s *stage, found *Result) *run {
	readers, writers := make([]*load.Person, s.AtOnce), make([]*load.Person, writersAtOnce)
	for i := range readers {
		readers[i] = load.NewPerson(s.Seed, uint64(i))
	}
	for i := range writers {
		writers[i] = load.NewPerson(s.Seed, uint64(i)|1<<40)
		writers[i].Token = s.token
	}
	// Readers and writers have a connection each.
	client := load.NewClient(s.AtOnce + writersAtOnce)
	return &run{
		stage: s, client: coursev1connect.NewCourseServiceClient(client, s.Base), readers: load.Gather(readers), writers: load.Gather(writers),
		ledger: newLedger(), found: found,
	}
}

func (r *run) problemf(format string, args ...any) {
	r.found.Problems = append(r.found.Problems, fmt.Sprintf(format, args...))
}

func (r *run) inOrder(ctx context.Context) error {
	if err := r.invite(ctx); err != nil {
		return err
	}
	for _, c := range climbs {
		if err := r.climb(ctx, c); err != nil {
			return err
		}
	}
	r.found.Checks = r.ledger.checks()
	if err := r.dismiss(ctx); err != nil {
		r.problemf("guests are left: %v", err)
	}
	if err := r.recount(ctx); err != nil {
		r.problemf("there was no recount: %v", err)
	}
	return context.Cause(ctx)
}
