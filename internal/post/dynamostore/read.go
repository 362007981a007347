package dynamostore

import (
	"context"
	"maps"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/post"
)

// maxLook is how many items of a list are looked at in one request: they fill about
// a megabyte, which is what one may answer.
const maxLook = 8_000

func from(primary bool) dynamo.Copy {
	if primary {
		return dynamo.Primary
	}
	return dynamo.Reader
}

// Load implements post.Reads.
func (s *Store) Load(ctx context.Context, posts []uuid.UUID, primary bool) ([]post.Content, error) {
	items, err := s.items(ctx, from(primary), posts)
	if err != nil {
		return nil, err
	}
	if !primary {
		if err := s.late(ctx, posts, items); err != nil {
			return nil, err
		}
	}
	contents := make([]post.Content, 0, len(items))
	for postID, item := range items {
		if item.Has(attrGone) {
			continue
		}
		c, err := toContent(postID, item)
		if err != nil {
			return nil, err
		}
		contents = append(contents, c)
	}
	return contents, nil
}

// late asks the primary for what is not found. An id comes from a list, or from
// somebody who has seen the post: where it is not known, that copy is behind.
func (s *Store) late(ctx context.Context, posts []uuid.UUID, items map[uuid.UUID]dynamo.Item) error {
	var missing []uuid.UUID
	for _, postID := range posts {
		if items[postID] == nil {
			missing = append(missing, postID)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := s.items(ctx, dynamo.Primary, missing)
	maps.Copy(items, found)
	return err
}

// items reads posts, tombstones among them.
func (s *Store) items(ctx context.Context, from dynamo.Copy, posts []uuid.UUID) (map[uuid.UUID]dynamo.Item, error) {
	keys := make([]dynamo.Key, len(posts))
	for i, postID := range posts {
		keys[i] = postKey(postID)
	}
	found, err := s.db.BatchGet(ctx, from, dynamo.Post, keys)
	if err != nil {
		return nil, err
	}
	items := make(map[uuid.UUID]dynamo.Item, len(found))
	for i, postID := range posts {
		if item := found[keys[i]]; item != nil {
			items[postID] = item
		}
	}
	return items, nil
}

// ListReplies implements post.Reads.
func (s *Store) ListReplies(ctx context.Context, postID, last uuid.UUID, limit int32) ([]uuid.UUID, error) {
	if last == id.Max {
		return nil, nil
	}
	q := dynamo.Query{Table: dynamo.Post, PK: prefixReplies + postID.String(), From: after(last).String()}
	return s.places(ctx, dynamo.Reader, q, int(limit))
}

// places reads a list until it has so many that are not gone. It looks at twice as
// many each time, for where there are marks there often are more.
func (s *Store) places(ctx context.Context, from dynamo.Copy, q dynamo.Query, limit int) ([]uuid.UUID, error) {
	var found []uuid.UUID
	for q.Limit = limit; ; q.Limit = min(2*q.Limit, maxLook) {
		page, err := s.db.Query(ctx, from, q)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			if item.Has(attrGone) {
				continue
			}
			postID, err := uuid.Parse(item.Key().SK)
			if err != nil {
				return nil, err
			}
			if found = append(found, postID); len(found) == limit {
				return found, nil
			}
		}
		if q.After = page.After; q.After == "" {
			return found, nil
		}
	}
}

func toContent(postID uuid.UUID, item dynamo.Item) (c post.Content, err error) {
	c = post.Content{ID: postID, Text: item.Str(attrText), Likes: item.Int(attrLikes), Replies: item.Int(attrReplies)}
	if c.Author, err = uuid.Parse(item.Str(attrAuthor)); err != nil {
		return c, err
	}
	if c.ReplyTo, err = id.Parse(attrReplyTo, item.Str(attrReplyTo)); err != nil {
		return c, err
	}
	if media := item.Strings(attrMedia); len(media) > 0 {
		c.Media, err = id.ParseAll(attrMedia, media)
	}
	return c, err
}
