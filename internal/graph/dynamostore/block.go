package dynamostore

import (
	"context"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/graph"
)

// Block implements graph.Writes. A follow that begins meanwhile checks the item of
// the block, and the block checks that of the follow: one of them is made anew.
func (s *Store) Block(ctx context.Context, b graph.Block) (graph.Relationship, error) {
	err := s.try(ctx, func(c *change) error { return s.block(ctx, c, b) }, func(r *refusal) (bool, error) {
		if len(r.gone) > 0 {
			return true, graph.ErrNoAccount
		}
		return false, nil
	})
	if err != nil {
		return graph.Relationship{}, err
	}
	return graph.Relationship{Blocking: true}, nil
}

func (s *Store) block(ctx context.Context, c *change, b graph.Block) error {
	there := graph.Edge{FollowerID: b.BlockerID, FolloweeID: b.BlockedID}
	mine := blockKey(b.BlockerID, b.BlockedID)
	found, err := s.db.BatchGet(ctx, dynamo.Primary, dynamo.Graph, []dynamo.Key{mine, followKey(there), followKey(there.Back())})
	if err != nil || found[mine].Has(attrBlocking) {
		return err
	}
	c.mark(mine, "SET w = :w, o = :w", "attribute_not_exists(o)")
	c.mark(blockKey(b.BlockedID, b.BlockerID), "SET w = :w, i = :w", "")
	for _, e := range []graph.Edge{there, there.Back()} {
		if item := found[followKey(e)]; item != nil {
			c.end(e, item.Written())
		} else {
			c.not(e)
		}
	}
	c.count(b.BlockerID).alive, c.count(b.BlockedID).alive = true, true
	return nil
}

// mark changes one of the two items of a block.
func (c *change) mark(k dynamo.Key, update, condition string) {
	c.add(about{kind: unmoved}, dynamo.Write{Key: k, Update: update, If: condition, Values: c.values()})
}

func (c *change) values() dynamo.Item { return dynamo.Item{":w": c.stamp.Value()} }

// Unblock implements graph.Writes.
func (s *Store) Unblock(ctx context.Context, b graph.Block) (graph.Relationship, error) {
	err := s.try(ctx, func(c *change) error {
		item, err := s.db.Get(ctx, dynamo.Primary, dynamo.Graph, blockKey(b.BlockerID, b.BlockedID))
		if item.Has(attrBlocking) {
			c.unblock(b, item.Has(attrBlocked))
		}
		return err
	}, again)
	if err != nil {
		return graph.Relationship{}, err
	}
	return s.relationship(ctx, b.BlockerID, b.BlockedID)
}

// unblock takes the items away, or their part of it if the block is mutual. The
// counts take the stamp, as nothing else tells that a block has gone.
func (c *change) unblock(b graph.Block, mutual bool) {
	mine, theirs := blockKey(b.BlockerID, b.BlockedID), blockKey(b.BlockedID, b.BlockerID)
	if mutual {
		c.mark(mine, "SET w = :w REMOVE o", "attribute_exists(o) AND attribute_exists(i)")
		c.mark(theirs, "SET w = :w REMOVE i", "attribute_exists(o) AND attribute_exists(i)")
	} else {
		c.add(about{kind: unmoved}, dynamo.Write{Key: mine, Delete: true, If: "attribute_exists(o) AND attribute_not_exists(i)"})
		c.add(about{kind: unmoved}, dynamo.Write{Key: theirs, Delete: true, If: "attribute_not_exists(o)"})
	}
	c.count(b.BlockerID)
	c.count(b.BlockedID)
}
