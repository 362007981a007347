package pgstore

import (
	"context"

	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/postgres"
)

// Recount implements post.Upkeep, in one snapshot.
func (s *Store) Recount(ctx context.Context, report func(post.Miscount)) (int, error) {
	total := 0
	err := s.db.InSnapshot(ctx, func(tx postgres.Tx) error {
		if err := s.q.AllowLongStatement(ctx, tx); err != nil {
			return err
		}
		rows, err := s.q.Recount(ctx, tx)
		for _, r := range rows {
			total = int(r.Total)
			report(post.Miscount{Post: r.PostID, Likes: r.Likes, LikesCounted: r.LikesCounted, Replies: r.Replies, RepliesCounted: r.RepliesCounted})
		}
		return err
	})
	return total, err
}
