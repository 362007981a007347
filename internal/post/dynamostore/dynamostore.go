// Package dynamostore keeps posts in DynamoDB.
//
// A post is written as several items of one table, in one transaction: the post
// itself, its place in its author's log, its author's idempotency key, its place
// among the replies of another post, and in the outbox what it announces. So every
// question is answered by key, from the items made for it, and nothing is read from
// an index that lags (README.md has the keys, and what each question costs).
//
// What leaves a list is not removed at once: its item becomes a mark that carries the
// time of the change, and ends after an hour. So a reader who has seen that something
// is gone holds a token that no older copy of the list satisfies, and it does not come
// back to him. Ids are made of the stamps of the writes (id.go).
package dynamostore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/outbox"
)

// Store implements post.Store.
type Store struct{ db *dynamo.DB }

var _ post.Store = (*Store)(nil)

// New makes the store.
func New(db *dynamo.DB) *Store { return &Store{db: db} }

// markTime is how long marks stay, far longer than any copy lags behind.
const markTime = time.Hour

var errNone = fault.New(fault.NotFound, "not_found", "not found")

// Names of attributes. Each is paid for with every item.
const (
	attrAuthor  = "a"
	attrText    = "t"
	attrMedia   = "m"
	attrReplyTo = "r"
	attrKey     = "k"
	attrHash    = "h"
	attrPost    = "p"
	attrLikes   = "l"
	attrReplies = "c"
	attrStamp   = "w"
	// attrGone is in tombstones and marks alone.
	attrGone = "d"
)

// The conditions of a post that is there, and of one that is there and not deleted.
const (
	ifKnown  = "attribute_exists(pk)"
	ifStands = "attribute_exists(pk) AND attribute_not_exists(d)"
)

// What partition keys begin with.
const (
	prefixPost    = "P#"
	prefixLog     = "L#"
	prefixKey     = "K#"
	prefixReplies = "R#"
	prefixLikes   = "U#"
)

func postKey(postID uuid.UUID) dynamo.Key {
	return dynamo.Key{PK: prefixPost + postID.String(), SK: "P"}
}

func logKey(author, postID uuid.UUID) dynamo.Key {
	return dynamo.Key{PK: prefixLog + author.String(), SK: postID.String()}
}

func keyKey(author uuid.UUID, key string) dynamo.Key {
	return dynamo.Key{PK: prefixKey + author.String(), SK: key}
}

func replyKey(parent, postID uuid.UUID) dynamo.Key {
	return dynamo.Key{PK: prefixReplies + parent.String(), SK: postID.String()}
}

func likeKey(user, postID uuid.UUID) dynamo.Key {
	return dynamo.Key{PK: prefixLikes + user.String(), SK: postID.String()}
}

// mark takes an item out of its list.
func mark(k dynamo.Key, stamp dynamo.Stamp) dynamo.Write {
	return dynamo.Write{
		Table: dynamo.Post, Key: k, Update: "SET d = :gone, w = :w, #ttl = :ttl", If: ifStands, Names: map[string]string{"#ttl": "ttl"},
		Values: dynamo.Item{":gone": dynamo.Bool(true), ":w": stamp.Value(), ":ttl": dynamo.N(stamp.Time().Add(markTime).Unix())},
	}
}

// count changes one of a post's counts.
func count(postID uuid.UUID, attr string, by int, stamp dynamo.Stamp, condition string) dynamo.Write {
	return dynamo.Write{
		Table: dynamo.Post, Key: postKey(postID), Update: "SET w = :w ADD " + attr + " :by", If: condition,
		Values: dynamo.Item{":w": stamp.Value(), ":by": dynamo.N(by)},
	}
}

// Enqueue implements post.Upkeep.
func (s *Store) Enqueue(ctx context.Context, task queue.Task) error {
	w, err := outbox.Task(ctx, task)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, w)
}
