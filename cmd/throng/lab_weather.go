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
	"github.com/throng-social/throng/internal/lab/weather"
)

type labWeather struct {
	app.Database `embed:"" prefix:"db-"`

	Places     int64         `default:"1000" help:"How many places the private deployment has, up to 125,000; each has 82 observations or so, over five years."`
	Full       bool          `help:"The full size in place of that, 122,000 places with 10,000,000 observations: about 6 GB of disk while it is loaded."`
	Seed       uint64        `default:"1" help:"The same seed makes the same set and the same load."`
	Rate       float64       `default:"1000" help:"Averages asked for a second, of all places, whether answers come or not."`
	WarmUp     time.Duration `default:"5s" help:"How long that goes on before it counts."`
	Duration   time.Duration `default:"1m" help:"How long it counts."`
	Users      []int         `default:"1000" help:"How many users ask, think and ask again, in each of the three mixes (random, fixed, weighted); several numbers, as in 1000,10000, are taken in turn."`
	Ramp       float64       `default:"10" help:"How many of them come a second; 0 for all at once."`
	Hold       time.Duration `default:"1m" help:"How long each mix counts when all are there."`
	ThinkLeast time.Duration `default:"1s" help:"How long they think at least."`
	ThinkMost  time.Duration `default:"2s" help:"How long they think at most."`
	Most       time.Duration `default:"10s" help:"How long each of the four measurements of the most that the machine holds takes."`
	AtOnce     int           `default:"64" help:"How many calls may be under way at a rate, and for the most."`
	Calls      string        `default:"auto" help:"Between what bounds the private deployment adapts the number of calls at once: auto, off, or two numbers such as 16-64."`
	Timeout    time.Duration `default:"10s" help:"How long one call may take."`
	Patience   time.Duration `default:"2s" help:"How late the generator still begins a call; later ones are dropped and counted."`
	Every      time.Duration `default:"2s" help:"How often samples are taken."`
	Limit      time.Duration `default:"5ms" help:"How long 99% of answers at a rate may take; 0 for any time."`
	Server     string        `help:"URL of a running deployment on this machine, whose database and secret are set, in place of a private one; its rate limits must be off."`
	Secret     string        `env:"THRONG_SECRET" help:"Secret of that deployment."`
	File       string        `type:"path" help:"The file that was imported into it, as 'throng lab generate weather' wrote it: answers are checked against it."`
	Out        string        `default:"docs/experiments" help:"Folder for the report and the JSON beside it."`
	DataDir    string        `help:"Folder that keeps the loaded set between runs; a temporary one without it."`
}

// Run asks; what is not as it must be is an error.
func (c *labWeather) Run(ctx context.Context) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	r, err := weather.Run(ctx, config)
	if err != nil {
		return err
	}
	if err := weather.Save(r, c.Out); err != nil {
		return err
	}
	fmt.Println(r)
	fmt.Printf("written: %s.html and .json\n", filepath.Join(c.Out, weather.Name(r.Places)))
	return r.Check(c.Limit)
}

func (c *labWeather) config() (weather.Config, error) {
	config := weather.Config{
		Rate: c.Rate, WarmUp: c.WarmUp, Duration: c.Duration, Users: c.Users, Ramp: c.Ramp, Hold: c.Hold, ThinkLeast: c.ThinkLeast, ThinkMost: c.ThinkMost,
		Most: c.Most, AtOnce: c.AtOnce, Seed: c.Seed, Timeout: c.Timeout, Patience: c.Patience, Every: c.Every, Out: os.Stderr,
	}
	if c.Server != "" {
		if c.URL == "" || c.Secret == "" {
			return config, errNoRunning
		}
		config.Server, config.File, config.Running = c.Server, c.File, app.Settings{Database: c.Database, Secret: c.Secret}
		return config, nil
	}
	self, err := os.Executable()
	if err != nil {
		return config, err
	}
	config.Serve, config.Concurrency, config.Set = []string{self, "serve"}, c.Calls, c.set()
	if c.DataDir != "" {
		config.Dir, err = devstack.ReachableDir(c.DataDir)
	}
	return config, err
}

// set is one of so many places, in proportion to the full one.
func (c *labWeather) set() generate.Weather {
	set := generate.FullWeather(generate.Sparse, c.Seed)
	if !c.Full {
		set.Rows = c.Places * set.Rows / set.Places
		set.Places = c.Places
	}
	return set
}
