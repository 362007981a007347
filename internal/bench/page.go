package bench

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
)

// pageRead is the store's read of a page, ours and bare: the same statement on
// the same server.
type pageRead struct {
	world *world
	db    *postgres.DB
	q     *timelinedb.Queries
	bare  *barePage
}

const (
	pageSize = 20
	// atOnce is how many reads are under way in the second measurement.
	atOnce = 8
)

func newPageRead(ctx context.Context, w *world) (*pageRead, error) {
	s := w.settings
	db, err := postgres.Open(ctx, postgres.Config{WriterURL: s.URL, ReaderURLs: s.Readers, MaxConns: s.MaxConns}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	p := &pageRead{world: w, db: db, q: timelinedb.New()}
	sql := &recorder{}
	if _, err := p.q.ReadPage(ctx, sql, timelinedb.ReadPageParams{}); err != nil {
		return nil, err
	}
	p.bare, err = newBarePage(ctx, s.Readers[0], s.MaxConns, sql.sql)
	return p, err
}

func (p *pageRead) close() {
	p.db.Close()
	p.bare.pool.Close()
}

func (p *pageRead) ours(ctx context.Context, r *reader) (timelinedb.ReadPageRow, error) {
	return p.q.ReadPage(ctx, p.db.Reader(ctx), timelinedb.ReadPageParams{ReaderID: r.id, BeforeID: id.Max, PageLimit: pageSize})
}

// agree asserts that both sides read the same.
func (p *pageRead) agree(ctx context.Context) error {
	for _, r := range p.world.readers[:min(compared, len(p.world.readers))] {
		one, err := p.ours(ctx, r)
		if err != nil {
			return err
		}
		other, err := p.bare.read(ctx, r.id)
		if err != nil {
			return err
		}
		if len(one.PostIds) != pageSize || !slices.Equal(one.PostIds, other.PostIds) || !slices.Equal(one.Pushed, other.Pushed) {
			return fmt.Errorf("the pages of reader %s differ:\n%v\n%v", r.id, one, other)
		}
	}
	return nil
}

func (p *pageRead) measure(ctx context.Context, o Options, workers int) (pair, error) {
	ours := func() (float64, error) {
		return p.loop(ctx, workers, o.Length, func(ctx context.Context, r *reader) error {
			_, err := p.ours(ctx, r)
			return err
		})
	}
	bare := func() (float64, error) {
		return p.loop(ctx, workers, o.Length, func(ctx context.Context, r *reader) error {
			_, err := p.bare.read(ctx, r.id)
			return err
		})
	}
	return inTurn(o.Rounds, ours, bare)
}

// loop reads pages of readers in random order and answers reads a second.
func (p *pageRead) loop(ctx context.Context, workers int, length time.Duration, read func(context.Context, *reader) error) (float64, error) {
	var reads atomic.Int64
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for i := range workers {
		g.Go(func() error {
			n := int64(0)
			for at := i; time.Since(began) < length; at += 7919 {
				if err := read(ctx, p.world.readers[at%len(p.world.readers)]); err != nil {
					return err
				}
				n++
			}
			reads.Add(n)
			return nil
		})
	}
	err := g.Wait()
	return float64(reads.Load()) / time.Since(began).Seconds(), err
}
