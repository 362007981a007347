package post

import (
	"context"
	"fmt"
)

// Recount compares the stored counts with what they count, also while posts are
// made and liked. It reports the first thousand differences, one sentence each,
// changes nothing and answers how many there are.
func (s *Service) Recount(ctx context.Context, report func(diff string)) (int, error) {
	return s.store.Recount(ctx, func(m Miscount) {
		report(fmt.Sprintf("post %s: %d likes stored, %d counted; %d replies stored, %d counted",
			m.Post, m.Likes, m.LikesCounted, m.Replies, m.RepliesCounted))
	})
}
