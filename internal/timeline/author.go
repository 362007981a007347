package timeline

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/timeline/policy"
)

// calmedAtOnce bounds the authors that one look for ended bursts goes through.
const calmedAtOnce = 1000

// author is what a fan-out knows of whom it works for.
type author struct {
	id uuid.UUID
	// unread says that he is pulled as a whole, and nothing is to be written.
	unread bool
	// large says that writing takes so long that reads pull him meanwhile.
	large bool
	// leastViews is how often a day a reader must look to be written to, where it
	// is time to look through them; 0 writes to all.
	leastViews float64
}

// weigh counts a post and decides how its author is read from now on.
func (s *Service) weigh(ctx context.Context, f force, id uuid.UUID) (author, error) {
	rates, err := s.Store.CountPost(ctx, id, s.Now())
	if err != nil {
		return author{}, err
	}
	state, err := s.Store.FindAuthor(ctx, id)
	if err != nil {
		return author{}, err
	}
	atMost := s.large()
	if f.Strategy == timelinev1.Strategy_STRATEGY_HYBRID {
		atMost = max(atMost, f.Threshold)
	}
	followers, err := s.Store.CountAudience(ctx, id, atMost)
	if err != nil {
		return author{}, err
	}
	a := author{id: id, large: followers >= s.large()}
	wanted := f.PullAuthor(policy.Author{Pulled: state.Pulled, Followers: followers, Burst: rates.Burst}, f.costs)
	if wanted != state.Pulled {
		return a, s.flip(ctx, id, wanted)
	}
	a.unread = state.Unread
	if !wanted && f.Reviews() {
		a.leastViews, err = s.review(ctx, f, id, rates)
	}
	return a, err
}

// review says how often a day a reader must look for a push to him to pay, where
// the author's readers have not been looked through for a while.
func (s *Service) review(ctx context.Context, f force, id uuid.UUID, rates AuthorRates) (leastViews float64, err error) {
	now := s.Now()
	if now.Sub(rates.ReviewedAt) < policy.MoveEvery {
		return 0, nil
	}
	posts := policy.Counter{Count: rates.Posted, At: rates.CountedAt, Since: rates.Since}.Rate(now)
	return policy.LeastViews(posts, true, f.costs), s.Store.MarkAuthorReviewed(ctx, id, now)
}

// large is from how many followers on a fan-out takes several turns.
func (s *Service) large() int { return 2 * s.Config.FanoutPage }

// flip enters or leaves the state in which an author is pulled as a whole. Either
// way all his edges count as pull from the commit on, and each is promoted anew
// if it is wanted so.
func (s *Service) flip(ctx context.Context, id uuid.UUID, pulled bool) error {
	flipped, err := s.Store.FlipAuthor(ctx, id, pulled)
	if flipped {
		s.counts.flips.Add(1)
		s.Log.InfoContext(ctx, "an author is read in another way", slog.String("author", id.String()), slog.Bool("pulled", pulled))
	}
	return err
}

// calm ends the bursts that are over, where the author posts no more and no
// fan-out finds out.
func (s *Service) calm(ctx context.Context, _ *timelinev1.CalmAuthors) error {
	f := s.inForce(ctx)
	if !f.Reviews() {
		return nil
	}
	now := s.Now()
	for after := uuid.Nil; ; {
		pulled, err := s.Store.ListPulledAuthors(ctx, after, calmedAtOnce)
		if err != nil || len(pulled) == 0 {
			return err
		}
		for _, p := range pulled {
			after = p.Author
			if f.PullAuthor(policy.Author{Pulled: true, Burst: burstNow(p, now)}, f.costs) {
				continue
			}
			if err := s.flip(ctx, p.Author, false); err != nil {
				return err
			}
		}
	}
}

func burstNow(p PulledAuthor, now time.Time) float64 {
	return policy.Counter{Count: p.Burst, At: p.CountedAt}.Add(now, 0, policy.BurstMemory.Seconds()).Count
}
