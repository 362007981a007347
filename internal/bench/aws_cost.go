package bench

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	throng "github.com/throng-social/throng/sdk/go"
)

// bill counts on the wire what one post, one delivery and one read take, and what it
// costs. Posts are made one after the other, each when the one before was delivered,
// so nothing shares a batch with another: this is the dearest way.
type bill struct {
	*cloud

	wire *wire
	rest time.Duration
}

// trailing is how long after a delivery messages are deleted that brought it.
const trailing = time.Second

func awsCostRows(ctx context.Context, c *cloud, o options, r *report) error {
	w, err := newWire(c.settings.DynamoEndpoint, c.settings.QueueEndpoint)
	if err != nil {
		return err
	}
	defer w.close()
	// Leases of the outbox are renewed every two seconds: a rest has several of them.
	b := &bill{cloud: c, wire: w, rest: 4 * o.length}
	if err := b.posts(ctx, r); err != nil {
		return err
	}
	if err := b.reads(ctx, r); err != nil {
		return err
	}
	r.notef("Shape aws, requests: counted on the wire between deployment and emulators, with the capacity units that the answers name; "+
		"what goes on anyway is counted while nothing happens and taken off. List prices of us-east-1, as they were quoted in %s: "+
		"DynamoDB on demand $%.3f for a million write and $%.3f for a million read request units, SNS $%.2f a million publishes, "+
		"SQS $%.2f a million requests; without free tiers, storage and transfer.", pricesOf, priceWritten, priceRead, priceSNS, priceSQS)
	return nil
}

// posts counts posts to one follower and to all of the star's.
func (b *bill) posts(ctx context.Context, r *report) error {
	a, err := run(ctx, b.world, b.wire.through(b.settings), "aws-cost")
	if err != nil {
		return err
	}
	idle, one, star, err := b.countPosts(ctx, a)
	if err = errors.Join(err, a.stop()); err != nil {
		return err
	}
	delivery := star.minus(one).times(1 / float64(len(b.fans)-1))
	r.usage("a post, delivered to one follower", one)
	r.usage("each further delivery", delivery)
	month := idle.price() / 1e6 * (30 * 24 * time.Hour).Seconds()
	r.add(row{name: "shape aws: server and worker at rest, at list price", unit: "$ for 30 days", ours: month})
	r.notef("Shape aws, server and worker at rest, a second: %v.", idle)
	return nil
}

// countPosts answers what a second at rest takes, a post to one, and a post to all. The
// first post of each finds names and counts that are kept afterwards, and does not count.
func (b *bill) countPosts(ctx context.Context, a *running) (idle, one, star usage, err error) {
	lonely := &bills{b, throng.New(a.base(), throng.WithToken(b.lonely.access)), b.fans[:1]}
	famous := &bills{b, throng.New(a.base(), throng.WithToken(b.star.access)), b.fans[max(len(b.fans)-bareGet, 0):]}
	for _, author := range []*bills{lonely, famous} {
		if err := author.post(ctx); err != nil {
			return nil, nil, nil, err
		}
	}
	if idle, err = b.atRest(ctx); err != nil {
		return nil, nil, nil, err
	}
	if one, err = lonely.count(ctx, b.size.Counted, idle); err == nil {
		star, err = famous.count(ctx, 2, idle)
	}
	return idle, one, star, err
}

// atRest is what a second takes in which nobody does anything.
func (b *bill) atRest(ctx context.Context) (usage, error) {
	if err := pass(ctx, trailing); err != nil {
		return nil, err
	}
	before, began := b.wire.total(), time.Now()
	err := pass(ctx, b.rest)
	return b.wire.total().minus(before).times(1 / time.Since(began).Seconds()), err
}

func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// during is what something takes beyond what goes on anyway.
func (b *bill) during(idle usage, do func() error) (usage, error) {
	before, began := b.wire.total(), time.Now()
	err := do()
	return b.wire.total().minus(before).minus(idle.times(time.Since(began).Seconds())), err
}

// bills are those of one author.
type bills struct {
	*bill

	author *throng.Client
	// last are the followers who are written to last.
	last []uuid.UUID
}

// post waits for its own delivery.
func (b *bills) post(ctx context.Context) error {
	post, err := create(ctx, b.author, "hello")
	if err != nil {
		return err
	}
	return b.awaitDelivery(ctx, b.last, post)
}

// count is what one post takes, of so many.
func (b *bills) count(ctx context.Context, posts int, idle usage) (usage, error) {
	used, err := b.during(idle, func() error {
		for range posts {
			if err := b.post(ctx); err != nil {
				return err
			}
		}
		return pass(ctx, trailing)
	})
	return used.times(1 / float64(posts)), err
}

// reads counts reads of first pages: each reader's first one after a start, then each
// once more.
func (b *bill) reads(ctx context.Context, r *report) error {
	s, err := startSide(ctx, order{Settings: b.wire.through(b.settings), Log: filepath.Join(b.world.dir, "aws-cost.log")})
	if err != nil {
		return err
	}
	idle, err := b.atRest(ctx)
	for _, name := range []string{"a read of a home timeline, cold", "a read of a home timeline, again"} {
		if err != nil {
			break
		}
		var used usage
		used, err = b.during(idle, func() error {
			_, err := onceEach(ctx, s.addr, b.readers, homeIn[asProtobuf].asked)
			return err
		})
		r.usage(name, used.times(1/float64(len(b.readers))))
	}
	return errors.Join(err, s.stop())
}

// usage adds the rows of what one thing takes.
func (r *report) usage(name string, u usage) {
	r.add(row{name: "shape aws: " + name + ", requests to DynamoDB", unit: "requests", ours: u.sum(onDynamo).requests})
	r.add(row{name: "shape aws: " + name + ", at list price", unit: "$ a million", ours: u.price()})
	r.notef("Shape aws, %s: %v.", name, u)
}
