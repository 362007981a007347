package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/demo"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/migration"
)

type devCommand struct {
	app.Settings `embed:""`

	DataDir string `default:".throng" help:"Where data is kept between starts."`
	Demo    bool   `default:"true" negatable:"" help:"Fill an empty deployment with a small community."`
}

// Run runs everything until it is told to stop.
func (c *devCommand) Run(ctx context.Context) (err error) {
	dir, err := devstack.ReachableDir(c.DataDir)
	if err != nil {
		return err
	}
	// Postgres may run as another user, who must be able to pass.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	log, closeLog, err := c.log(dir)
	if err != nil {
		return err
	}
	defer closeLog()
	s := c.Shaped()
	var servers devServers
	defer func() { err = errors.Join(err, servers.close()) }()
	if err := servers.start(ctx, dir, &s, log); err != nil {
		return err
	}
	if s.Secret, err = devSecret(dir); err != nil {
		return err
	}
	if err := migration.Up(ctx, s.URL, log); err != nil {
		return err
	}
	stopTraces, err := app.StartTraces(ctx, s)
	if err != nil {
		return err
	}
	defer stopTraces()
	a, err := app.New(ctx, s, app.Role{Serve: true, Work: true}, log)
	if err != nil {
		return err
	}
	defer a.Close()
	s.Addr = a.Addr()
	if err := writeEnvironment(dir, s); err != nil {
		return err
	}
	return c.serve(ctx, a, &servers, dir, os.Stdout)
}

// serve runs the app, fills it if it is empty, and says how to use it. A server
// that ends by itself ends the command.
func (c *devCommand) serve(ctx context.Context, a *app.App, servers *devServers, dir string, out io.Writer) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.Run(gctx) })
	g.Go(func() error { return servers.watch(gctx) })
	g.Go(func() error {
		base := "http://" + a.Addr()
		if c.Demo {
			if err := demo.Fill(gctx, base, a); err != nil {
				return fmt.Errorf("the demo community: %w", err)
			}
		}
		greet(out, base, dir, c.Demo)
		return nil
	})
	return g.Wait()
}

func greet(out io.Writer, base, dir string, filled bool) {
	fmt.Fprintf(out, "\n  Throng is running.\n\n  Web app   %s\n  API       %s   (Connect, gRPC, gRPC-Web; HTTP/1.1 and HTTP/2)\n", base, base)
	if filled {
		fmt.Fprintf(out, "  Sign in   %s / %s   (also as %s; the password is the same)\n            %s / %s   (operator)\n",
			demo.Handle, demo.Password, demo.Others, demo.Operator, demo.Password)
	}
	fmt.Fprintf(out, "  Data      %s   (settings for other commands: `set -a; . %s; set +a`)\n\n", dir, filepath.Join(dir, environmentFile))
	fmt.Fprintf(out, "  Try       curl -s %s/throng.user.v1.UserService/Login -H 'Content-Type: application/json' -d '{\"login\":\"%s\",\"password\":\"%s\"}'\n\n",
		base, demo.Handle, demo.Password)
	fmt.Fprint(out, "  Ctrl-C stops everything.\n\n")
}
