// Package dynamostore keeps the graph in DynamoDB.
//
// A follow is two items, one under who follows and one under who is followed, and
// each account has an item of counts. One transaction changes them all, holds that
// nobody is gone and no block stands between the two, and puts what announces the
// change into the outbox. Conditions decide, never what was read before: what is
// read only makes it likely that they hold, and where they do not the change is
// made anew (change.go). README.md says what is stored under which key, what each
// access costs and which reads are strong.
package dynamostore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/outbox"
)

// Store implements graph.Store.
type Store struct{ db *dynamo.DB }

var _ graph.Store = (*Store)(nil)

// New makes a store.
func New(db *dynamo.DB) *Store { return &Store{db} }

// Enqueue implements graph.Upkeep.
func (s *Store) Enqueue(ctx context.Context, task queue.Task) error {
	w, err := outbox.Task(ctx, task)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, w)
}

// What partitions begin with.
const (
	ofFollower = "F#"
	ofFollowee = "B#"
	ofBlocks   = "K#"
)

// countsSK is after every id, so that who reads the follows of an account reads the
// stamp of their last change after them.
const countsSK = "~"

// Names of attributes. All items have w, the stamp of the write (dynamo.Stamp): of
// a follow it is when it began, of counts when anything of the account changed last.
const (
	attrFollowers = "followers"
	attrFollowing = "following"
	attrGone      = "gone"
	// attrTurn is the stamp of the last change of the account's own follows. It only
	// grows, so that no follow begins twice at one moment.
	attrTurn = "f"
	// attrBlocking says that the account blocks the other, attrBlocked that the other
	// blocks it.
	attrBlocking = "o"
	attrBlocked  = "i"
)

func followKey(e graph.Edge) dynamo.Key {
	return dynamo.Key{PK: ofFollower + e.FollowerID.String(), SK: e.FolloweeID.String()}
}

func followerKey(e graph.Edge, since dynamo.Stamp) dynamo.Key {
	return dynamo.Key{PK: ofFollowee + e.FolloweeID.String(), SK: place(since, e.FollowerID)}
}

// place orders the followers of an account by the moment, then by id.
func place(since dynamo.Stamp, follower uuid.UUID) string {
	return fmt.Sprintf("%016x#%s", uint64(since), follower)
}

func countsKey(account uuid.UUID) dynamo.Key {
	return dynamo.Key{PK: ofFollower + account.String(), SK: countsSK}
}

func blockKey(account, other uuid.UUID) dynamo.Key {
	return dynamo.Key{PK: ofBlocks + account.String(), SK: other.String()}
}

// idIn reads the id at the end of a part of a key.
func idIn(part string) uuid.UUID {
	u, _ := uuid.Parse(part[strings.LastIndexByte(part, '#')+1:])
	return u
}

// edgeOf is the edge of an item of a follow, from either side.
func edgeOf(k dynamo.Key) graph.Edge {
	if strings.HasPrefix(k.PK, ofFollowee) {
		return graph.Edge{FollowerID: idIn(k.SK), FolloweeID: idIn(k.PK)}
	}
	return graph.Edge{FollowerID: idIn(k.PK), FolloweeID: idIn(k.SK)}
}

func sinceOf(item dynamo.Item) time.Time {
	if item == nil {
		return time.Time{}
	}
	return item.Written().Time().UTC()
}

func countsOf(item dynamo.Item) graph.Counts {
	return graph.Counts{Followers: item.Int(attrFollowers), Following: item.Int(attrFollowing)}
}

// sawNow tells the session that it has seen everything up to now: what it learnt
// is that something is not there, or is so already, and that has no stamp.
func (s *Store) sawNow(ctx context.Context) {
	consistency.From(ctx).Saw(
		consistency.Position{Log: consistency.Always, Clock: consistency.Always},
		consistency.Position{Clock: uint64(s.db.Stamp(ctx))},
	)
}
