package pgstore

import (
	"context"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/timeline"
)

// ListEdgesByAuthor implements timeline.Store.
func (s *Store) ListEdgesByAuthor(ctx context.Context, after timeline.Edge, limit int) ([]timeline.SurveyedEdge, error) {
	found, err := s.q.ListEdgesByAuthor(ctx, s.db.Writer(ctx), timelinedb.ListEdgesByAuthorParams{AfterAuthorID: after.Author, AfterReaderID: after.Reader, PageLimit: rows(limit)})
	edges := make([]timeline.SurveyedEdge, len(found))
	for i, r := range found {
		edges[i] = timeline.SurveyedEdge{Edge: timeline.Edge{Author: r.AuthorID, Reader: r.ReaderID, Since: r.Since}, Mode: r.Mode, AuthorPulled: r.AuthorPulled}
	}
	return edges, err
}

// ListEdgesByReader implements timeline.Store.
func (s *Store) ListEdgesByReader(ctx context.Context, after timeline.Edge, limit int) ([]timeline.Edge, error) {
	found, err := s.q.ListEdgesByReader(ctx, s.db.Writer(ctx), timelinedb.ListEdgesByReaderParams{AfterReaderID: after.Reader, AfterAuthorID: after.Author, PageLimit: rows(limit)})
	edges := make([]timeline.Edge, len(found))
	for i, r := range found {
		edges[i] = timeline.Edge{Author: r.AuthorID, Reader: r.ReaderID, Since: r.Since}
	}
	return edges, err
}

// CountEdges implements timeline.Store.
func (s *Store) CountEdges(ctx context.Context) (push, all int64, err error) {
	row, err := s.q.CountEdges(ctx, s.db.Writer(ctx))
	return row.Push, row.AllEdges, err
}
