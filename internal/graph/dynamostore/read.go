package dynamostore

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/graph"
)

const (
	// maxBatch is how many keys one request takes.
	maxBatch = 100
	// parallelReads is how many requests of one read are under way at once.
	parallelReads = 8
)

// get reads many items, in requests of maxBatch.
func (s *Store) get(ctx context.Context, from dynamo.Copy, keys []dynamo.Key) (map[dynamo.Key]dynamo.Item, error) {
	if len(keys) <= maxBatch {
		return s.db.BatchGet(ctx, from, dynamo.Graph, keys)
	}
	all := make(map[dynamo.Key]dynamo.Item, len(keys))
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelReads)
	for part := range slices.Chunk(keys, maxBatch) {
		g.Go(func() error {
			found, err := s.db.BatchGet(ctx, from, dynamo.Graph, part)
			mu.Lock()
			defer mu.Unlock()
			maps.Copy(all, found)
			return err
		})
	}
	return all, g.Wait()
}

// witness reads the counts of an account for their stamp alone. What has ended leaves
// none behind; but everything that ends at an account changes its counts. They are
// read after what they vouch for, and from the primary: so they know of whatever it
// did not show.
func (s *Store) witness(ctx context.Context, account uuid.UUID) error {
	_, err := s.db.Get(ctx, dynamo.Primary, dynamo.Graph, countsKey(account))
	return err
}

// Relationships implements graph.Reads.
func (s *Store) Relationships(ctx context.Context, caller uuid.UUID, others []uuid.UUID) ([]graph.Relationship, error) {
	found, err := s.relationships(ctx, dynamo.Reader, caller, others)
	if err != nil {
		return nil, err
	}
	return found, s.witness(ctx, caller)
}

// relationship is how two stand after a write.
func (s *Store) relationship(ctx context.Context, caller, other uuid.UUID) (graph.Relationship, error) {
	found, err := s.relationships(ctx, dynamo.Primary, caller, []uuid.UUID{other})
	if err != nil {
		return graph.Relationship{}, err
	}
	return found[0], nil
}

func (s *Store) relationships(ctx context.Context, from dynamo.Copy, caller uuid.UUID, others []uuid.UUID) ([]graph.Relationship, error) {
	keys := make([]dynamo.Key, 0, 3*len(others))
	for _, other := range others {
		e := graph.Edge{FollowerID: caller, FolloweeID: other}
		keys = append(keys, followKey(e), followKey(e.Back()), blockKey(caller, other))
	}
	found, err := s.get(ctx, from, keys)
	if err != nil {
		return nil, err
	}
	related := make([]graph.Relationship, len(others))
	for i := range others {
		k := keys[3*i:]
		related[i] = graph.Relationship{Following: found[k[0]] != nil, FollowedBy: found[k[1]] != nil, Blocking: found[k[2]].Has(attrBlocking)}
	}
	return related, nil
}

// Counts implements graph.Reads.
func (s *Store) Counts(ctx context.Context, account uuid.UUID) (graph.Counts, error) {
	item, err := s.db.Get(ctx, dynamo.Reader, dynamo.Graph, countsKey(account))
	return countsOf(item), err
}

// ListFollowers implements graph.Reads.
func (s *Store) ListFollowers(ctx context.Context, account uuid.UUID, before graph.Follow, most int) ([]graph.Follow, error) {
	q := dynamo.Query{Table: dynamo.Graph, PK: ofFollowee + account.String(), Backwards: true, Limit: most}
	if before != graph.Newest {
		q.After = place(dynamo.Stamp(max(0, before.Since.UnixMicro())), before.UserID)
	}
	follows := make([]graph.Follow, 0, most)
	for item, err := range s.db.Each(ctx, dynamo.Reader, q) {
		if err != nil {
			return nil, err
		}
		follows = append(follows, graph.Follow{UserID: idIn(item.Key().SK), Since: sinceOf(item)})
		if len(follows) == most {
			break
		}
	}
	return follows, s.witness(ctx, account)
}

// ListFollowing implements graph.Reads. The order is made here, of all that one
// follows: the limit of follows bounds it.
func (s *Store) ListFollowing(ctx context.Context, account uuid.UUID, before graph.Follow, most int) ([]graph.Follow, error) {
	all, err := s.following(ctx, dynamo.Query{}, account, 0)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(f graph.Follow) bool { return newestFirst(f, before) <= 0 })
	slices.SortFunc(all, newestFirst)
	return all[:min(len(all), most)], nil
}

func newestFirst(a, b graph.Follow) int {
	if c := b.Since.Compare(a.Since); c != 0 {
		return c
	}
	return bytes.Compare(b.UserID[:], a.UserID[:])
}

// ListFollowingIDs implements graph.Reads.
func (s *Store) ListFollowingIDs(ctx context.Context, account, after uuid.UUID, most int) ([]graph.Follow, error) {
	// One more, for the counts that come after the last follow.
	q := dynamo.Query{Limit: most + 1}
	if after != uuid.Nil {
		q.After = after.String()
	}
	return s.following(ctx, q, account, most)
}

// following reads the follows of an account, ascending by id, at most so many if
// that is not 0. The counts at the end of a page vouch for that page; where there
// were others, or the end was not reached, they are asked for.
func (s *Store) following(ctx context.Context, q dynamo.Query, account uuid.UUID, most int) ([]graph.Follow, error) {
	q.Table, q.PK = dynamo.Graph, ofFollower+account.String()
	var follows []graph.Follow
	for pages := 1; ; pages++ {
		page, err := s.db.Query(ctx, dynamo.Reader, q)
		if err != nil {
			return nil, err
		}
		vouched := false
		for _, item := range page.Items {
			if sk := item.Key().SK; sk == countsSK {
				vouched = pages == 1
			} else if most == 0 || len(follows) < most {
				follows = append(follows, graph.Follow{UserID: idIn(sk), Since: sinceOf(item)})
			}
		}
		if q.After = page.After; q.After != "" && (most == 0 || len(follows) < most) {
			continue
		}
		if vouched {
			return follows, nil
		}
		return follows, s.witness(ctx, account)
	}
}

// CheckEdges implements graph.Reads.
func (s *Store) CheckEdges(ctx context.Context, edges []graph.Edge) ([]time.Time, error) {
	keys := make([]dynamo.Key, len(edges))
	for i, e := range edges {
		keys[i] = followKey(e)
	}
	found, err := s.get(ctx, dynamo.Primary, keys)
	if err != nil {
		return nil, err
	}
	since := make([]time.Time, len(edges))
	for i, k := range keys {
		since[i] = sinceOf(found[k])
	}
	s.sawNow(ctx)
	return since, nil
}
