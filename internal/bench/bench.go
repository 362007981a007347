// Package bench measures Throng's hot paths, each against its limit: the least
// that anybody here knows to do the same work with. `make bench` runs it.
//
// It starts a private Postgres as `throng dev` does (a primary and a streaming
// replica, settings of a durable one), makes a world in it (world.sql), and
// measures pair after pair: ours, bare, ours, bare. A machine that others use as
// well slows both, so the figure that counts is the median of the rounds' ratios.
// Before a pair is measured it is asserted that both sides answer the same, and
// after each round that all rows are there. Times are never asserted.
//
// The bare sides are in bare*.go, with their SQL. What is measured: a read of a
// home timeline over HTTP (home.go), the statement below it (page.go), a fan-out
// (fanout.go), an import (follows.go), reads under each strategy
// (strategy.go) and what the strategies cost in a simulation (cost.go), the same of the
// shape aws on emulators (aws.go, its bare sides in aws_bare.go), campaigns (contest.go
// makes them; check-ins, boards of a million, what is live and crowds of readers in
// campaign_*.go, with bare_checkin.go and bare_board.go), reviews (their reads and their
// import in review_*.go, with bare_review*.go), and the memory of an idle `throng dev`
// (memory.go). report.go prints the table and writes docs/benchmarks.md.
package bench

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/throng-social/throng/internal/devstack"
)

// options are the command's flags.
type options struct {
	only    string
	rounds  int
	length  time.Duration
	short   bool
	data    string
	keep    string
	program string
	profile string
	write   bool
	explain bool
	size    size
	// products is how many products have reviews; 0 for as many as the size says.
	products int64
	// courses and observations are how many are imported, likewise.
	courses, observations int64
}

func parse(args []string, out io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&o.only, "only", "", "measure only these, by comma: "+strings.Join(names(), ", "))
	f.IntVar(&o.rounds, "rounds", 5, "rounds of each pair")
	f.DurationVar(&o.length, "length", 2500*time.Millisecond, "how long each side of a round calls")
	f.BoolVar(&o.short, "short", false, "a small world and short rounds, to see that it works")
	f.StringVar(&o.data, "data", "../shared/data", "folder with "+realGraph+"; a graph of its size is made where there is none")
	f.StringVar(&o.keep, "keep", "", "data folder to keep between runs, with the world in it; a temporary one without it")
	f.StringVar(&o.program, "throng", "bin/throng", "the program whose idle memory is measured; built where there is none")
	f.StringVar(&o.profile, "profile", "", "folder for CPU profiles of both sides")
	f.BoolVar(&o.write, "write", false, "write the figures into "+reportFile)
	f.Int64Var(&o.products, "products", 0, "products whose reviews are read and imported, 1000011 for the reference's; 0 for 50,000")
	f.Int64Var(&o.courses, "courses", 0, "courses that are imported, 10000000 for the reference's; 0 for 50,000")
	f.Int64Var(&o.observations, "observations", 0, "observations of the weather that are imported and asked for, 10000000 for the reference's; 0 for 1,000,000")
	f.BoolVar(&o.explain, "explain", false, "write the statements and their plans into "+explainFile)
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.size = full
	if o.short {
		o.size, o.rounds, o.length = small, 2, 300*time.Millisecond
	}
	for to, from := range map[*int64]int64{&o.size.Products: o.products, &o.size.Courses: o.courses, &o.size.Observations: o.observations} {
		if from > 0 {
			*to = from
		}
	}
	elsewhere := o.only != ""
	for name := range strings.SplitSeq(o.only, ",") {
		if name != "" && !slices.Contains(names(), name) {
			return o, fmt.Errorf("there is nothing to measure by the name %q", name)
		}
		elsewhere = elsewhere && slices.ContainsFunc(apart, func(beginning string) bool { return strings.HasPrefix(name, beginning) })
	}
	if elsewhere {
		o.size = o.size.accounts()
	}
	return o, nil
}

func (o options) wants(name string) bool {
	return o.only == "" || slices.Contains(strings.Split(o.only, ","), name)
}

const awsNames = "aws-"

// apart is what the names of rows begin with that need little of the world: those of the
// shape aws, and of nouns that have databases of their own.
var apart = []string{awsNames, "campaign-", "review-", "course-", "weather-"}

// section is a group of rows that are measured on the same parts.
type section struct {
	name string
	run  func(ctx context.Context, w *world, o options, r *report) error
}

func sections() []section {
	return []section{
		{"home", homeRows},
		{"page", pageRows},
		{"fanout", fanoutRows},
		{"follows", followsRows},
		{"strategies", strategyRows},
		{"cost", costRows},
		onAWS("aws-fanout", awsFanoutRows), onAWS("aws-page", awsPageRows), onAWS("aws-queue", awsQueueRows), onAWS("aws-cost", awsCostRows),
		{"campaign-checkins", checkInRows},
		{"campaign-board", boardRows},
		{"campaign-live", liveRows},
		{"review-random", randomReviewRows},
		{"review-hot", hotReviewRows},
		{"review-import", reviewImportRows},
		{"course-import", courseImportRows},
		{"weather-random", randomWeatherRows},
		{"weather-hot", hotWeatherRows},
		{"weather-import", weatherImportRows},
		{"memory", memoryRows},
	}
}

func names() []string {
	var all []string
	for _, s := range sections() {
		all = append(all, s.name)
	}
	return all
}

// Main is the command.
func Main(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == sideCommand {
		return runSide(ctx)
	}
	o, err := parse(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	dir := o.keep
	if dir == "" {
		if dir, err = devstack.TempDir("throng-bench"); err != nil {
			return err
		}
		defer devstack.RemoveTempDir(dir) //nolint:errcheck // the next run sweeps what is left
	}
	return measure(ctx, o, dir, out)
}

// measure makes the world and runs all sections that are wanted. One that fails takes
// nothing from the others.
func measure(ctx context.Context, o options, dir string, out io.Writer) error {
	r := newReport(ctx, out)
	r.sayf("making a world: %v", o.size)
	w, err := newWorld(ctx, dir, o.size)
	if err != nil {
		return err
	}
	defer w.close()
	if r.postgres, err = w.version(ctx); err != nil {
		return err
	}
	var failed []error
	for _, s := range sections() {
		if !o.wants(s.name) {
			continue
		}
		if err := s.run(ctx, w, o, r); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", s.name, err))
			r.notef("Not measured to its end: %s.", s.name)
		}
		if ctx.Err() != nil {
			return errors.Join(failed...)
		}
	}
	r.finish(ctx)
	if o.explain {
		failed = append(failed, writePlans(ctx, w))
	}
	if o.write {
		failed = append(failed, r.writeTo(reportFile, o))
	}
	return errors.Join(failed...)
}

// pair is what two sides did, and the median of the rounds' ratios.
type pair struct{ ours, limit, ratio float64 }

// inTurn measures two sides in turn.
func inTurn(rounds int, ours, limit func() (float64, error)) (pair, error) {
	var a, b, ratios []float64
	for range rounds {
		one, err := ours()
		if err != nil {
			return pair{}, err
		}
		other, err := limit()
		if err != nil {
			return pair{}, err
		}
		a, b, ratios = append(a, one), append(b, other), append(ratios, one/other)
	}
	return pair{median(a), median(b), median(ratios)}, nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	if n == 0 {
		return 0
	}
	return (v[(n-1)/2] + v[n/2]) / 2
}
