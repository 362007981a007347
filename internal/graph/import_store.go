package graph

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// maxStored is how many rows one transaction stores at most: waiting messages
	// are stored together, as the counts of an account then change once for all.
	maxStored = 20_000
	// storeTries is for batches that name accounts that are being deleted.
	storeTries = 3
	// maxRefusals is how many refused rows are named.
	maxRefusals = 100
)

// importer stores the edges of a stream.
type importer struct {
	service *Service
	// fresh says that the rows before were all new. Then those that follow are
	// copied in, which is twice as fast as it would be to look for each, but
	// fails on one that is there.
	fresh  bool
	answer *graphv1.ImportFollowsResponse
}

func (im *importer) run(ctx context.Context, in <-chan importBatch) error {
	for b := range in {
		for len(b.rows) < maxStored {
			next, ok := waiting(in)
			if !ok {
				break
			}
			b = b.join(next)
		}
		if err := im.store(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) store(ctx context.Context, b importBatch) error {
	var done stored
	for try := 1; len(b.rows) > 0; try++ {
		err := im.service.db.InTx(ctx, func(tx postgres.Tx) (err error) {
			done, err = im.service.storeRows(ctx, tx, b.rows, im.fresh)
			return err
		})
		if err == nil {
			im.fresh = done.created == done.edges
			break
		}
		retry := im.fresh && fault.Is(err, fault.Exists) || errors.Is(err, errNoAccount)
		if !retry || try == storeTries {
			return err
		}
		im.fresh = false
	}
	im.answer.Rows += b.received
	im.answer.AccountsCreated += b.created
	im.answer.FollowsCreated += int64(done.created)
	im.refuse(b.refused)
	im.refuse(done.refused)
	return nil
}

func (im *importer) refuse(rows []refusal) {
	im.answer.Refused += int64(len(rows))
	for _, r := range rows[:min(len(rows), maxRefusals-len(im.answer.GetRefusals()))] {
		im.answer.Refusals = append(im.answer.Refusals, &graphv1.ImportFollowsResponse_Refusal{Line: r.line, Reason: r.reason})
	}
}

// stored is what became of rows: some refused, the others edges, some of which
// were created.
type stored struct {
	refused        []refusal
	edges, created int
}

// storeRows stores edges with their counts and events. Fresh rows are copied in
// without a look at what is there; then it fails as Exists if an edge was there,
// or with errNoAccount if an account is gone.
func (s *Service) storeRows(ctx context.Context, tx postgres.Tx, rows []importRow, fresh bool) (stored, error) {
	if err := s.q.HoldBlocks(ctx, tx); err != nil {
		return stored{}, err
	}
	apart, err := s.rulesFor(ctx, tx, rows, fresh)
	if err != nil {
		return stored{}, err
	}
	edges, refused := apart.sift(rows)
	if len(edges) == 0 {
		return stored{refused: refused}, nil
	}
	created, err := s.insertEdges(ctx, tx, edges, fresh)
	if err != nil || len(created) == 0 {
		return stored{refused: refused, edges: len(edges)}, err
	}
	return stored{refused: refused, edges: len(edges), created: len(created)}, s.added(ctx, tx, created)
}

// insertEdges answers those that were not there. The edges are in the order of
// the primary key, so that imports of the same edges cannot wait in a circle.
func (s *Service) insertEdges(ctx context.Context, tx postgres.Tx, edges []edge, fresh bool) ([]edge, error) {
	if fresh {
		_, err := s.q.CopyFollows(ctx, tx, paramsOf(edges))
		return edges, err
	}
	followers, followees := make([]uuid.UUID, len(edges)), make([]uuid.UUID, len(edges))
	for i, e := range edges {
		followers[i], followees[i] = e.FollowerID, e.FolloweeID
	}
	created, err := s.q.InsertFollows(ctx, tx, graphdb.InsertFollowsParams{FollowerIds: followers, FolloweeIds: followees})
	return edgesOf(created), err
}

func paramsOf(edges []edge) []graphdb.CopyFollowsParams {
	params := make([]graphdb.CopyFollowsParams, len(edges))
	for i, e := range edges {
		params[i] = graphdb.CopyFollowsParams(e)
	}
	return params
}

// rules are what keeps edges of a batch from being stored.
type rules struct {
	// blocked has the blocks among the accounts, as they were made.
	blocked map[edge]struct{}
	gone    map[uuid.UUID]struct{}
}

func (s *Service) rulesFor(ctx context.Context, tx postgres.Tx, rows []importRow, fresh bool) (rules, error) {
	r := rules{blocked: map[edge]struct{}{}, gone: map[uuid.UUID]struct{}{}}
	accounts := accountsOf(rows)
	blocks, err := s.q.ListBlocksAmong(ctx, tx, accounts)
	if err != nil {
		return r, err
	}
	for _, b := range blocks {
		r.blocked[edge{b.BlockerID, b.BlockedID}] = struct{}{}
	}
	if fresh {
		return r, nil
	}
	gone, err := s.q.ListGoneAmong(ctx, tx, accounts)
	for _, u := range gone {
		r.gone[u] = struct{}{}
	}
	return r, err
}

func accountsOf(rows []importRow) []uuid.UUID {
	seen := make(map[uuid.UUID]struct{}, len(rows))
	ids := make([]uuid.UUID, 0, len(rows))
	for _, r := range rows {
		for _, u := range []uuid.UUID{r.FollowerID, r.FolloweeID} {
			if _, ok := seen[u]; !ok {
				seen[u] = struct{}{}
				ids = append(ids, u)
			}
		}
	}
	return ids
}

// sift answers each allowed edge once, ascending, and what is refused.
func (r rules) sift(rows []importRow) (edges []edge, refused []refusal) {
	edges = make([]edge, 0, len(rows))
	for _, row := range rows {
		if reason := r.against(row.edge); reason != "" {
			refused = append(refused, refusal{row.line, reason})
			continue
		}
		edges = append(edges, row.edge)
	}
	slices.SortFunc(edges, edge.compare)
	return slices.Compact(edges), refused
}

// against is the reason why an edge may not be, or nothing.
func (r rules) against(e edge) string {
	_, one := r.blocked[e]
	_, other := r.blocked[edge{e.FolloweeID, e.FollowerID}]
	_, from := r.gone[e.FollowerID]
	_, to := r.gone[e.FolloweeID]
	switch {
	case from || to:
		return reasonMissing
	case one || other:
		return reasonBlocked
	}
	return ""
}
