package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/google/uuid"

	throng "github.com/throng-social/throng/sdk/go"
)

// cloudFanout is a fan-out as in fanout.go, into DynamoDB: by the outbox and its
// relay, SNS and SQS, and a worker, which all run in this process.
type cloudFanout struct {
	*cloud

	app    *running
	client *throng.Client
}

func awsFanoutRows(ctx context.Context, c *cloud, o options, r *report) error {
	a, err := run(ctx, c.world, c.settings, "aws-fanout")
	if err != nil {
		return err
	}
	f := &cloudFanout{cloud: c, app: a, client: throng.New(a.base(), throng.WithToken(c.star.access))}
	p, err := f.measure(ctx, o)
	if err = errors.Join(err, a.stop()); err != nil {
		return err
	}
	r.pair(fmt.Sprintf("shape aws: fan-out to %d followers", len(c.fans)), "deliveries/s", "≥ 0.7", p)
	r.notef("Shape aws: a deployment of it on emulators on this machine (Dynoxide and fauxqs in memory, Redis; tables and queues from cdk/template.json), %v. "+
		"A fan-out is from the answer to CreatePost, through outbox, SNS, SQS and a worker, to the last timeline; "+
		"the limit is BatchWriteItem of the same items, %d batches of %d at once, as in ours.", c.size, bareParallel, barePut)
	return nil
}

func (f *cloudFanout) measure(ctx context.Context, o options) (pair, error) {
	ours := func() (float64, error) { return f.ours(ctx) }
	limit := func() (float64, error) { return f.limit(ctx) }
	if _, err := inTurn(1, ours, limit); err != nil {
		return pair{}, err
	}
	if o.profile != "" {
		for name, side := range map[string]func() (float64, error){"ours": ours, "bare": limit} {
			if err := profiled(filepath.Join(o.profile, "aws-fanout."+name+".pprof"), side); err != nil {
				return pair{}, err
			}
		}
	}
	return inTurn(o.rounds, ours, limit)
}

// profiled runs a side that does not count under the profiler of this process.
func profiled(path string, side func() (float64, error)) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return errors.Join(err, file.Close())
	}
	_, err = side()
	pprof.StopCPUProfile()
	return errors.Join(err, file.Close())
}

// ours posts and answers deliveries a second. Batches overtake one another, so the
// last ones are waited for, not the last item alone; that all are there is asserted
// afterwards.
func (f *cloudFanout) ours(ctx context.Context) (float64, error) {
	post, err := create(ctx, f.client, "hello, everybody")
	if err != nil {
		return 0, err
	}
	began := time.Now()
	n := len(f.fans)
	for _, last := range [][]uuid.UUID{f.fans[n-1:], f.fans[max(n-bareGet, 0):]} {
		if err := f.awaitDelivery(ctx, last, post); err != nil {
			return 0, err
		}
	}
	took := time.Since(began)
	return float64(n) / took.Seconds(), f.delivered(ctx, post)
}

// awaitDelivery waits until all of them have the post.
func (c *cloud) awaitDelivery(ctx context.Context, readers []uuid.UUID, post uuid.UUID) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	return await(ctx, tellAfter, func() (bool, error) {
		n, err := c.bare.count(ctx, readers, post)
		return n == len(readers), err
	})
}

func (f *cloudFanout) delivered(ctx context.Context, post uuid.UUID) error {
	n, err := f.bare.count(ctx, f.fans, post)
	if err == nil && n != len(f.fans) {
		err = fmt.Errorf("%d of %d fans have the post", n, len(f.fans))
	}
	return err
}

// limit writes the items of a post that there is not.
func (f *cloudFanout) limit(ctx context.Context) (float64, error) {
	post := uuid.Must(uuid.NewV7())
	rows := f.bare.entries(f.fans, post, f.star.id)
	began := time.Now()
	if err := f.bare.write(ctx, rows); err != nil {
		return 0, err
	}
	took := time.Since(began)
	return float64(len(rows)) / took.Seconds(), f.delivered(ctx, post)
}
