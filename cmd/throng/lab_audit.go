package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/progress"
)

var errAudit = errors.New("timelines differ from their definition")

type labAudit struct {
	app.Settings `embed:""`

	Sample int `default:"0" help:"How many readers to draw at random; 0 for all."`
}

// Run compares timelines with their definition and repairs nothing.
func (c *labAudit) Run(ctx context.Context) error {
	return operate(ctx, c.Settings, func(a *app.App) error {
		all, err := a.Audited(ctx, c.Sample)
		if err != nil {
			return err
		}
		bar := progress.New(os.Stderr, "audit", "timelines", all)
		var readers, posts, missing, extra int
		err = a.Audit(ctx, c.Sample, func(f audit.Finding) {
			readers, posts, missing, extra = readers+1, posts+f.Posts, missing+len(f.Missing), extra+len(f.Extra)
			if f.Wrong() {
				fmt.Printf("%s: missing %v, extra %v\n", f.Reader, f.Missing, f.Extra)
			}
			bar.Step(1)
		})
		bar.Finish()
		if err != nil {
			return err
		}
		fmt.Printf("%d timelines with %d posts compared: %d missing, %d extra\n", readers, posts, missing, extra)
		if missing+extra > 0 {
			return errAudit
		}
		return nil
	})
}
