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
	"github.com/throng-social/throng/internal/lab/instructors"
)

type labInstructors struct {
	app.Database `embed:"" prefix:"db-"`

	Courses  int64         `default:"20000" help:"How many courses the set has, 200 to 100,000,000; as many instructors, and half as many assistants again."`
	Full     bool          `help:"The full size in place of that, 10,000,000 courses, 10,000,000 instructors and 15,000,000 assistants: about 50 GB of disk while it is loaded."`
	Seed     uint64        `default:"1" help:"The same seed makes the same set and the same load."`
	Most     float64       `default:"64000" help:"The greatest rate, in calls a second: 1, 10, 100 and 1,000, and twice as many each time until it bends or would be more than this."`
	Writes   float64       `default:"1" help:"Writes for a hundred reads, where there are any; up to 50."`
	Step     time.Duration `default:"10s" help:"How long each rate is held."`
	AtOnce   int           `default:"256" help:"How many reads may be under way."`
	Calls    string        `default:"auto" help:"Between what bounds the private deployment adapts the number of calls at once: auto, off, or two numbers such as 16-64."`
	Timeout  time.Duration `default:"2s" help:"How long one call, or one turn of a writer, may take."`
	Patience time.Duration `default:"1s" help:"How late the generator still begins a call; later ones are dropped and counted apart."`
	Limit    float64       `default:"0" help:"How many of a hundred calls may fail at up to 1,000 a second; 100 for any number."`
	Server   string        `help:"URL of a running deployment on this machine that has the set, whose database and secret are set, in place of a private one; its rate limits must be off."`
	Secret   string        `env:"THRONG_SECRET" help:"Secret of that deployment."`
	Out      string        `default:"docs/experiments" help:"Folder for the report and the JSON beside it."`
	DataDir  string        `help:"Folder that keeps the loaded set between runs; a temporary one without it."`
}

// Run asks; what is not as it must be is an error.
func (c *labInstructors) Run(ctx context.Context) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	r, err := instructors.Run(ctx, config)
	if err != nil {
		return err
	}
	if err := instructors.Save(r, c.Out); err != nil {
		return err
	}
	fmt.Println(r)
	fmt.Printf("written: %s.html and .json\n", filepath.Join(c.Out, instructors.Name(config.Set.Courses)))
	return r.Check(c.Limit)
}

func (c *labInstructors) config() (instructors.Config, error) {
	config := instructors.Config{
		Most: c.Most, WritesPercent: c.Writes, Step: c.Step, AtOnce: c.AtOnce, Seed: c.Seed, Timeout: c.Timeout, Patience: c.Patience, Out: os.Stderr,
	}
	courses := c.Courses
	if c.Full {
		courses = generate.FullCourses
	}
	var err error
	if config.Set, err = generate.OfCourses(courses, c.Seed); err != nil {
		return config, err
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
	if c.DataDir != "" {
		config.Dir, err = devstack.ReachableDir(c.DataDir)
	}
	return config, err
}
