package post

import (
	"context"
	"fmt"

	"github.com/throng-social/throng/internal/postgres"
)

// Recount compares the stored counts with what they count, in one snapshot, so
// also while posts are made and liked. It reports the first thousand differences,
// one sentence each, changes nothing and answers how many there are.
func (s *Service) Recount(ctx context.Context, report func(diff string)) (int, error) {
	total := 0
	err := s.db.InSnapshot(ctx, func(tx postgres.Tx) error {
		if err := s.q.AllowLongStatement(ctx, tx); err != nil {
			return err
		}
		rows, err := s.q.Recount(ctx, tx)
		for _, r := range rows {
			total = int(r.Total)
			report(fmt.Sprintf("post %s: %d likes stored, %d counted; %d replies stored, %d counted",
				r.PostID, r.Likes, r.LikesCounted, r.Replies, r.RepliesCounted))
		}
		return err
	})
	return total, err
}
