package dynamostore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/graph"
)

const (
	// countTries is how often an account is counted that changes meanwhile.
	countTries = 20
	// countPage is how many follows are counted at once.
	countPage = 1000
)

// Recount implements graph.Upkeep. It scans the table once, and holds what it finds
// against what must be there as well: counts against the follows of both sides, each
// item of a follow or a block against its other half, blocks against follows. What
// is written meanwhile looks wrong for a moment, so a difference counts only if what
// it was found by is the same before and after.
func (s *Store) Recount(ctx context.Context, report func(diff string)) (int, error) {
	r := recount{db: s.db, report: report}
	var work errgroup.Group
	work.SetLimit(parallelReads)
	var batch []dynamo.Item
	for item, err := range s.db.Scan(ctx, dynamo.Graph) {
		if err != nil {
			return 0, errors.Join(err, work.Wait())
		}
		if item.Key().SK == countsSK {
			work.Go(func() error { return r.account(ctx, idIn(item.Key().PK), item) })
			continue
		}
		if batch = append(batch, item); len(batch) == maxBatch {
			full := batch
			work.Go(func() error { return r.halves(ctx, full) })
			batch = nil
		}
	}
	work.Go(func() error { return r.halves(ctx, batch) })
	err := work.Wait()
	return r.found, err
}

// recount is one under way.
type recount struct {
	db *dynamo.DB

	mu     sync.Mutex
	report func(string)
	found  int
}

func (r *recount) differs(diff string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found++
	r.report("graph: " + diff)
}

// account counts the follows of both sides until the counts have not changed
// meanwhile.
func (r *recount) account(ctx context.Context, account uuid.UUID, kept dynamo.Item) error {
	for range countTries {
		found, err := r.count(ctx, account)
		if err != nil || found == countsOf(kept) {
			return err
		}
		then, err := r.db.Get(ctx, dynamo.Primary, dynamo.Graph, countsKey(account))
		if err != nil {
			return err
		}
		if then.Written() == kept.Written() && countsOf(then) == countsOf(kept) {
			k := countsOf(kept)
			r.differs(fmt.Sprintf("account %s: followers %d, recounted %d; following %d, recounted %d",
				account, k.Followers, found.Followers, k.Following, found.Following))
			return nil
		}
		kept = then
	}
	r.differs(fmt.Sprintf("account %s could not be recounted: it changed each of %d times", account, countTries))
	return nil
}

func (r *recount) count(ctx context.Context, account uuid.UUID) (c graph.Counts, err error) {
	if c.Following, err = r.size(ctx, ofFollower+account.String()); err != nil {
		return c, err
	}
	c.Followers, err = r.size(ctx, ofFollowee+account.String())
	return c, err
}

// size is how many items a partition has, without the counts.
func (r *recount) size(ctx context.Context, pk string) (n int64, err error) {
	for item, err := range r.db.Each(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Graph, PK: pk, Limit: countPage, Attributes: []string{"pk"}}) {
		if err != nil {
			return n, err
		}
		if item.Key().SK != countsSK {
			n++
		}
	}
	return n, nil
}

// halves looks for what must be, or must not be, beside each item.
func (r *recount) halves(ctx context.Context, items []dynamo.Item) error {
	var keys []dynamo.Key
	for _, item := range items {
		for _, b := range besides(item) {
			keys = append(keys, b.key)
		}
	}
	beside := make(map[dynamo.Key]dynamo.Item, len(keys))
	for len(keys) > 0 {
		n := min(len(keys), maxBatch)
		found, err := r.db.BatchGet(ctx, dynamo.Primary, dynamo.Graph, keys[:n])
		if err != nil {
			return err
		}
		maps.Copy(beside, found)
		keys = keys[n:]
	}
	for _, item := range items {
		for _, b := range besides(item) {
			if b.right(beside[b.key]) {
				continue
			}
			if err := r.look(ctx, item.Key(), b); err != nil {
				return err
			}
		}
	}
	return nil
}

// beside is what is to be held against an item.
type beside struct {
	key dynamo.Key
	// right tells whether that item, or its absence, fits.
	right func(other dynamo.Item) bool
	wrong string
}

// besides are what each kind of item has beside it.
func besides(item dynamo.Item) []beside {
	k := item.Key()
	isThere := func(other dynamo.Item) bool { return other != nil }
	switch {
	case strings.HasPrefix(k.PK, ofFollower):
		e := edgeOf(k)
		return []beside{
			{followerKey(e, item.Written()), isThere, fmt.Sprintf("%s follows %s and is not among the followers", e.FollowerID, e.FolloweeID)},
			{countsKey(e.FollowerID), isThere, fmt.Sprintf("%s has follows and no counts", e.FollowerID)},
		}
	case strings.HasPrefix(k.PK, ofFollowee):
		e, since := edgeOf(k), item.Written()
		stands := func(other dynamo.Item) bool { return other != nil && other.Written() == since }
		return []beside{
			{followKey(e), stands, fmt.Sprintf("%s is among the followers of %s and does not follow", e.FollowerID, e.FolloweeID)},
			{countsKey(e.FolloweeID), isThere, fmt.Sprintf("%s has followers and no counts", e.FolloweeID)},
		}
	case strings.HasPrefix(k.PK, ofBlocks):
		return besidesBlock(k, item)
	}
	return []beside{{k, func(dynamo.Item) bool { return false }, fmt.Sprintf("an item that is nothing of the graph: %v", k)}}
}

func besidesBlock(k dynamo.Key, item dynamo.Item) []beside {
	account, other := idIn(k.PK), idIn(k.SK)
	e := graph.Edge{FollowerID: account, FolloweeID: other}
	return []beside{
		{followKey(e), func(follow dynamo.Item) bool { return follow == nil }, fmt.Sprintf("%s follows %s across a block", account, other)},
		{blockKey(other, account), func(half dynamo.Item) bool {
			return half.Has(attrBlocked) == item.Has(attrBlocking) && half.Has(attrBlocking) == item.Has(attrBlocked)
		}, fmt.Sprintf("the two items of a block between %s and %s differ", account, other)},
	}
}

// look looks once more, at the item before and after what is beside it.
func (r *recount) look(ctx context.Context, k dynamo.Key, b beside) error {
	for range countTries {
		before, err := r.db.Get(ctx, dynamo.Primary, dynamo.Graph, k)
		if err != nil || before == nil {
			return err
		}
		// A follow anew has another place among the followers.
		for _, now := range besides(before) {
			if now.wrong == b.wrong {
				b = now
			}
		}
		other, err := r.db.Get(ctx, dynamo.Primary, dynamo.Graph, b.key)
		if err != nil || b.right(other) {
			return err
		}
		after, err := r.db.Get(ctx, dynamo.Primary, dynamo.Graph, k)
		if err != nil || after == nil {
			return err
		}
		if after.Written() == before.Written() {
			r.differs(b.wrong)
			return nil
		}
	}
	r.differs(fmt.Sprintf("%v could not be looked at: it changed each of %d times", k, countTries))
	return nil
}
