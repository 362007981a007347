package dynamostore

import (
	"context"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/graph"
)

// Export implements graph.Transfers, by a scan, as nothing lists the accounts: an
// operator's command, like a recount. Of the two items of a follow it takes the
// follower's, of a block that of who blocks.
func (s *Store) Export(ctx context.Context, place string, most int) (e graph.Extract, next string, err error) {
	items, next, err := s.db.ScanPage(ctx, dynamo.Graph, place, most)
	for _, item := range items {
		e = extracted(e, item)
	}
	return e, next, err
}

func extracted(e graph.Extract, item dynamo.Item) graph.Extract {
	switch k := item.Key(); {
	case k.SK == countsSK:
		e.Accounts = append(e.Accounts, graph.Account{ID: idIn(k.PK), Counts: countsOf(item), Gone: item.Bool(attrGone)})
	case strings.HasPrefix(k.PK, ofFollower):
		e.Follows = append(e.Follows, graph.DatedEdge{Edge: edgeOf(k), Since: sinceOf(item)})
	case strings.HasPrefix(k.PK, ofBlocks) && item.Has(attrBlocking):
		made := dynamo.Stamp(max(0, item.Int(attrBlocking))).Time().UTC()
		e.Blocks = append(e.Blocks, graph.DatedBlock{Block: graph.Block{BlockerID: idIn(k.PK), BlockedID: idIn(k.SK)}, Since: made})
	}
	return e
}

// Import implements graph.Transfers. Counts get the stamp of now, which is after the
// beginning of every follow, as the next one of the account must be.
func (s *Store) Import(ctx context.Context, e graph.Extract) error {
	now := s.db.Stamp(ctx)
	writes := make([]dynamo.Write, 0, len(e.Accounts)+2*len(e.Follows))
	for _, a := range e.Accounts {
		counts := dynamo.Item{attrFollowers: dynamo.N(a.Followers), attrFollowing: dynamo.N(a.Following), attrTurn: now.Value(), "w": now.Value()}
		if a.Gone {
			counts[attrGone] = dynamo.Bool(true)
		}
		writes = append(writes, dynamo.Write{Table: dynamo.Graph, Key: countsKey(a.ID), Put: counts})
	}
	for _, f := range e.Follows {
		since := stampOf(f.Since.UnixMicro())
		writes = append(
			writes,
			dynamo.Write{Table: dynamo.Graph, Key: followKey(f.Edge), Put: dynamo.Item{"w": since.Value()}},
			dynamo.Write{Table: dynamo.Graph, Key: followerKey(f.Edge, since), Put: dynamo.Item{"w": since.Value()}},
		)
	}
	if err := s.db.BatchWrite(ctx, dynamo.Graph, writes); err != nil {
		return err
	}
	return s.importBlocks(ctx, e.Blocks, now)
}

// importBlocks adds to both items of each pair, as the other one may block as well.
func (s *Store) importBlocks(ctx context.Context, blocks []graph.DatedBlock, now dynamo.Stamp) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelLanes)
	for _, b := range blocks {
		values := dynamo.Item{":w": now.Value(), ":at": stampOf(b.Since.UnixMicro()).Value()}
		for _, w := range []dynamo.Write{
			{Key: blockKey(b.BlockerID, b.BlockedID), Update: "SET w = :w, o = :at"},
			{Key: blockKey(b.BlockedID, b.BlockerID), Update: "SET w = :w, i = :at"},
		} {
			w.Table, w.Values = dynamo.Graph, values
			g.Go(func() error {
				_, err := s.db.Do(ctx, w)
				return err
			})
		}
	}
	return g.Wait()
}

func stampOf(micros int64) dynamo.Stamp { return dynamo.Stamp(max(0, micros)) }

// Totals implements graph.Transfers.
func (s *Store) Totals(ctx context.Context) (t graph.Totals, err error) {
	for place, more := "", true; more; more = place != "" {
		var e graph.Extract
		if e, place, err = s.Export(ctx, place, countPage); err != nil {
			return t, err
		}
		t.Accounts += int64(len(e.Accounts))
		t.Follows += int64(len(e.Follows))
		t.Blocks += int64(len(e.Blocks))
		for _, a := range e.Accounts {
			if a.Counts != (graph.Counts{}) {
				t.Connected++
			}
			if a.Gone {
				t.Gone++
			}
		}
	}
	return t, nil
}

// Clear implements graph.Transfers.
func (s *Store) Clear(ctx context.Context) (more bool, err error) {
	return s.db.Clear(ctx, dynamo.Graph)
}
