package dynamostore

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/graph"
)

const (
	// removedAtOnce is how many edges one transaction ends: three writes each, the
	// counts of the account and the event, of the 100 that it takes.
	removedAtOnce = 32
	// removalPage is how many are read at once.
	removalPage = 8 * removedAtOnce
)

// MarkGone implements graph.Upkeep.
func (s *Store) MarkGone(ctx context.Context, account uuid.UUID) error {
	_, err := s.db.Do(ctx, dynamo.Write{
		Table: dynamo.Graph, Key: countsKey(account), Update: "SET w = :w, gone = :yes",
		Values: dynamo.Item{":w": s.db.Stamp(ctx).Value(), ":yes": dynamo.Bool(true)},
	})
	return err
}

// RemovePage implements graph.Upkeep: whom the account follows first, then its
// followers, then blocks.
func (s *Store) RemovePage(ctx context.Context, account uuid.UUID) (more bool, err error) {
	for _, side := range []string{ofFollower, ofFollowee} {
		items, err := s.some(ctx, side+account.String())
		if err != nil {
			return false, err
		}
		for part := range slices.Chunk(items, removedAtOnce) {
			if err := s.endAll(ctx, part); err != nil {
				return false, err
			}
		}
		if len(items) > 0 {
			return true, nil
		}
	}
	items, err := s.some(ctx, ofBlocks+account.String())
	if err != nil {
		return false, err
	}
	for part := range slices.Chunk(items, removedAtOnce) {
		if err := s.forget(ctx, part); err != nil {
			return false, err
		}
	}
	return len(items) > 0, nil
}

// some reads the first items of a partition, without the counts.
func (s *Store) some(ctx context.Context, pk string) ([]dynamo.Item, error) {
	page, err := s.db.Query(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Graph, PK: pk, Limit: removalPage})
	return slices.DeleteFunc(page.Items, func(i dynamo.Item) bool { return i.Key().SK == countsSK }), err
}

// endAll ends the edges of items, those at least that have not ended meanwhile.
func (s *Store) endAll(ctx context.Context, items []dynamo.Item) error {
	since := make(map[graph.Edge]dynamo.Stamp, len(items))
	for _, item := range items {
		since[edgeOf(item.Key())] = item.Written()
	}
	return s.try(ctx, func(c *change) error {
		for e, at := range since {
			c.end(e, at)
		}
		return nil
	}, func(*refusal) (bool, error) { return false, s.renew(ctx, since) })
}

// renew reads again since when edges stand, and forgets those that do not.
func (s *Store) renew(ctx context.Context, since map[graph.Edge]dynamo.Stamp) error {
	keys := make([]dynamo.Key, 0, len(since))
	for e := range since {
		keys = append(keys, followKey(e))
	}
	found, err := s.get(ctx, dynamo.Primary, keys)
	if err != nil {
		return err
	}
	for e := range since {
		if item := found[followKey(e)]; item != nil {
			since[e] = item.Written()
		} else {
			delete(since, e)
		}
	}
	return nil
}

// forget removes blocks of an account that is gone: it makes no new ones, and an
// unblock of the other side does the same.
func (s *Store) forget(ctx context.Context, items []dynamo.Item) error {
	return s.try(ctx, func(c *change) error {
		for _, item := range items {
			account, other := idIn(item.Key().PK), idIn(item.Key().SK)
			c.add(about{}, dynamo.Write{Key: blockKey(account, other), Delete: true})
			c.add(about{}, dynamo.Write{Key: blockKey(other, account), Delete: true})
			c.count(account)
			c.count(other)
		}
		return nil
	}, again)
}
