package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/progress"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/transfer"
)

// CopyOptions say what is copied where.
type CopyOptions struct {
	// From and To are shapes, which differ.
	From, To string
	// Replace removes first what the target has.
	Replace bool
	// Force copies though messages are still to be handled.
	Force bool
	// Sample is how many timelines are audited on each side; 0 is all.
	Sample int
	Out    io.Writer
}

var (
	errSameShape = errors.New("--from and --to are the same")
	errOpenJobs  = errors.New("messages are still to be handled: let the workers end their work before you stop them, or go on with --force")
	errTimelines = errors.New("timelines differ from their definition")
)

// Copy takes graph, posts and timelines from the stores of one shape to those of the
// other, then recounts and audits both. All else stays where it is. No server and no
// worker may run meanwhile, of which it sees only what messages are left.
func Copy(ctx context.Context, s Settings, o CopyOptions, log *slog.Logger) error {
	if o.From == o.To {
		return errSameShape
	}
	from, err := New(ctx, s.sideOf(o.From, ""), Role{}, log)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	defer from.Close()
	to, err := New(ctx, s.sideOf(o.To, "river"), Role{}, log)
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	defer to.Close()
	if err := from.readyToCopy(ctx, to, o.Force); err != nil {
		return err
	}
	c := transfer.Copy{DB: from.db, From: from.settings.storesName(), To: to.settings.storesName(), Parts: parts(from.stores, to.stores), Replace: o.Replace, Out: o.Out}
	if err := c.Run(ctx); err != nil {
		return err
	}
	for _, side := range []*App{from, to} {
		if err := side.prove(ctx, o); err != nil {
			return fmt.Errorf("%s: %w", side.settings.storesName(), err)
		}
	}
	return c.Done(ctx)
}

// sideOf are the settings of a process that has the stores of a shape, and beside them
// no more than it takes to look at them. queue is what carries messages; empty for what
// the shape or its own setting says.
func (s Settings) sideOf(shape, queue string) Settings {
	side := s.Operator()
	side.MediaStore = s.Shaped().MediaStore
	side.OpsAddr, side.InternalAddr = "", ""
	side.GraphStore, side.PostStore, side.TimelineStore = "", "", ""
	side.Shape, side.Queue = shape, cmp.Or(queue, s.Queue)
	side.PubSub, side.Cache, side.Limits, side.Boards = "postgres", "memory", "memory", "memory"
	return side.Shaped()
}

// storesName names the stores of a side, and where they are, for people and for a copy
// that is gone on with.
func (s *Settings) storesName() string {
	if len(s.onDynamo()) == 0 {
		return "postgres"
	}
	return strings.Join([]string{storeDynamo, cmp.Or(s.DynamoEndpoint, s.Region, "aws"), s.Prefix}, " ")
}

func parts(from, to stores) []transfer.Part {
	return []transfer.Part{
		transfer.Of[graph.Extract, graph.Totals]("graph", from.graph, to.graph),
		transfer.Of[post.Extract, post.Totals]("post", from.post, to.post),
		transfer.Of[timeline.Extract, timeline.Totals]("timeline", from.timeline, to.timeline),
	}
}

// readyToCopy asks whether both sides can be reached, and whether everything that the
// source has announced was handled: what is not would find another store.
func (a *App) readyToCopy(ctx context.Context, to *App, force bool) error {
	if err := migration.Check(ctx, a.settings.URL); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	for _, side := range []*App{a, to} {
		if side.dynamo == nil {
			continue
		}
		if err := side.dynamo.Ping(ctx, append(side.settings.onDynamo(), dynamo.Outbox)...); err != nil {
			return err
		}
	}
	open, err := a.OpenJobs(ctx)
	if err == nil && open > 0 && !force {
		err = fmt.Errorf("%d %w", open, errOpenJobs)
	}
	return err
}

// prove recounts a side and compares its timelines with their definition.
func (a *App) prove(ctx context.Context, o CopyOptions) error {
	fmt.Fprintf(o.Out, "%s:\n", a.settings.storesName())
	if err := a.Recount(ctx, "", o.Out); err != nil {
		return err
	}
	summary, err := a.auditAll(ctx, o.Sample, o.Out)
	if err != nil {
		return err
	}
	fmt.Fprintln(o.Out, summary)
	if summary.wrong() {
		return errTimelines
	}
	return nil
}

// audited is what an audit came to.
type audited struct{ Readers, Posts, Missing, Extra int }

func (s audited) wrong() bool { return s.Missing+s.Extra > 0 }

// String implements fmt.Stringer.
func (s audited) String() string {
	return fmt.Sprintf("%d timelines with %d posts compared: %d missing, %d extra", s.Readers, s.Posts, s.Missing, s.Extra)
}

// auditAll audits with a bar and prints what it finds.
func (a *App) auditAll(ctx context.Context, sample int, out io.Writer) (s audited, err error) {
	all, err := a.Audited(ctx, sample)
	if err != nil {
		return s, err
	}
	bar := progress.New(out, "audit", "timelines", all)
	defer bar.Finish()
	err = a.Audit(ctx, sample, func(f audit.Finding) {
		s.Readers, s.Posts = s.Readers+1, s.Posts+f.Posts
		s.Missing, s.Extra = s.Missing+len(f.Missing), s.Extra+len(f.Extra)
		if f.Wrong() {
			bar.Sayf("%s: missing %v, extra %v", f.Reader, f.Missing, f.Extra)
		}
		bar.Step(1)
	})
	return s, err
}
