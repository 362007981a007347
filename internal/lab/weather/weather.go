// Package weather asks for averages of the weather at all places that there are, as the
// service that Throng is measured against was to be asked by 10,000 users.
//
// A generated set is loaded by the import that everybody uses (stage.go). What answers must
// be is added up from its file, line by line, by code that has nothing in common with the
// service (truth.go), and every answer is held to that to its last digit (check.go).
//
// A question is GetAverage: of a measure drawn by chance, over a range both of whose ends
// are drawn by chance from all the time that the file has (question.go). Which place is
// asked of, and when, differs (plan.go):
//
//   - At a rate, of places drawn from all with equal chances, whether answers come or not:
//     the open model of internal/lab/load.
//   - By users who come one after the other and think between their questions, the closed
//     model, in three mixes. In the random one each question is of any place; in the fixed
//     one all are of one place; in the weighted one the users are of five groups, of 50, 30,
//     10, 5 and 5 in a hundred of them, each of which asks of one place of its own, so that
//     five places get these shares of all questions. What counts begins when all are there.
//   - By users who do not think, which takes the most that the machine has: of places drawn
//     from all and of eleven hot ones, over such ranges and over all time.
//
// In the end a recount of the deployment finds no difference.
package weather

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"github.com/throng-social/throng/gen/go/throng/weather/v1/weatherv1connect"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/lab/generate"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
)

// Config says what is asked, and how fast.
type Config struct {
	// Set is what a private deployment has.
	Set generate.Weather `json:"set"`
	// Rate is how many questions a second there are in the open model, for a Duration
	// after a WarmUp that does not count.
	Rate     float64       `json:"rate"`
	WarmUp   time.Duration `json:"warmUp"`
	Duration time.Duration `json:"duration"`
	// Users are how many there are in each mix, one number after the other. They come
	// Ramp a second, and go on for Hold when all are there.
	Users []int         `json:"users"`
	Ramp  float64       `json:"ramp"`
	Hold  time.Duration `json:"hold"`
	// ThinkLeast and ThinkMost bound how long they think.
	ThinkLeast time.Duration `json:"thinkLeast"`
	ThinkMost  time.Duration `json:"thinkMost"`
	// Most is how long each measurement of the most takes.
	Most time.Duration `json:"most"`
	// AtOnce is how many calls may be under way, but for users who think.
	AtOnce int `json:"atOnce"`
	// Seed decides on arrivals and on questions.
	Seed uint64 `json:"seed"`
	// Concurrency bounds the calls at once of a private deployment, as its setting does.
	Concurrency string `json:"concurrency,omitempty"`
	// Timeout bounds each call, Patience is how late one is still begun, and Every is how
	// often samples are taken.
	Timeout  time.Duration `json:"timeout"`
	Patience time.Duration `json:"patience"`
	Every    time.Duration `json:"every"`

	// Dir keeps the loaded set and its file between runs; without it, they go with the
	// run.
	Dir string `json:"-"`
	// Server is the URL of a running deployment, on this machine, whose database and
	// secret are in Running, and which has what File says and nothing else of its places;
	// a private one is brought up where it is empty.
	Server  string       `json:"-"`
	Running app.Settings `json:"-"`
	File    string       `json:"-"`
	// Serve is the command that serves, with settings in its environment.
	Serve []string `json:"-"`
	// Out shows how it goes on.
	Out io.Writer `json:"-"`
}

const leastTick = 100 * time.Millisecond

var (
	errServe = errors.New("a private deployment needs a command that serves")
	errFile  = errors.New("of a running deployment the file is needed that was imported into it: answers are checked against it")
	errUsers = errors.New("there are no users: say how many")
	errTimes = fmt.Errorf("samples are at least %v apart, and nothing is shorter than no time", leastTick)
)

func (c Config) check() error {
	switch {
	case c.Server == "" && len(c.Serve) == 0:
		return errServe
	case c.Server != "" && c.File == "":
		return errFile
	case len(c.Users) == 0:
		return errUsers
	case c.Every < leastTick || c.WarmUp < 0:
		return errTimes
	}
	errs := []error{c.arrivals(c.Duration).Check(), c.unthinking().Check()}
	if c.Server == "" {
		errs = append(errs, c.Set.Check())
	}
	for _, n := range c.Users {
		errs = append(errs, c.thinking(n).Check())
	}
	return errors.Join(errs...)
}

// arrivals is the model of questions at a rate.
func (c Config) arrivals(length time.Duration) load.Open {
	return load.Open{
		Bounds: load.Bounds{Duration: length, Timeout: c.Timeout}, Rate: c.Rate, Seed: c.Seed, Concurrency: c.AtOnce, Patience: c.Patience,
	}
}

// thinking is the model of a mix of so many users.
func (c Config) thinking(users int) load.Closed {
	m := load.Closed{Bounds: load.Bounds{Timeout: c.Timeout}, Users: users, Least: c.ThinkLeast, Most: c.ThinkMost, Ramp: c.Ramp, Seed: c.Seed}
	m.Duration = m.AllThere() + c.Hold
	return m
}

// unthinking is the model of the most that there is.
func (c Config) unthinking() load.Closed {
	return load.Closed{Bounds: load.Bounds{Duration: c.Most, Timeout: c.Timeout}, Users: c.AtOnce, Seed: c.Seed}
}

// mostConnections bounds the connections of users, who share them: there are files enough
// for so many on most machines.
const mostConnections = 2000

func (c Config) connections() int {
	return max(c.AtOnce, min(slices.Max(c.Users), mostConnections))
}

// Run brings everything up, loads the set, asks, recounts, and takes it down. What went
// wrong within the run is among its problems; an error is the end of it.
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
	r.Machine.Postgres, r.Places, r.Observations, r.Loaded = s.Version, len(s.truth.names), len(s.truth.at), s.loaded
	err = s.WhileServing(ctx, newRun(s, &r).inOrder)
	r.LoadAfter = process.Look(ctx).Load
	return r, err
}

// run is one under way. The generated client is used as it is: that of the SDK would
// repeat what failed, and hide it. Nobody is signed in.
type run struct {
	*stage

	weather weatherv1connect.WeatherServiceClient
	// hot are some places, which are asked of again and again.
	hot []int
	// answers were checked, values were added up for that.
	answers, values atomic.Int64
	found           *Result
}

func newRun(s *stage, found *Result) *run {
	client := load.NewClient(s.connections())
	return &run{stage: s, weather: weatherv1connect.NewWeatherServiceClient(client, s.Base), hot: s.truth.some(s.Seed, hotPlaces), found: found}
}

func (r *run) inOrder(ctx context.Context) error {
	for _, do := range []func(context.Context) error{r.atRate, r.byUsers, r.byMost} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	r.found.Checks.Answers, r.found.Checks.Values = r.answers.Load(), r.values.Load()
	if err := r.recount(ctx); err != nil {
		r.problemf("there was no recount: %v", err)
	}
	return context.Cause(ctx)
}

func (r *run) problemf(format string, args ...any) {
	r.found.Problems = append(r.found.Problems, fmt.Sprintf(format, args...))
}

// recount compares the deployment's sums and roll-ups with its observations.
func (r *run) recount(ctx context.Context) error {
	n, err := r.Recount(ctx, "weather")
	if err != nil {
		return err
	}
	r.found.Checks.Differences = &n
	if n != 0 {
		r.problemf("the recount found %d differences", n)
	}
	return nil
}
