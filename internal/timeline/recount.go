package timeline

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/id"
)

const recountedAtOnce = 3000

// Recount compares the timeline's edges with the follows of the graph, reports
// each edge that should be gone, and each that is on its way for good, and
// answers how many there were. It reads only.
func (s *Service) Recount(ctx context.Context, report func(difference string)) (int, error) {
	var differences int
	after := Edge{}
	for {
		edges, err := s.Store.ListEdgesByReader(ctx, after, recountedAtOnce)
		if err != nil || len(edges) == 0 {
			return differences, err
		}
		standing, err := s.standing(ctx, edges)
		if err != nil {
			return differences, err
		}
		for _, e := range changed(edges, standing) {
			differences++
			report(fmt.Sprintf("timeline: the edge from %s to %s is not that of the follow", e.Author, e.Reader))
		}
		after = edges[len(edges)-1]
	}
}

// Edges counts the edges that are push, and those that are not or not yet.
func (s *Service) Edges(ctx context.Context) (push, other int64, err error) {
	push, all, err := s.Store.CountEdges(ctx)
	return push, all - push, err
}

// Chill forgets what was written for a reader, as a dormant one's entries are:
// his horizon goes up first, and his next read wakes him.
func (s *Service) Chill(ctx context.Context, reader uuid.UUID) error {
	if err := s.Store.RaiseHorizons(ctx, []Raised{{Reader: reader, Horizon: id.Max}}); err != nil {
		return err
	}
	return s.Store.DeleteBelow(ctx, []uuid.UUID{reader})
}
