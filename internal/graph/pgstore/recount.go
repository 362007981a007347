package pgstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

const (
	// recountPage is how many accounts one statement recounts.
	recountPage = 20_000
	// maxAcross is how many follows across a block are reported.
	maxAcross = 1000
)

// Recount implements graph.Upkeep.
func (s *Store) Recount(ctx context.Context, report func(diff string)) (int, error) {
	total := 0
	for after, last := uuid.Nil, false; !last; {
		upto, err := s.q.EndOfRecountPage(ctx, s.db.Primary(ctx), graphdb.EndOfRecountPageParams{AfterID: after, Size: recountPage})
		if last = fault.Is(err, fault.NotFound); last {
			upto, err = id.Max, nil
		}
		if err != nil {
			return total, err
		}
		n, err := s.recountPage(ctx, after, upto, report)
		if err != nil {
			return total, err
		}
		total, after = total+n, upto
	}
	n, err := s.findAcrossBlocks(ctx, report)
	return total + n, err
}

func (s *Store) recountPage(ctx context.Context, after, upto uuid.UUID, report func(string)) (int, error) {
	rows, err := s.q.ListCountDifferences(ctx, s.db.Primary(ctx), graphdb.ListCountDifferencesParams{AfterID: after, UptoID: upto})
	for _, r := range rows {
		report(fmt.Sprintf("graph: account %s: followers %d, recounted %d; following %d, recounted %d",
			r.UserID, r.KeptFollowers, r.FoundFollowers, r.KeptFollowing, r.FoundFollowing))
	}
	return len(rows), err
}

func (s *Store) findAcrossBlocks(ctx context.Context, report func(string)) (int, error) {
	rows, err := s.q.ListFollowsAcrossBlocks(ctx, s.db.Primary(ctx), maxAcross)
	for _, r := range rows {
		report(fmt.Sprintf("graph: %s follows %s across a block", r.FollowerID, r.FolloweeID))
	}
	return len(rows), err
}
