package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/lab/fanout"
	"github.com/throng-social/throng/internal/lab/world"
)

type labFanout struct {
	People     int       `default:"5000" help:"How many people the world has, 101 to 500,000."`
	Seed       uint64    `default:"1" help:"The same seed makes the same world and the same load."`
	Star       int       `default:"0" help:"Adds one account with exactly so many followers."`
	Posts      float64   `default:"0.5" help:"How many posts everybody has written before, in the mean."`
	Strategies []string  `default:"push,pull,hybrid,adaptive" enum:"push,pull,hybrid,adaptive" help:"Which to compare."`
	Quantiles  []float64 `default:"0.9,0.99,0.999" help:"Quantiles of followers at which hybrid begins to pull an author."`

	Reads    float64       `default:"200" help:"Home timelines read a second."`
	Writes   float64       `default:"10" help:"Posts made a second."`
	Settle   time.Duration `default:"20m" help:"How long the engine may move edges before the load."`
	WarmUp   time.Duration `default:"30s" help:"How long load goes on before it counts."`
	Duration time.Duration `default:"2m" help:"How long the load counts."`
	Every    time.Duration `default:"2s" help:"How often samples are taken."`
	Drain    time.Duration `default:"5m" help:"How long the queues may take after the load."`
	Timeout  time.Duration `default:"10s" help:"How long one call may take."`
	Patience time.Duration `default:"2s" help:"How late the generator still begins a call; later ones are dropped and counted."`
	AtOnce   int           `default:"64" help:"How many calls of each kind may be under way."`
	Taught   bool          `default:"true" negatable:"" help:"The engine knows from the start how often people look and post."`
	Sample   int           `default:"0" help:"How many timelines are audited after a run; 0 for all."`

	Out     string `default:"docs/experiments" help:"Folder for the report and the JSON beside it."`
	DataDir string `help:"Folder that keeps the loaded world between runs; a temporary one without it."`
	Resume  bool   `help:"Go on with the comparison of which --out has a part, if all else is the same."`
}

var errProblems = errors.New("not everything is as it should be: see the problems in the report")

// Run compares. What is done is written after each strategy, so that a comparison
// which was interrupted can go on with --resume.
func (c *labFanout) Run(ctx context.Context) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	if config.Before, err = c.before(config); err != nil {
		return err
	}
	result, err := fanout.Compare(ctx, config)
	if err != nil {
		return err
	}
	fmt.Printf("written: %s.html and .json\n", filepath.Join(c.Out, fanout.Name(c.People)))
	if len(result.Problems()) > 0 {
		return errProblems
	}
	return nil
}

func (c *labFanout) config() (fanout.Config, error) {
	self, err := os.Executable()
	if err != nil {
		return fanout.Config{}, err
	}
	config := fanout.Config{
		World:      world.Spec{People: c.People, Seed: c.Seed, Star: c.Star, Posts: c.Posts},
		Strategies: c.Strategies, Quantiles: c.Quantiles, Reads: c.Reads, Writes: c.Writes,
		Settle: c.Settle, WarmUp: c.WarmUp, Duration: c.Duration, Every: c.Every, Drain: c.Drain, Timeout: c.Timeout, Patience: c.Patience, Concurrency: c.AtOnce, Taught: c.Taught,
		Serve: []string{self, "serve"}, Audit: c.audit, Out: os.Stderr,
		Done: func(r fanout.Result) error { return fanout.Save(r, c.Out) },
	}
	if c.DataDir != "" {
		config.Dir, err = devstack.ReachableDir(c.DataDir)
	}
	return config, err
}

var errOther = errors.New("what is there is another comparison: take another folder, or leave --resume out to replace it")

// before are the runs of an interrupted comparison.
func (c *labFanout) before(config fanout.Config) ([]fanout.Run, error) {
	if !c.Resume {
		return nil, nil
	}
	r, err := fanout.Load(c.Out, c.People)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !r.Config.Same(config) {
		err = errOther
	}
	return r.Runs, err
}

// audit compares the timelines of a database with their definition.
func (c *labFanout) audit(ctx context.Context, url string) (checked, missing, extra int, err error) {
	err = fanout.Operate(ctx, url, func(a *app.App) error {
		return a.Audit(ctx, c.Sample, func(f audit.Finding) {
			checked, missing, extra = checked+f.Posts, missing+len(f.Missing), extra+len(f.Extra)
		})
	})
	return checked, missing, extra, err
}
