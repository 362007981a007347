// Package transfer copies what graph, posts and timelines keep from one kind of store
// to another.
//
// It is made while no server and no worker runs. Noun after noun, the source's rows
// are walked over by key, a page at a time, and put into the target as they are: a
// page that is put twice changes nothing. After each page the place in the walk is
// stored in Postgres (copy_places), so a copy that was interrupted goes on where it
// was, in another process and as often as it takes. The target must be empty at the
// beginning, or is emptied if that was asked for, and a copy between other stores that
// is not done yet is never taken for this one.
//
// When all rows are there, both sides are counted. That the counts are what they
// count, and that timelines equal their definition on both sides, is for others to
// look at (internal/audit); Done says that they did, and forgets the places.
package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"text/tabwriter"

	"github.com/throng-social/throng/gen/db/copydb"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/progress"
)

// Copy is one between two kinds of stores.
type Copy struct {
	// DB has the places.
	DB *postgres.DB
	// From and To name the stores, so that nothing else is taken for them.
	From, To string
	Parts    []Part
	// Replace begins anew: what the target has is removed first.
	Replace bool
	// PageRows is how many rows are on their way at once; 0 is 1,000.
	PageRows int
	Out      io.Writer

	q copydb.Queries
}

const pageRows = 1000

// The stages of a noun.
const (
	clearing = "clearing"
	moving   = "moving"
	moved    = "moved"
)

var (
	errInterrupted = errors.New("interrupted; the same command goes on where it was")
	errNothing     = errors.New("the source has nothing, so nothing of the target is removed: is --from right?")
	errCounts      = errors.New("source and target do not have the same; was something written meanwhile? --replace begins anew")
)

// Run copies what is not copied yet, and counts both sides.
func (c *Copy) Run(ctx context.Context) error {
	err := c.run(ctx)
	if err != nil && ctx.Err() != nil {
		return errInterrupted
	}
	return err
}

func (c *Copy) run(ctx context.Context) error {
	places, err := c.begin(ctx)
	if err != nil {
		return err
	}
	for _, p := range c.Parts {
		if err := c.move(ctx, p, places[p.Name]); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	return c.compare(ctx)
}

// place is how far a noun has come.
type place = copydb.SetPlaceParams

// begin finds the places to go on from, or makes them.
func (c *Copy) begin(ctx context.Context) (map[string]place, error) {
	rows, err := c.q.ListPlaces(ctx, c.DB.Primary(ctx))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || c.Replace {
		return c.anew(ctx)
	}
	places := map[string]place{}
	for _, r := range rows {
		if r.Source != c.From || r.Target != c.To {
			return nil, fmt.Errorf("a copy from %s to %s is not done yet: end it with the same command, or give it up with --replace", r.Source, r.Target)
		}
		places[r.Noun] = place(r)
	}
	for _, p := range c.Parts {
		if _, known := places[p.Name]; !known {
			places[p.Name] = place{Noun: p.Name, Source: c.From, Target: c.To, Stage: moving}
		}
	}
	fmt.Fprintln(c.Out, "going on with a copy that was interrupted")
	return places, nil
}

// anew refuses a target that has something, unless it is to be replaced.
func (c *Copy) anew(ctx context.Context) (map[string]place, error) {
	var source, target int64
	for _, p := range c.Parts {
		from, to, err := p.counts(ctx)
		if err != nil {
			return nil, err
		}
		source, target = source+sum(from), target+sum(to)
	}
	stage := moving
	switch {
	case target == 0:
	case !c.Replace:
		return nil, fmt.Errorf("the target (%s) has graph, posts or timelines already: --replace removes them first", c.To)
	case source == 0:
		return nil, errNothing
	default:
		stage = clearing
	}
	places := map[string]place{}
	for _, p := range c.Parts {
		places[p.Name] = place{Noun: p.Name, Source: c.From, Target: c.To, Stage: stage}
	}
	return places, c.keep(ctx, places)
}

// keep stores the places of all nouns at once, and no others.
func (c *Copy) keep(ctx context.Context, places map[string]place) error {
	return c.DB.InTx(ctx, func(tx postgres.Tx) error {
		if err := c.q.ForgetPlaces(ctx, tx); err != nil {
			return err
		}
		for _, at := range places {
			if err := c.q.SetPlace(ctx, tx, at); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Copy) set(ctx context.Context, at place) error {
	return patiently(ctx, func() error { return c.q.SetPlace(ctx, c.DB.Writer(ctx), at) })
}

// move copies one noun from its place on.
func (c *Copy) move(ctx context.Context, p Part, at place) error {
	if at.Stage == clearing {
		if err := c.clear(ctx, p); err != nil {
			return err
		}
		at.Stage = moving
		if err := c.set(ctx, at); err != nil {
			return err
		}
	}
	if at.Stage == moved {
		return nil
	}
	end, err := p.rows(ctx)
	if err != nil {
		return err
	}
	bar := progress.New(c.Out, p.Name, "rows", end)
	defer bar.Finish()
	bar.At(0, min(at.Moved, end))
	for at.Stage != moved {
		var n int
		err := patiently(ctx, func() (err error) {
			n, at.Place, err = p.page(ctx, at.Place, cmp.Or(c.PageRows, pageRows))
			return err
		})
		if err != nil {
			return err
		}
		if at.Moved += int64(n); at.Place == "" {
			at.Stage = moved
		}
		if err := c.set(ctx, at); err != nil {
			return err
		}
		bar.At(n, min(at.Moved, end))
	}
	return nil
}

func (c *Copy) clear(ctx context.Context, p Part) error {
	fmt.Fprintf(c.Out, "%s: removing what the target has\n", p.Name)
	for more := true; more; {
		err := patiently(ctx, func() (err error) {
			more, err = p.clear(ctx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// compare prints what both sides have.
func (c *Copy) compare(ctx context.Context) error {
	w := tabwriter.NewWriter(c.Out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\t%s\t%s\t\n", c.From, c.To)
	differ := false
	for _, p := range c.Parts {
		from, to, err := p.counts(ctx)
		if err != nil {
			return err
		}
		counted := maps.Collect(to)
		for what, n := range from {
			fmt.Fprintf(w, "%s\t%d\t%d\t\n", what, n, counted[what])
			differ = differ || n != counted[what]
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if differ {
		return errCounts
	}
	return nil
}

// Done ends a copy that was found to be right.
func (c *Copy) Done(ctx context.Context) error {
	return c.q.ForgetPlaces(ctx, c.DB.Writer(ctx))
}

func sum(counts iter.Seq2[string, int64]) (total int64) {
	for _, n := range counts {
		total += n
	}
	return total
}
