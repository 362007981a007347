package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/throng-social/throng/internal/lab/watch"
)

type labWatch struct {
	Watchers      int           `default:"5000" help:"How many watch at once."`
	PerConnection int           `default:"100" help:"How many streams share a connection."`
	Posts         int           `default:"10" help:"How many posts the author writes."`
	Pause         time.Duration `default:"1s" help:"How long the author rests between posts."`
	Settle        bool          `default:"true" negatable:"" help:"Wait for the server to collect its garbage before its memory is looked at; up to two minutes."`
	Limit         time.Duration `default:"1s" help:"How long 99% of all receipts may take."`
	JSON          string        `help:"File to write the result to."`
}

const watchPatience = 30 * time.Second

// Run measures live streams on a private deployment; what is not as it must be is
// an error.
func (c *labWatch) Run(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	r, err := watch.Run(ctx, watch.Config{
		Watchers: c.Watchers, PerConnection: c.PerConnection, Posts: c.Posts, Pause: c.Pause, Patience: watchPatience, Settle: c.Settle,
		Serve: []string{self, "serve"}, Out: os.Stdout,
	})
	if err != nil {
		return err
	}
	if c.JSON != "" {
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.JSON, append(text, '\n'), 0o600); err != nil {
			return err
		}
	}
	fmt.Println(r)
	return r.Check(c.Limit)
}
