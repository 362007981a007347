// Package labtest lets the program of a lab's tests be the server that the lab starts, as
// the command is.
package labtest

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/throng-social/throng/internal/app"
)

const serveCommand = "serve"

// Main is the TestMain of a lab: it serves where that is asked for, and else runs the tests.
func Main(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == serveCommand {
		if err := serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// Serve is the command that serves.
func Serve(t *testing.T) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return []string{self, serveCommand}
}

func serve() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var s app.Settings
	parser, err := kong.New(&s)
	if err != nil {
		return err
	}
	if _, err := parser.Parse(nil); err != nil {
		return err
	}
	a, err := app.New(ctx, s, app.Role{Serve: true, Work: true}, app.NewLogger(s, os.Stderr))
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Run(ctx)
}
