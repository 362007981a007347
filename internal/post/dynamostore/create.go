package dynamostore

import (
	"context"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/queue/outbox"
)

// Create implements post.Writes.
func (s *Store) Create(ctx context.Context, d post.Draft) (uuid.UUID, error) {
	stamp := s.db.Stamp(ctx)
	postID, err := s.newID(stamp)
	if err != nil {
		return uuid.Nil, err
	}
	writes, err := announce(ctx, creation(d, postID, stamp), d.Events(postID))
	if err != nil {
		return uuid.Nil, err
	}
	err = s.db.Transact(ctx, writes...)
	switch {
	case dynamo.AsUnmet(err) != nil:
		return uuid.Nil, errNone.Because(err)
	case err != nil:
		return uuid.Nil, err
	}
	return postID, nil
}

// creation is all that a post is stored as.
func creation(d post.Draft, postID uuid.UUID, stamp dynamo.Stamp) []dynamo.Write {
	self := dynamo.Item{attrAuthor: dynamo.S(d.Author.String()), attrText: dynamo.S(d.Text), attrKey: dynamo.S(d.Key), attrStamp: stamp.Value()}
	if len(d.Media) > 0 {
		self[attrMedia] = dynamo.Strings(id.Strings(d.Media))
	}
	key := dynamo.Item{attrPost: dynamo.S(postID.String()), attrHash: dynamo.B(d.Hash), attrStamp: stamp.Value()}
	writes := []dynamo.Write{
		{Table: dynamo.Post, Key: keyKey(d.Author, d.Key), Put: key, If: "attribute_not_exists(pk)"},
		{Table: dynamo.Post, Key: postKey(postID), Put: self},
		{Table: dynamo.Post, Key: logKey(d.Author, postID), Put: place(stamp)},
	}
	if d.ReplyTo == uuid.Nil {
		return writes
	}
	self[attrReplyTo] = dynamo.S(d.ReplyTo.String())
	return append(
		writes,
		dynamo.Write{Table: dynamo.Post, Key: replyKey(d.ReplyTo, postID), Put: place(stamp)},
		count(d.ReplyTo, attrReplies, 1, stamp, ifStands),
	)
}

// place is an item in a list; all else is in its key.
func place(stamp dynamo.Stamp) dynamo.Item { return dynamo.Item{attrStamp: stamp.Value()} }

// announce adds the outbox's items.
func announce(ctx context.Context, writes []dynamo.Write, events []*eventv1.Event) ([]dynamo.Write, error) {
	for _, ev := range events {
		w, err := outbox.Event(ctx, ev)
		if err != nil {
			return nil, err
		}
		writes = append(writes, w)
	}
	return writes, nil
}

// Made implements post.Writes.
func (s *Store) Made(ctx context.Context, author uuid.UUID, key string) (post.Made, error) {
	item, err := s.db.Get(ctx, dynamo.Primary, dynamo.Post, keyKey(author, key))
	if err != nil {
		return post.Made{}, err
	}
	if item == nil {
		return post.Made{}, errNone
	}
	postID, err := uuid.Parse(item.Str(attrPost))
	return post.Made{ID: postID, Hash: item.Bytes(attrHash)}, err
}

// Stands implements post.Writes.
func (s *Store) Stands(ctx context.Context, postID uuid.UUID) (bool, error) {
	item, err := s.db.Get(ctx, dynamo.Primary, dynamo.Post, postKey(postID))
	return item != nil && !item.Has(attrGone), err
}
