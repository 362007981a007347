// Package reviews reads the reviews of a whole shop at a rate: what the service that
// Throng is measured against was asked for, of all of its products in place of a few.
//
// A generated set is loaded by the import that everybody uses (set.go). Lists and sums
// are then read side by side, each at the rate, of products drawn from all that there
// are, by readers who come whether answers do or not (the open model of
// internal/lab/load): once alone, and once beside writes (phase.go, write.go). After
// that, readers who do not think take the most that the machine has, of products at
// random and of eleven hot ones (most.go).
//
// Beside the writes no answer may be older than what its reader has seen. Everybody
// keeps his consistency token and sends it along (shopper.go). The ledger has what was
// acknowledged, and at which position (ledger.go): an answer to somebody whose token
// reaches that position has the write in it, or is wrong (check.go). Each writer looks
// at once at what he has written to, and one read in twenty is of such a product. In the
// end a recount of the deployment finds no difference.
//
// The deployment is private, a Postgres with a replica and one server with its worker
// in a process of its own (internal/lab/deployment), or one that is running already.
package reviews

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"connectrpc.com/connect"

	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/lab/generate"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
)

// Config says what is read, and how fast.
type Config struct {
	// Set is what a private deployment has.
	Set generate.Spec `json:"set"`
	// Rate is how many lists a second are read, and as many sums.
	Rate float64 `json:"rate"`
	// WritesPercent is how many writes there are for a hundred reads, in the phase that
	// has some; up to 50.
	WritesPercent float64 `json:"writesPercent"`
	// WarmUp is how long reads go on before they count, Duration how long each of the
	// two phases counts, and Most how long each measurement of the most takes.
	WarmUp   time.Duration `json:"warmUp"`
	Duration time.Duration `json:"duration"`
	Most     time.Duration `json:"most"`
	// AtOnce is how many calls of each kind may be under way.
	AtOnce int `json:"atOnce"`
	// People are the accounts that write, 16 to 5,000.
	People int `json:"people"`
	// Seed decides on arrivals and on what everybody reads and writes.
	Seed uint64 `json:"seed"`
	// Concurrency bounds the calls at once of a private deployment, as its setting does.
	Concurrency string `json:"concurrency,omitempty"`
	// Timeout bounds each call, Patience is how late one is still begun, and Every is
	// how often samples are taken.
	Timeout  time.Duration `json:"timeout"`
	Patience time.Duration `json:"patience"`
	Every    time.Duration `json:"every"`

	// Dir keeps the loaded set between runs; without it, it goes with the run.
	Dir string `json:"-"`
	// Server is the URL of a running deployment, on this machine, whose database and
	// secret are in Running; a private one is brought up where it is empty. What it has
	// is read, and nobody else may write there meanwhile.
	Server  string       `json:"-"`
	Running app.Settings `json:"-"`
	// Serve is the command that serves, with settings in its environment.
	Serve []string `json:"-"`
	// Out shows how it goes on.
	Out io.Writer `json:"-"`
}

const (
	leastPeople = 16
	mostPeople  = 5000
	mostWrites  = 50
	leastTick   = 100 * time.Millisecond
)

var (
	errPeople = fmt.Errorf("%d to %d accounts write, up to %d times for a hundred reads", leastPeople, mostPeople, mostWrites)
	errServe  = errors.New("a private deployment needs a command that serves, and a set of products to load")
	errTimes  = fmt.Errorf("samples are at least %v apart, and nothing is shorter than no time", leastTick)
)

func (c Config) check() error {
	switch {
	case c.People < leastPeople || c.People > mostPeople || !(c.WritesPercent > 0 && c.WritesPercent <= mostWrites): // and so is NaN
		return errPeople
	case c.Server == "" && (len(c.Serve) == 0 || c.Set.Products < generate.LeastProducts):
		return errServe
	case c.Every < leastTick || c.WarmUp < 0:
		return errTimes
	}
	return errors.Join(c.arrivals(c.Rate, c.Duration, listing).Check(), c.arrivals(c.writeRate(), c.Duration, adding).Check(), c.closed().Check())
}

// writeRate is how many writes a second there are in the phase that has some.
func (c Config) writeRate() float64 { return 2 * c.Rate * c.WritesPercent / 100 }

// arrivals is the model of the phases. Each kind has arrivals of its own.
func (c Config) arrivals(rate float64, length time.Duration, k kind) load.Open {
	atOnce := c.AtOnce
	if k != listing && k != summing {
		atOnce = min(atOnce, c.People)
	}
	return load.Open{
		Bounds: load.Bounds{Duration: length, Timeout: c.Timeout},
		Rate:   rate, Seed: c.Seed + uint64(k), Concurrency: atOnce, Patience: c.Patience, //nolint:gosec // a kind is no negative number
	}
}

// closed is the model of the most that there is.
func (c Config) closed() load.Closed {
	return load.Closed{Bounds: load.Bounds{Duration: c.Most, Timeout: c.Timeout}, Users: c.AtOnce, Seed: c.Seed}
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
	r.Machine.Postgres, r.Products, r.Loaded = s.Version, len(s.products), s.loaded
	err = s.WhileServing(ctx, newRun(s, &r).inOrder)
	r.LoadAfter = process.Look(ctx).Load
	return r, err
}

// run is one under way. The generated client is used as it is: that of the SDK would
// repeat what failed, and hide it.
type run struct {
	*stage

	reviews reviewv1connect.ReviewServiceClient
	// readers are not signed in.
	readers crowd
	ledger  *ledger
	found   *Result
}

func newRun(s *stage, found *Result) *run {
	readers := make([]*shopper, 2*s.AtOnce)
	for i := range readers {
		readers[i] = newShopper(s.Seed, uint64(i))
	}
	// Lists, sums and writers have connections each. Nothing is compressed: that would
	// cost processors at both ends, and there is no network between them.
	client := reviewv1connect.NewReviewServiceClient(load.NewClient(3*s.AtOnce), s.Base, connect.WithAcceptCompression("gzip", nil, nil))
	return &run{stage: s, reviews: client, readers: gather(readers), ledger: newLedger(), found: found}
}

func (r *run) problemf(format string, args ...any) {
	r.found.Problems = append(r.found.Problems, fmt.Sprintf(format, args...))
}

func (r *run) inOrder(ctx context.Context) error {
	for _, p := range []struct {
		name   string
		writes bool
	}{{"reads alone", false}, {"reads beside writes", true}} {
		if err := r.measure(ctx, p.name, p.writes); err != nil {
			return err
		}
	}
	if err := r.most(ctx); err != nil {
		return err
	}
	r.found.Checks = r.ledger.checks()
	if err := r.recount(ctx); err != nil {
		r.problemf("there was no recount: %v", err)
	}
	return context.Cause(ctx)
}
