package bench

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"

	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/timeline"
	timelinedynamo "github.com/throng-social/throng/internal/timeline/dynamostore"
)

// cloudPage is the read of a page by the store on DynamoDB, against the same requests
// without it.
type cloudPage struct {
	*cloud

	store *timelinedynamo.Store
}

func awsPageRows(ctx context.Context, c *cloud, o options, r *report) error {
	p := &cloudPage{cloud: c, store: timelinedynamo.New(c.tables, timelinedynamo.Config{})}
	if err := p.agree(ctx); err != nil {
		return err
	}
	for _, workers := range []int{1, atOnce} {
		res, err := p.measure(ctx, o, workers)
		if err != nil {
			return err
		}
		r.pair(fmt.Sprintf("shape aws: page read of the store, %d at once", workers), "reads/s", "≥ 0.6", res)
	}
	r.notef("Shape aws, page read: the limit is the same two Query and one GetItem, strong and in the same order, decoded by hand.")
	return p.homes(ctx, o, r)
}

func (p *cloudPage) ours(ctx context.Context, r *reader) (timeline.Snapshot, error) {
	return p.store.ReadPage(ctx, r.id, id.Max, pageSize)
}

// agree asserts that both sides read the same: a whole page, and all edges push.
func (p *cloudPage) agree(ctx context.Context) error {
	for _, r := range p.readers {
		one, err := p.ours(ctx, r)
		if err != nil {
			return err
		}
		other, err := p.bare.page(ctx, r.id)
		if err != nil {
			return err
		}
		if len(one.PostIDs) != pageSize || len(one.Pushed) != p.size.Follows || !reflect.DeepEqual(one, other) {
			return fmt.Errorf("the pages of reader %s differ, or are not whole:\n%v\n%v", r.id, one, other)
		}
	}
	return nil
}

func (p *cloudPage) measure(ctx context.Context, o options, workers int) (pair, error) {
	ours := func() (float64, error) {
		return readLoop(ctx, p.readers, workers, o.length, func(ctx context.Context, r *reader) error {
			_, err := p.ours(ctx, r)
			return err
		})
	}
	limit := func() (float64, error) {
		return readLoop(ctx, p.readers, workers, o.length, func(ctx context.Context, r *reader) error {
			_, err := p.bare.page(ctx, r.id)
			return err
		})
	}
	if o.profile != "" {
		if err := profiled(filepath.Join(o.profile, fmt.Sprintf("aws-page-%d.ours.pprof", workers)), ours); err != nil {
			return pair{}, err
		}
	}
	return inTurn(o.rounds, ours, limit)
}

// homes reads home timelines over HTTP, for information: what they take is more than
// the page.
func (p *cloudPage) homes(ctx context.Context, o options, r *report) error {
	var cold, warm []float64
	for range o.rounds {
		s, err := startSide(ctx, order{Settings: p.settings, Log: filepath.Join(p.world.dir, "aws-serve.log")})
		if err != nil {
			return err
		}
		first, err := onceEach(ctx, s.addr, p.readers, homeIn[asProtobuf].asked)
		if err != nil {
			return err
		}
		again, err := closedLoop(ctx, s.addr, p.readers, o.length, homeIn[asProtobuf].asked)
		if err != nil {
			return err
		}
		if err := s.stop(); err != nil {
			return err
		}
		cold, warm = append(cold, first), append(warm, again)
	}
	r.add(row{name: "shape aws: home timeline, protobuf, through the caches", unit: "calls/s", ours: median(warm)})
	r.add(row{name: "shape aws: home timeline, protobuf, cold", unit: "calls/s", ours: median(cold)})
	return nil
}
