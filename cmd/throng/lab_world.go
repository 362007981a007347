package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/world"
)

type labWorld struct {
	app.Database `embed:"" prefix:"db-"`

	People int     `default:"5000" help:"How many, 101 to 500,000."`
	Seed   uint64  `default:"1" help:"The same seed makes the same world."`
	Star   int     `default:"0" help:"Adds one account with exactly so many followers."`
	Posts  float64 `default:"0" help:"How many posts everybody has written before, in the mean."`
	Force  bool    `help:"Add the world to what is in the database already."`
	Dry    bool    `help:"Print what would be made, and load nothing."`
	Disk   string  `default:"." help:"A folder on the database's disk, whose room is checked first."`
}

// Run generates the world and loads it past the API: stop servers and workers
// before, and start them afterwards.
func (c *labWorld) Run(ctx context.Context) error {
	w, err := world.New(world.Spec{People: c.People, Seed: c.Seed, Star: c.Star, Posts: c.Posts})
	if err != nil {
		return err
	}
	if err := w.Statement().Write(os.Stdout); err != nil || c.Dry {
		return err
	}
	if err := c.checkDisk(w); err != nil {
		return err
	}
	began := time.Now()
	if err := database.Store(ctx, c.URL, w, database.Options{Force: c.Force, Out: os.Stderr}); err != nil {
		return err
	}
	fmt.Printf("loaded in %.1f s; people are %s to %s\n", time.Since(began).Seconds(), w.Handle(0), w.Handle(w.Size()-1))
	return nil
}

// checkDisk refuses a world for which there is no room.
func (c *labWorld) checkDisk(w *world.World) error {
	need := database.Disk(w)
	free, err := imports.FreeDisk(c.Disk)
	if err == nil && free < need {
		return fmt.Errorf("the world needs about %d MB of disk, and %s has %d MB free", need>>20, c.Disk, free>>20)
	}
	return err
}
