package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/graph"
	graphdynamo "github.com/throng-social/throng/internal/graph/dynamostore"
	"github.com/throng-social/throng/internal/timeline"
	timelinedynamo "github.com/throng-social/throng/internal/timeline/dynamostore"
	throng "github.com/throng-social/throng/sdk/go"
)

const (
	// storedAtOnce is how many follows or edges one call stores, postedAtOnce how many posts are
	// made at the same time.
	storedAtOnce = 1000
	postedAtOnce = 8
)

// fill makes what is measured.
func (c *cloud) fill(ctx context.Context) (err error) {
	if err := errors.Join(
		devstack.CreateTables(ctx, c.settings.DynamoEndpoint, cloudPrefix),
		devstack.CreateQueues(ctx, c.settings.QueueEndpoint, cloudPrefix),
	); err != nil {
		return err
	}
	if c.tables, err = dynamo.Open(ctx, dynamo.Config{Region: devstack.Region, Endpoint: c.settings.DynamoEndpoint, Prefix: cloudPrefix}); err != nil {
		return err
	}
	c.bare = newBareTables(c.settings.DynamoEndpoint, cloudPrefix+dynamo.Timeline)
	a, err := run(ctx, c.world, c.settings, "aws-fill")
	if err != nil {
		return err
	}
	if err := c.people(ctx, a); err != nil {
		return errors.Join(err, a.stop())
	}
	err = errors.Join(c.admire(ctx), c.follow(ctx))
	if err == nil {
		err = settle(ctx, a.app)
	}
	if err == nil {
		err = c.post(ctx, a.base())
	}
	if err == nil {
		err = settle(ctx, a.app)
	}
	return errors.Join(err, a.stop())
}

// people are some of the world's accounts; fans are ids with timelines alone.
func (c *cloud) people(ctx context.Context, a *running) error {
	conn, err := pgx.Connect(ctx, c.settings.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	star, err := signIn(ctx, a.app, conn, starName)
	if err != nil {
		return err
	}
	c.star, c.lonely = star, anew(c.world.readers[c.size.Readers])
	for _, r := range c.world.readers[:c.size.Readers] {
		c.readers = append(c.readers, anew(r))
	}
	for _, r := range c.world.strangers[:c.size.Authors] {
		c.authors = append(c.authors, anew(r))
	}
	for range c.size.Fans {
		c.fans = append(c.fans, uuid.Must(uuid.NewV7()))
	}
	return nil
}

// anew is the same account, by somebody who has seen nothing yet.
func anew(r *reader) *reader { return &reader{id: r.id, access: r.access} }

// follow stores who follows whom.
func (c *cloud) follow(ctx context.Context) error {
	var rows []graph.Row
	add := func(follower, followee uuid.UUID) {
		rows = append(rows, graph.Row{Edge: graph.Edge{FollowerID: follower, FolloweeID: followee}, Line: int64(len(rows) + 1)})
	}
	for i, r := range c.readers {
		for k := range c.size.Follows {
			add(r.id, c.authors[(7*i+k)%len(c.authors)].id)
		}
	}
	store := graphdynamo.New(c.tables)
	for part := range slices.Chunk(rows, storedAtOnce) {
		done, err := store.StoreRows(ctx, part, true)
		if err == nil && done.Edges != len(part) {
			err = fmt.Errorf("%d of %d follows were stored", done.Edges, len(part))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// admire makes the fans' edges push, which have nothing that could be copied.
func (c *cloud) admire(ctx context.Context) error {
	edges := []timeline.Edge{{Author: c.lonely.id, Reader: c.fans[0], Since: 1}}
	for _, fan := range c.fans {
		edges = append(edges, timeline.Edge{Author: c.star.id, Reader: fan, Since: 1})
	}
	store := timelinedynamo.New(c.tables, timelinedynamo.Config{})
	for part := range slices.Chunk(edges, storedAtOnce) {
		generation, promoted, err := store.PromoteEdges(ctx, part)
		if err != nil {
			return err
		}
		n := len(promoted)
		settled, err := store.SettleEdges(ctx, timeline.Settlement{
			Generation: generation, Edges: promoted, PushedAfter: make([]uuid.UUID, n), Versions: make([]int64, n), Moment: time.Now(),
		})
		if err == nil && settled != len(part) {
			err = fmt.Errorf("%d of %d edges are push", settled, len(part))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// post has every author write.
func (c *cloud) post(ctx context.Context, base string) error {
	for n := range c.size.Posts {
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(postedAtOnce)
		for _, author := range c.authors {
			g.Go(func() error {
				_, err := create(ctx, throng.New(base, throng.WithToken(author.access)),
					fmt.Sprintf("Post %d of %s. We met at the old boathouse and ran seven kilometres along the river, two small hills and one very good bakery.", n, author.id))
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func create(ctx context.Context, author *throng.Client, text string) (uuid.UUID, error) {
	res, err := author.Posts.CreatePost(ctx, &postv1.CreatePostRequest{Text: text, IdempotencyKey: throng.NewIdempotencyKey()})
	if err != nil {
		return uuid.Nil, err
	}
	return uuid.Parse(res.GetPost().GetId())
}
