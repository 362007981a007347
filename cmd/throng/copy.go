package main

import (
	"context"
	"os"

	"github.com/throng-social/throng/internal/app"
)

type copyCommand struct {
	app.Settings `embed:""`

	From    string `required:"" enum:"one,aws" help:"The shape whose stores have them: one (Postgres) or aws (DynamoDB)."`
	To      string `required:"" enum:"one,aws" help:"The shape whose stores get them."`
	Replace bool   `help:"Begin anew, and first remove what the target has of graph, posts and timelines."`
	Force   bool   `help:"Go on though messages are still to be handled."`
	Sample  int    `default:"0" help:"How many timelines to audit on each side, drawn at random; 0 for all."`
}

// Help implements kong.HelpProvider.
func (c *copyCommand) Help() string {
	return `Stop all servers and workers of the deployment first, the workers last and when
'throng queue status' shows that nothing is open: what is written or handled during a
copy may be in neither store. Users, pictures, campaigns and queues stay in the same
Postgres.

An interrupted copy goes on when the same command is run again. At the end both sides
are counted, recounted and audited; it exits 1 unless there are 0 differences. Timelines
arrive cold and are written anew as people look. The source keeps everything. Then start
servers and workers with THRONG_SHAPE, or the settings of the three stores, of the new
side.`
}

// Run copies.
func (c *copyCommand) Run(ctx context.Context) error {
	o := app.CopyOptions{From: c.From, To: c.To, Replace: c.Replace, Force: c.Force, Sample: c.Sample, Out: os.Stdout}
	return app.Copy(ctx, c.Settings, o, app.NewLogger(app.Settings{LogLevel: "warn"}, os.Stderr))
}
