package dynamostore

import (
	"context"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/dynamo"
)

// Like implements post.Writes. What takes a like back leaves a mark, over which a new
// one is written.
func (s *Store) Like(ctx context.Context, user, postID uuid.UUID) (likes int64, changed bool, err error) {
	stamp := s.db.Stamp(ctx)
	err = s.db.Transact(
		ctx,
		dynamo.Write{Table: dynamo.Post, Key: likeKey(user, postID), Put: place(stamp), If: "attribute_not_exists(pk) OR attribute_exists(d)"},
		count(postID, attrLikes, 1, stamp, ifStands),
	)
	return s.likesAfter(ctx, postID, err)
}

// Unlike implements post.Writes.
func (s *Store) Unlike(ctx context.Context, user, postID uuid.UUID) (likes int64, changed bool, err error) {
	stamp := s.db.Stamp(ctx)
	err = s.db.Transact(ctx, mark(likeKey(user, postID), stamp), count(postID, attrLikes, -1, stamp, ifStands))
	return s.likesAfter(ctx, postID, err)
}

// likesAfter reads the count, as transactions answer nothing. Where nothing changed
// the post may still be gone: the first condition that fails may be the only one that
// is named.
func (s *Store) likesAfter(ctx context.Context, postID uuid.UUID, err error) (likes int64, changed bool, _ error) {
	u := dynamo.AsUnmet(err)
	switch {
	case u != nil && u.At(1):
		return 0, false, errNone
	case u == nil && err != nil:
		return 0, false, err
	}
	changed = u == nil
	item, err := s.db.Get(ctx, dynamo.Primary, dynamo.Post, postKey(postID))
	switch {
	case err != nil:
		return 0, changed, err
	case !changed && (item == nil || item.Has(attrGone)):
		return 0, false, errNone
	}
	return item.Int(attrLikes), changed, nil
}

// Liked implements post.Reads.
func (s *Store) Liked(ctx context.Context, user uuid.UUID, posts []uuid.UUID, primary bool) ([]uuid.UUID, error) {
	keys := make([]dynamo.Key, len(posts))
	for i, postID := range posts {
		keys[i] = likeKey(user, postID)
	}
	found, err := s.db.BatchGet(ctx, from(primary), dynamo.Post, keys)
	if err != nil {
		return nil, err
	}
	var liked []uuid.UUID
	for i, postID := range posts {
		item := found[keys[i]]
		if item != nil && !item.Has(attrGone) {
			liked = append(liked, postID)
			delete(found, keys[i])
		}
	}
	return liked, nil
}

// EraseLikes implements post.Upkeep. A like that somebody else took back meanwhile is
// among those that are answered.
func (s *Store) EraseLikes(ctx context.Context, user uuid.UUID, limit int32) ([]uuid.UUID, error) {
	posts, err := s.places(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Post, PK: prefixLikes + user.String()}, int(limit))
	if err != nil {
		return nil, err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelErasures)
	for _, postID := range posts {
		g.Go(func() error {
			stamp := s.db.Stamp(ctx)
			err := s.db.Transact(ctx, mark(likeKey(user, postID), stamp), count(postID, attrLikes, -1, stamp, ifKnown))
			if u := dynamo.AsUnmet(err); u != nil && u.At(0) {
				return nil
			}
			return err
		})
	}
	return posts, g.Wait()
}
