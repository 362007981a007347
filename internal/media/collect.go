package media

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/throng-social/throng/gen/db/mediadb"
)

const (
	topicCollect = "media.collect"
	collectEvery = 10 * time.Minute
	// collectPage is how many pictures one call takes away.
	collectPage = 200
	// collectBudget is how long one round works; a job has ten seconds. What is
	// left waits for the next round.
	collectBudget = 5 * time.Second
	// leftoverLifetime is after when an id takes no bytes and nothing can need those
	// that came: the last address of its day has expired.
	leftoverLifetime = unclaimedLifetime + uploadLifetime
)

func (s *Service) collectAll(ctx context.Context, _ *emptypb.Empty) error {
	for until := time.Now().Add(collectBudget); time.Now().Before(until); {
		if n, err := s.Collect(ctx); n == 0 || err != nil {
			return err
		}
	}
	return nil
}

// Collect takes away up to 200 pictures that nothing shows, uploads and claims
// that nobody confirmed for a day and released ones, and answers how many: call
// it again until that is 0. It may be interrupted and run in several processes.
func (s *Service) Collect(ctx context.Context) (int, error) {
	if err := s.files.Sweep(ctx, s.now().Add(-leftoverLifetime)); err != nil {
		return 0, err
	}
	ids, err := s.q.Condemn(ctx, s.db.Writer(ctx), mediadb.CondemnParams{Now: s.now(), PageLimit: collectPage})
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	s.known.Invalidate(ids...)
	if err := s.files.Remove(ctx, ids); err != nil {
		return 0, err
	}
	n, err := s.q.DeleteGone(ctx, s.db.Writer(ctx), ids)
	return int(n), err
}
