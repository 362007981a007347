package pgstore

import (
	"context"

	"github.com/throng-social/throng/gen/db/graphdb"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/walk"
)

// Export implements graph.Transfers, table after table by primary key.
func (s *Store) Export(ctx context.Context, place string, most int) (e graph.Extract, next string, err error) {
	next, err = walk.Page(ctx, place, most, s.accounts(&e), s.follows(&e), s.blocks(&e))
	return e, next, err
}

func (s *Store) accounts(into *graph.Extract) walk.List {
	return walk.Rows(func(ctx context.Context, after walk.Key, most int32) ([]graphdb.GraphCount, error) {
		return s.q.ExportAccounts(ctx, s.db.Primary(ctx), graphdb.ExportAccountsParams{AfterID: after[0], Most: most})
	}, func(r graphdb.GraphCount) walk.Key {
		counts := graph.Counts{Followers: r.Followers, Following: r.Following}
		into.Accounts = append(into.Accounts, graph.Account{ID: r.UserID, Counts: counts, Gone: r.Gone})
		return walk.Key{r.UserID}
	})
}

func (s *Store) follows(into *graph.Extract) walk.List {
	return walk.Rows(func(ctx context.Context, after walk.Key, most int32) ([]graphdb.GraphFollow, error) {
		return s.q.ExportFollows(ctx, s.db.Primary(ctx), graphdb.ExportFollowsParams{AfterFollowerID: after[0], AfterFolloweeID: after[1], Most: most})
	}, func(r graphdb.GraphFollow) walk.Key {
		into.Follows = append(into.Follows, graph.DatedEdge{Edge: graph.Edge{FollowerID: r.FollowerID, FolloweeID: r.FolloweeID}, Since: r.CreatedAt})
		return walk.Key{r.FollowerID, r.FolloweeID}
	})
}

func (s *Store) blocks(into *graph.Extract) walk.List {
	return walk.Rows(func(ctx context.Context, after walk.Key, most int32) ([]graphdb.GraphBlock, error) {
		return s.q.ExportBlocks(ctx, s.db.Primary(ctx), graphdb.ExportBlocksParams{AfterBlockerID: after[0], AfterBlockedID: after[1], Most: most})
	}, func(r graphdb.GraphBlock) walk.Key {
		into.Blocks = append(into.Blocks, graph.DatedBlock{Block: graph.Block{BlockerID: r.BlockerID, BlockedID: r.BlockedID}, Since: r.CreatedAt})
		return walk.Key{r.BlockerID, r.BlockedID}
	})
}

// Import implements graph.Transfers, in one transaction.
func (s *Store) Import(ctx context.Context, e graph.Extract) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.q.ImportAccounts(ctx, tx, accountColumns(e.Accounts)); err != nil {
			return err
		}
		var follows graphdb.ImportFollowsParams
		for _, f := range e.Follows {
			follows.FollowerIds, follows.FolloweeIds = append(follows.FollowerIds, f.FollowerID), append(follows.FolloweeIds, f.FolloweeID)
			follows.Since = append(follows.Since, f.Since)
		}
		if err := s.q.ImportFollows(ctx, tx, follows); err != nil {
			return err
		}
		var blocks graphdb.ImportBlocksParams
		for _, b := range e.Blocks {
			blocks.BlockerIds, blocks.BlockedIds = append(blocks.BlockerIds, b.BlockerID), append(blocks.BlockedIds, b.BlockedID)
			blocks.Since = append(blocks.Since, b.Since)
		}
		return s.q.ImportBlocks(ctx, tx, blocks)
	})
}

func accountColumns(accounts []graph.Account) (p graphdb.ImportAccountsParams) {
	for _, a := range accounts {
		p.UserIds, p.Gone = append(p.UserIds, a.ID), append(p.Gone, a.Gone)
		p.Followers, p.Following = append(p.Followers, a.Followers), append(p.Following, a.Following)
	}
	return p
}

// Totals implements graph.Transfers.
func (s *Store) Totals(ctx context.Context) (t graph.Totals, err error) {
	err = s.db.InPrimarySnapshot(ctx, func(tx postgres.Tx) error {
		if err := s.q.AllowLongStatement(ctx, tx); err != nil {
			return err
		}
		row, err := s.q.TotalGraph(ctx, tx)
		t = graph.Totals(row)
		return err
	})
	return t, err
}

// Clear implements graph.Transfers, all at once.
func (s *Store) Clear(ctx context.Context) (more bool, err error) {
	return false, s.q.ClearGraph(ctx, s.db.Writer(ctx))
}
