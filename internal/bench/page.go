package bench

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/pgstore"
)

// pageRead is the store's read of a page, ours and bare: the same statement on
// the same server.
type pageRead struct {
	world *world
	db    *postgres.DB
	store *pgstore.Store
	bare  *barePage
}

const (
	pageSize = 20
	// atOnce is how many reads are under way in the second measurement.
	atOnce = 8
)

// pageRows measures it on one connection and on several.
func pageRows(ctx context.Context, w *world, o options, r *report) error {
	p, err := newPageRead(ctx, w)
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.agree(ctx); err != nil {
		return err
	}
	for _, workers := range []int{1, atOnce} {
		res, err := p.measure(ctx, o, workers)
		if err != nil {
			return err
		}
		r.pair(fmt.Sprintf("page read of the store, %d at once", workers), "reads/s", "≥ 0.9", res)
	}
	return nil
}

func newPageRead(ctx context.Context, w *world) (*pageRead, error) {
	s := w.settings
	db, err := postgres.Open(ctx, postgres.Config{WriterURL: s.URL, ReaderURLs: s.Readers, MaxConns: s.MaxConns, Indexed: true}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	p := &pageRead{world: w, db: db, store: pgstore.New(db, nil)}
	sql, _ := storeStatement(func(db timelinedb.DBTX) { _, _ = timelinedb.New().ReadPage(ctx, db, timelinedb.ReadPageParams{}) })
	p.bare, err = newBarePage(ctx, s.Readers[0], s.MaxConns, sql)
	return p, err
}

func (p *pageRead) close() {
	p.db.Close()
	p.bare.pool.Close()
}

func (p *pageRead) ours(ctx context.Context, r *reader) (timeline.Snapshot, error) {
	return p.store.ReadPage(ctx, r.id, id.Max, pageSize)
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
		if len(one.PostIDs) != pageSize || !reflect.DeepEqual(one, other) {
			return fmt.Errorf("the pages of reader %s differ:\n%v\n%v", r.id, one, other)
		}
	}
	return nil
}

func (p *pageRead) measure(ctx context.Context, o options, workers int) (pair, error) {
	ours := func() (float64, error) {
		return readLoop(ctx, p.world.readers, workers, o.length, func(ctx context.Context, r *reader) error {
			_, err := p.ours(ctx, r)
			return err
		})
	}
	bare := func() (float64, error) {
		return readLoop(ctx, p.world.readers, workers, o.length, func(ctx context.Context, r *reader) error {
			_, err := p.bare.read(ctx, r.id)
			return err
		})
	}
	return inTurn(o.rounds, ours, bare)
}

// readLoop reads pages of readers in random order and answers reads a second.
func readLoop(ctx context.Context, readers []*reader, workers int, length time.Duration, read func(context.Context, *reader) error) (float64, error) {
	var reads atomic.Int64
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for i := range workers {
		g.Go(func() error {
			n := int64(0)
			for at := i; time.Since(began) < length; at += 7919 {
				if err := read(ctx, readers[at%len(readers)]); err != nil {
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
