package dynamostore

import (
	"context"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/post"
)

// parallelErasures is how many posts or likes of one account go at the same time.
const parallelErasures = 8

// Delete implements post.Writes. Whatever a try finds changed was deleted by somebody
// else, which the next one sees.
func (s *Store) Delete(ctx context.Context, postID uuid.UUID, may func(post.Standing) error) (changed []uuid.UUID, err error) {
	for range 2 {
		item, err := s.db.Get(ctx, dynamo.Primary, dynamo.Post, postKey(postID))
		if err != nil {
			return nil, err
		}
		if item == nil {
			return nil, errNone
		}
		p, err := toStanding(postID, item)
		if err != nil {
			return nil, err
		}
		if err := may(p); err != nil || p.Deleted {
			return nil, err
		}
		if buried, err := s.bury(ctx, p); buried || err != nil {
			return changes(p), err
		}
	}
	return nil, nil
}

// changes are the posts that look different without p.
func changes(p post.Standing) []uuid.UUID {
	if p.ReplyTo == uuid.Nil {
		return []uuid.UUID{p.ID}
	}
	return []uuid.UUID{p.ID, p.ReplyTo}
}

// bury deletes a post, and says no where it was deleted already.
func (s *Store) bury(ctx context.Context, p post.Standing) (bool, error) {
	stamp := s.db.Stamp(ctx)
	writes := []dynamo.Write{
		{
			Table: dynamo.Post, Key: postKey(p.ID), Update: "SET d = :gone, w = :w REMOVE t, m", If: ifStands,
			Values: dynamo.Item{":gone": dynamo.Bool(true), ":w": stamp.Value()},
		},
		mark(logKey(p.Author, p.ID), stamp),
	}
	if p.ReplyTo != uuid.Nil {
		writes = append(writes, mark(replyKey(p.ReplyTo, p.ID), stamp), count(p.ReplyTo, attrReplies, -1, stamp, ifKnown))
	}
	writes, err := announce(ctx, writes, p.Events())
	if err != nil {
		return false, err
	}
	err = s.db.Transact(ctx, writes...)
	if u := dynamo.AsUnmet(err); u != nil && u.At(0) {
		return false, nil
	}
	return err == nil, err
}

// ErasePosts implements post.Upkeep. Each post goes in a transaction of its own: two
// may answer the same post, and one transaction cannot change an item twice.
func (s *Store) ErasePosts(ctx context.Context, author uuid.UUID, limit int32) (n int, changed []uuid.UUID, err error) {
	posts, err := s.places(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Post, PK: prefixLog + author.String(), Backwards: true}, int(limit))
	if err != nil || len(posts) == 0 {
		return 0, nil, err
	}
	items, err := s.items(ctx, dynamo.Primary, posts)
	if err != nil {
		return 0, nil, err
	}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelErasures)
	for postID, item := range items {
		g.Go(func() error {
			p, err := toStanding(postID, item)
			if err != nil || p.Deleted {
				return err
			}
			buried, err := s.bury(ctx, p)
			if !buried {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			changed = append(changed, changes(p)...)
			return nil
		})
	}
	err = g.Wait()
	return len(posts), changed, err
}

func toStanding(postID uuid.UUID, item dynamo.Item) (p post.Standing, err error) {
	c, err := toContent(postID, item)
	return post.Standing{ID: postID, Author: c.Author, Media: c.Media, ReplyTo: c.ReplyTo, Key: item.Str(attrKey), Deleted: item.Has(attrGone)}, err
}
