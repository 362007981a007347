package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/lab/rush"
)

type labRush struct {
	app.Database `embed:"" prefix:"db-"`

	People   int           `default:"1100" help:"How many rush, 1 to 9,000."`
	Duration time.Duration `default:"140s" help:"How long the clock runs."`
	Seed     uint64        `default:"1" help:"The same seed makes the same rush."`
	Boards   string        `default:"memory" enum:"memory,redis" help:"Where the private deployment ranks leaderboards."`
	Calls    string        `default:"auto" help:"Between what bounds the private deployment adapts the number of calls at once: auto, off, or two numbers such as 16-64."`
	Probes   int           `default:"4" help:"How many check in and look until the board has it, to measure its lag."`
	Timeout  time.Duration `default:"30s" help:"How long one call may take."`
	Every    time.Duration `default:"2s" help:"How often samples are taken."`
	Drain    time.Duration `default:"5m" help:"How long scores, feed and queues may take after the clock."`
	Limit    time.Duration `default:"100ms" help:"How long 99% of all but sign-ins may take; 0 for any time."`
	Server   string        `help:"URL of a running deployment on this machine, whose database and secret are set, in place of a private one; its rate limits must be off."`
	Secret   string        `env:"THRONG_SECRET" help:"Secret of that deployment."`
	Out      string        `default:"docs/experiments" help:"Folder for the report and the JSON beside it."`
}

// The reference's users think for so long.
const (
	rushThinkLeast = time.Second
	rushThinkMost  = 5 * time.Second
)

var errNoRunning = errors.New("a running deployment needs THRONG_DB_URL and THRONG_SECRET as well: they stand in its environment file")

// Run lets the crowd rush; what is not as it must be is an error.
func (c *labRush) Run(ctx context.Context) error {
	if c.Server != "" && (c.URL == "" || c.Secret == "") {
		return errNoRunning
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	r, err := rush.Run(ctx, c.config(self))
	if err != nil {
		return err
	}
	if err := rush.Save(r, c.Out); err != nil {
		return err
	}
	fmt.Println(r)
	fmt.Printf("written: %s.html and .json\n", filepath.Join(c.Out, rush.Name(c.People)))
	return r.Check(c.Limit)
}

func (c *labRush) config(self string) rush.Config {
	config := rush.Config{
		People: c.People, Duration: c.Duration, Seed: c.Seed, Least: rushThinkLeast, Most: rushThinkMost, Boards: c.Boards, Concurrency: c.Calls, Probes: c.Probes,
		Timeout: c.Timeout, Every: c.Every, Drain: c.Drain, Serve: []string{self, "serve"}, Out: os.Stderr,
	}
	if c.Server != "" {
		config.Server, config.Boards, config.Concurrency = c.Server, "", ""
		config.Running = app.Settings{Database: c.Database, Secret: c.Secret}
	}
	return config
}
