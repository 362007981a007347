package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/throng-social/throng/internal/app"
)

type roleCommand struct {
	app.Settings `embed:""`

	Handle string `arg:"" help:"The account."`
	Role   string `arg:"" enum:"member,organizer,moderator,admin" help:"member, organizer, moderator or admin."`
}

// Run gives the role.
func (c *roleCommand) Run(ctx context.Context) error {
	return operate(ctx, c.Settings, func(a *app.App) error {
		if err := a.SetRole(ctx, c.Handle, c.Role); err != nil {
			return err
		}
		fmt.Printf("%s is %s now; it counts from the next sign-in or renewal on\n", c.Handle, c.Role)
		return nil
	})
}

type tokenCommand struct {
	app.Settings `embed:""`

	Handle string        `arg:"" help:"The account."`
	TTL    time.Duration `default:"15m" help:"How long it is valid, at most 24h."`
}

// Run prints the token alone, for use in scripts.
func (c *tokenCommand) Run(ctx context.Context) error {
	return operate(ctx, c.Settings, func(a *app.App) error {
		token, err := a.Token(ctx, c.Handle, c.TTL)
		if err == nil {
			fmt.Println(token)
		}
		return err
	})
}

type recountCommand struct {
	app.Settings `embed:""`

	Noun string `arg:"" optional:"" enum:",graph,post,timeline,campaign,course,review,weather" default:"" help:"What to recount; everything without it."`
}

// Run recounts.
func (c *recountCommand) Run(ctx context.Context) error {
	return operate(ctx, c.Settings, func(a *app.App) error { return a.Recount(ctx, c.Noun, os.Stdout) })
}

type doctorCommand struct {
	app.Settings `embed:""`
}

// Run checks.
func (c *doctorCommand) Run(ctx context.Context) error {
	return app.Doctor(ctx, c.Settings, os.Stdout)
}

type queueCommand struct {
	Status  queueStatusCommand  `cmd:"" help:"Print what waits, and the dead letters."`
	Redrive queueRedriveCommand `cmd:"" help:"Give dead letters their tries again."`
}

type queueStatusCommand struct {
	app.Settings `embed:""`
}

// Run prints the queues.
func (c *queueStatusCommand) Run(ctx context.Context) error {
	return operate(ctx, c.Settings, func(a *app.App) error { return a.QueueStatus(ctx, os.Stdout) })
}

type queueRedriveCommand struct {
	app.Settings `embed:""`

	Topic string `arg:"" optional:"" help:"Only this topic, as status prints it."`
}

// Run brings dead letters back.
func (c *queueRedriveCommand) Run(ctx context.Context) error {
	return operate(ctx, c.Settings, func(a *app.App) error { return a.Redrive(ctx, c.Topic, os.Stdout) })
}

// operate runs something with access to the deployment's settings, without
// serving anything.
func operate(ctx context.Context, s app.Settings, fn func(*app.App) error) error {
	s.OpsAddr, s.InternalAddr = "", ""
	a, err := app.New(ctx, s.Operator(), app.Role{}, app.NewLogger(app.Settings{LogLevel: "warn"}, os.Stderr))
	if err != nil {
		return err
	}
	defer a.Close()
	return fn(a)
}
