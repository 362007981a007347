// Command throng is the whole of Throng: server, worker, importer, lab.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	// Campaigns have days of their own time zones, which machines need not know.
	_ "time/tzdata"

	"github.com/alecthomas/kong"
)

// commands is the command line; each command is in the file of its name.
type commands struct {
	Dev     devCommand     `cmd:"" help:"Run everything in one process on a private Postgres, with a demo community."`
	Serve   serveCommand   `cmd:"" help:"Serve the API, the web app and, if asked to, run jobs as well."`
	Worker  workerCommand  `cmd:"" help:"Run jobs."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to date."`
	Import  importCommand  `cmd:"" help:"Load data in bulk through the API, as an operator."`
	Copy    copyCommand    `cmd:"" help:"Copy graph, posts and timelines between the stores of two shapes, while nothing runs, then audit both."`
	Role    roleCommand    `cmd:"" help:"Give an account a role."`
	Token   tokenCommand   `cmd:"" help:"Print a short-lived access token for an account."`
	Policy  policyCommand  `cmd:"" help:"Print the strategy of home timelines, or switch to another while the deployment runs."`
	Queue   queueCommand   `cmd:"" help:"Look into the queues and bring dead letters back."`
	Recount recountCommand `cmd:"" help:"Compare everything precomputed with a full recount; exit 1 unless there are 0 differences."`
	Doctor  doctorCommand  `cmd:"" help:"Check the parts of a deployment and say what is wrong."`
	Lab     labCommand     `cmd:"" help:"Generate worlds, check and measure: experiments with reports."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	parser := kong.Parse(&commands{}, kong.Name("throng"), kong.UsageOnError(),
		kong.Description("A backend for community products."), kong.BindTo(ctx, (*context.Context)(nil)))
	err := parser.Run()
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "throng: "+err.Error())
		os.Exit(1)
	}
}
