package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/settings"
)

type serveCommand struct {
	app.Settings `embed:""`

	Work bool `help:"Run jobs in this process as well." default:"true" negatable:""`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context) error {
	return run(ctx, c.Settings, app.Role{Serve: true, Work: c.Work})
}

type workerCommand struct {
	app.Settings `embed:""`
}

// Run works until it is told to stop.
func (c *workerCommand) Run(ctx context.Context) error {
	return run(ctx, c.Settings, app.Role{Work: true})
}

func run(ctx context.Context, s app.Settings, role app.Role) error {
	log := app.NewLogger(s, os.Stderr)
	log.InfoContext(ctx, "settings", slog.Any("settings", settings.Masked(&s)))
	stopTraces, err := app.StartTraces(ctx, s)
	if err != nil {
		return err
	}
	defer stopTraces()
	a, err := app.New(ctx, s, role, log)
	if err != nil {
		return err
	}
	defer a.Close()
	log.InfoContext(ctx, "ready", slog.String("addr", a.Addr()))
	return a.Run(ctx)
}
