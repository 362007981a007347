package transfer

import (
	"context"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/throng-social/throng/internal/fault"
)

// Store is what the stores of a noun have for this: Transfers, with the rows and the
// totals of that noun.
type Store[E extract, T totals] interface {
	Export(ctx context.Context, place string, most int) (e E, next string, err error)
	Import(ctx context.Context, e E) error
	Totals(ctx context.Context) (T, error)
	Clear(ctx context.Context) (more bool, err error)
}

type extract interface{ Rows() int }

type totals interface {
	Rows() int64
	Each(yield func(what string, n int64) bool)
}

// Part is what is copied of one noun.
type Part struct {
	Name string

	// page copies the rows after a place and answers how many, and the place after them.
	page func(ctx context.Context, place string, most int) (n int, next string, err error)
	// rows is how many the source has, about.
	rows func(ctx context.Context) (int64, error)
	// counts are those of the source and of the target.
	counts func(ctx context.Context) (from, to iter.Seq2[string, int64], err error)
	// clear removes some of what the target has.
	clear func(ctx context.Context) (more bool, err error)
}

// Of makes the part of a noun.
func Of[E extract, T totals](name string, from, to Store[E, T]) Part {
	return Part{
		Name: name,
		page: func(ctx context.Context, place string, most int) (n int, next string, err error) {
			e, next, err := from.Export(ctx, place, most)
			if err != nil {
				return 0, place, err
			}
			if err := to.Import(ctx, e); err != nil {
				return 0, place, err
			}
			return e.Rows(), next, nil
		},
		rows: func(ctx context.Context) (int64, error) {
			t, err := total(ctx, from)
			return t.Rows(), err
		},
		counts: func(ctx context.Context) (source, target iter.Seq2[string, int64], err error) {
			a, err := total(ctx, from)
			if err != nil {
				return nil, nil, err
			}
			b, err := total(ctx, to)
			return a.Each, b.Each, err
		},
		clear: to.Clear,
	}
}

func total[E extract, T totals](ctx context.Context, s Store[E, T]) (t T, err error) {
	err = patiently(ctx, func() error {
		t, err = s.Totals(ctx)
		return err
	})
	return t, err
}

const (
	// tries is how often a page is copied again that a store would not take, some minutes
	// in all.
	tries      = 12
	leastPause = 100 * time.Millisecond
	mostPause  = 30 * time.Second
)

// patiently repeats what may be repeated while a store is away or throttles, with pauses
// that grow.
func patiently(ctx context.Context, fn func() error) error {
	pause := leastPause
	for try := 1; ; try++ {
		err := fn()
		away := fault.Is(err, fault.Unavailable) || fault.Is(err, fault.TimedOut)
		if !away || try == tries || !wait(ctx, pause/2+rand.N(pause)) {
			return err
		}
		pause = min(2*pause, mostPause)
	}
}

// wait is over early where the context ends, and says so.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
