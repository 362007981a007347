package timeline

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/timeline/policy"
)

// reviewedAtOnce bounds the edges of one reader that one look goes through; more
// than people can follow.
const reviewedAtOnce = 20_000

// wants is what a policy wants of one reader's edges: all that ought to be push,
// and those among them that are not and may be moved now.
type wants struct{ all, unpushed []Edge }

// wanted asks the policy about each edge of a reader.
func (s *Service) wanted(ctx context.Context, f force, reader uuid.UUID, rate ReaderRate) (wants, error) {
	edges, err := s.Store.ListReaderEdges(ctx, reader, reviewedAtOnce)
	if err != nil {
		return wants{}, err
	}
	now := s.Now()
	views := policy.Counter{Count: rate.Views, At: rate.ViewedAt, Since: rate.Since}.Rate(now)
	dormant := now.Sub(rate.ViewedAt) > policy.DormantAfter
	var w wants
	for _, r := range edges {
		e := policy.Edge{Pushed: r.Pushed, Views: views, Posts: postRate(r, now), Dormant: dormant}
		if r.AuthorPulled || !f.PushEdge(e, f.costs) {
			continue
		}
		found := Edge{Author: r.AuthorID, Reader: reader, Since: r.Since}
		w.all = append(w.all, found)
		if !r.Pushed && now.Sub(r.MovedAt) >= policy.MoveEvery {
			w.unpushed = append(w.unpushed, found)
		}
	}
	return w, nil
}

func postRate(r ReaderEdge, now time.Time) float64 {
	return policy.Counter{Count: r.Posted, At: r.CountedAt, Since: r.PostingSince}.Rate(now)
}

func authorsOfEdges(edges []Edge) []uuid.UUID {
	authors, _ := columns(edges)
	return authors
}
