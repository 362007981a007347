package dynamostore

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/post"
)

// Export implements post.Transfers, by a scan, as nothing lists the authors: an
// operator's command, like a recount. A post is what its own item and that of its key
// have; its places in lists follow from it.
func (s *Store) Export(ctx context.Context, place string, most int) (e post.Extract, next string, err error) {
	items, next, err := s.db.ScanPage(ctx, dynamo.Post, place, most)
	if err != nil {
		return e, "", err
	}
	var posts []dynamo.Item
	for _, item := range items {
		switch pk := item.Key().PK; {
		case strings.HasPrefix(pk, prefixPost):
			posts = append(posts, item)
		case strings.HasPrefix(pk, prefixLikes) && !item.Has(attrGone):
			like, err := toLike(item.Key())
			if err != nil {
				return e, "", err
			}
			e.Likes = append(e.Likes, like)
		}
	}
	e.Posts, err = s.kept(ctx, posts)
	return e, next, err
}

// kept adds to posts what the items of their keys have.
func (s *Store) kept(ctx context.Context, items []dynamo.Item) ([]post.Kept, error) {
	posts, keys := make([]post.Kept, len(items)), make([]dynamo.Key, len(items))
	for i, item := range items {
		var err error
		if posts[i], err = toKept(item); err != nil {
			return nil, err
		}
		keys[i] = keyKey(posts[i].Author, posts[i].Key)
	}
	found, err := s.db.BatchGet(ctx, dynamo.Primary, dynamo.Post, keys)
	if err != nil {
		return nil, err
	}
	for i, k := range keys {
		if found[k].Str(attrPost) != posts[i].ID.String() {
			return nil, fmt.Errorf("dynamostore: the key of the post %s is not its own", posts[i].ID)
		}
		posts[i].Hash = found[k].Bytes(attrHash)
	}
	return posts, nil
}

// Import implements post.Transfers.
func (s *Store) Import(ctx context.Context, e post.Extract) error {
	now := s.db.Stamp(ctx)
	var writes []dynamo.Write
	for i := range e.Posts {
		writes = append(writes, restored(&e.Posts[i], now)...)
	}
	for _, l := range e.Likes {
		writes = append(writes, dynamo.Write{Table: dynamo.Post, Key: likeKey(l.User, l.Post), Put: place(now)})
	}
	return s.db.BatchWrite(ctx, dynamo.Post, writes)
}

// restored is all that a post is stored as, also one that was deleted: its stamp says
// when, and its places are in no list.
func restored(k *post.Kept, now dynamo.Stamp) []dynamo.Write {
	self := dynamo.Item{attrAuthor: dynamo.S(k.Author.String()), attrKey: dynamo.S(k.Key), attrStamp: now.Value()}
	key := dynamo.Item{attrPost: dynamo.S(k.ID.String()), attrHash: dynamo.B(k.Hash), attrStamp: now.Value()}
	for attr, n := range map[string]int64{attrLikes: k.Likes, attrReplies: k.Replies} {
		if n != 0 {
			self[attr] = dynamo.N(n)
		}
	}
	if k.ReplyTo != uuid.Nil {
		self[attrReplyTo] = dynamo.S(k.ReplyTo.String())
	}
	writes := []dynamo.Write{
		{Table: dynamo.Post, Key: keyKey(k.Author, k.Key), Put: key},
		{Table: dynamo.Post, Key: postKey(k.ID), Put: self},
	}
	if !k.DeletedAt.IsZero() {
		self[attrGone], self[attrStamp] = dynamo.Bool(true), dynamo.N(k.DeletedAt.UnixMicro())
		return writes
	}
	self[attrText] = dynamo.S(k.Text)
	if len(k.Media) > 0 {
		self[attrMedia] = dynamo.Strings(id.Strings(k.Media))
	}
	writes = append(writes, dynamo.Write{Table: dynamo.Post, Key: logKey(k.Author, k.ID), Put: place(now)})
	if k.ReplyTo != uuid.Nil {
		writes = append(writes, dynamo.Write{Table: dynamo.Post, Key: replyKey(k.ReplyTo, k.ID), Put: place(now)})
	}
	return writes
}

// Totals implements post.Transfers.
func (s *Store) Totals(ctx context.Context) (t post.Totals, err error) {
	for item, err := range s.db.Scan(ctx, dynamo.Post) {
		if err != nil {
			return t, err
		}
		gone := item.Has(attrGone)
		switch pk := item.Key().PK; {
		case strings.HasPrefix(pk, prefixPost) && gone:
			t.Tombstones++
		case strings.HasPrefix(pk, prefixPost):
			t.Posts++
		case strings.HasPrefix(pk, prefixLikes) && !gone:
			t.Likes++
		}
	}
	return t, nil
}

// Clear implements post.Transfers.
func (s *Store) Clear(ctx context.Context) (more bool, err error) {
	return s.db.Clear(ctx, dynamo.Post)
}

func toKept(item dynamo.Item) (k post.Kept, err error) {
	postID, err := uuid.Parse(strings.TrimPrefix(item.Key().PK, prefixPost))
	if err != nil {
		return k, err
	}
	k.Key = item.Str(attrKey)
	if item.Has(attrGone) {
		k.DeletedAt = item.Written().Time().UTC()
	}
	k.Content, err = toContent(postID, item)
	return k, err
}

func toLike(k dynamo.Key) (l post.Like, err error) {
	if l.User, err = uuid.Parse(strings.TrimPrefix(k.PK, prefixLikes)); err != nil {
		return l, err
	}
	l.Post, err = uuid.Parse(k.SK)
	return l, err
}
