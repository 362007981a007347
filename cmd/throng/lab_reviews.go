package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/lab/generate"
	"github.com/throng-social/throng/internal/lab/reviews"
)

type labReviews struct {
	app.Database `embed:"" prefix:"db-"`

	Products int64         `default:"20000" help:"How many products the private deployment has, 100 to 20,000,000; the other numbers are in proportion."`
	Full     bool          `help:"The full size in place of that, 1,000,011 products with 5,774,952 reviews: about 40 GB of disk while it is loaded."`
	Seed     uint64        `default:"1" help:"The same seed makes the same set and the same load."`
	Rate     float64       `default:"1000" help:"Lists read a second, and as many sums."`
	Writes   float64       `default:"1" help:"Writes for a hundred reads, in the second phase; up to 50."`
	WarmUp   time.Duration `default:"5s" help:"How long reads go on before a phase counts."`
	Duration time.Duration `default:"1m" help:"How long each of the two phases counts."`
	Most     time.Duration `default:"10s" help:"How long each of the four measurements of the most that the machine holds takes."`
	AtOnce   int           `default:"64" help:"How many calls of each kind may be under way."`
	People   int           `default:"200" help:"How many accounts write, 16 to 5,000."`
	Calls    string        `default:"auto" help:"Between what bounds the private deployment adapts the number of calls at once: auto, off, or two numbers such as 16-64."`
	Timeout  time.Duration `default:"10s" help:"How long one call, or one turn of a writer, may take."`
	Patience time.Duration `default:"2s" help:"How late the generator still begins a call; later ones are dropped and counted."`
	Every    time.Duration `default:"2s" help:"How often samples are taken."`
	Limit    time.Duration `default:"10ms" help:"How long 99% of lists, and of sums, may take; 0 for any time."`
	Server   string        `help:"URL of a running deployment on this machine with products in it, whose database and secret are set, in place of a private one; its rate limits must be off."`
	Secret   string        `env:"THRONG_SECRET" help:"Secret of that deployment."`
	Out      string        `default:"docs/experiments" help:"Folder for the report and the JSON beside it."`
	DataDir  string        `help:"Folder that keeps the loaded set between runs; a temporary one without it."`
}

// Run reads and writes; what is not as it must be is an error.
func (c *labReviews) Run(ctx context.Context) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	r, err := reviews.Run(ctx, config)
	if err != nil {
		return err
	}
	if err := reviews.Save(r, c.Out); err != nil {
		return err
	}
	fmt.Println(r)
	fmt.Printf("written: %s.html and .json\n", filepath.Join(c.Out, reviews.Name(r.Products)))
	return r.Check(c.Limit)
}

func (c *labReviews) config() (reviews.Config, error) {
	config := reviews.Config{
		Rate: c.Rate, WritesPercent: c.Writes, WarmUp: c.WarmUp, Duration: c.Duration, Most: c.Most, AtOnce: c.AtOnce, People: c.People, Seed: c.Seed,
		Timeout: c.Timeout, Patience: c.Patience, Every: c.Every, Out: os.Stderr,
	}
	if c.Server != "" {
		if c.URL == "" || c.Secret == "" {
			return config, errNoRunning
		}
		config.Server, config.Running = c.Server, app.Settings{Database: c.Database, Secret: c.Secret}
		return config, nil
	}
	self, err := os.Executable()
	if err != nil {
		return config, err
	}
	config.Serve, config.Concurrency = []string{self, "serve"}, c.Calls
	if config.Set, err = setOf(c.Products, c.Full, c.Seed); err != nil {
		return config, err
	}
	if c.DataDir != "" {
		config.Dir, err = devstack.ReachableDir(c.DataDir)
	}
	return config, err
}

// setOf is a set of so many products, or the full one.
func setOf(products int64, full bool, seed uint64) (generate.Spec, error) {
	if !full {
		return generate.Of(products, seed)
	}
	spec := generate.Full
	spec.Seed = seed
	return spec, nil
}
