package dynamostore

import (
	"context"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/graph"
)

// Follow implements graph.Writes. It reads nothing before: conditions say it all.
func (s *Store) Follow(ctx context.Context, e graph.Edge, limit int64) (graph.Relationship, error) {
	err := s.try(ctx, func(c *change) error {
		c.begin(e)
		c.count(e.FollowerID).limit = limit
		return nil
	}, func(r *refusal) (bool, error) {
		switch {
		case r.blocked[e]:
			return true, graph.ErrBlocked
		case r.stands[e]:
			return true, nil
		case len(r.gone) > 0:
			return true, graph.ErrNoAccount
		case r.full:
			return true, graph.OverLimit(limit)
		}
		return false, nil
	})
	if err != nil {
		return graph.Relationship{}, err
	}
	back, err := s.db.Get(ctx, dynamo.Primary, dynamo.Graph, followKey(e.Back()))
	return graph.Relationship{Following: true, FollowedBy: back != nil}, err
}

// Unfollow implements graph.Writes. It must know since when the follow stands, as
// that is in the key of the follower's item.
func (s *Store) Unfollow(ctx context.Context, e graph.Edge) (graph.Relationship, error) {
	err := s.try(ctx, func(c *change) error {
		item, err := s.db.Get(ctx, dynamo.Primary, dynamo.Graph, followKey(e))
		if item != nil {
			c.end(e, item.Written())
		}
		return err
	}, again)
	if err != nil {
		return graph.Relationship{}, err
	}
	return s.relationship(ctx, e.FollowerID, e.FolloweeID)
}
