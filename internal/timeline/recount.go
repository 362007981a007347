package timeline

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/id"
)

const recountedAtOnce = 3000

// Recount compares the timeline's edges with the follows of the graph, reports
// each edge that should be gone, and each that is on its way for good, and
// answers how many there were. It reads only.
func (s *Service) Recount(ctx context.Context, report func(difference string)) (int, error) {
	var differences int
	after := edge{}
	for {
		rows, err := s.q.ListEdgesByReader(ctx, s.DB.Writer(ctx), timelinedb.ListEdgesByReaderParams{AfterReaderID: after.reader, AfterAuthorID: after.author, PageLimit: recountedAtOnce})
		if err != nil || len(rows) == 0 {
			return differences, err
		}
		edges := make([]edge, len(rows))
		for i, r := range rows {
			edges[i] = edge{author: r.AuthorID, reader: r.ReaderID, since: r.Since}
		}
		standing, err := s.standing(ctx, edges)
		if err != nil {
			return differences, err
		}
		for _, e := range changed(edges, standing) {
			differences++
			report(fmt.Sprintf("timeline: the edge from %s to %s is not that of the follow", e.author, e.reader))
		}
		after = edges[len(edges)-1]
	}
}

// Edges counts the edges that are push, and those that are not or not yet.
func (s *Service) Edges(ctx context.Context) (push, other int64, err error) {
	row, err := s.q.CountEdges(ctx, s.DB.Writer(ctx))
	return row.Push, row.AllEdges - row.Push, err
}

// Chill forgets what was written for a reader, as a dormant one's entries are:
// his horizon goes up first, and his next read wakes him.
func (s *Service) Chill(ctx context.Context, reader uuid.UUID) error {
	p := timelinedb.RaiseHorizonsParams{ReaderIds: []uuid.UUID{reader}, Horizons: []uuid.UUID{id.Max}}
	if err := s.q.RaiseHorizons(ctx, s.DB.Writer(ctx), p); err != nil {
		return err
	}
	return s.deleteBelow(ctx, p.ReaderIds)
}
