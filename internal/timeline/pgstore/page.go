package pgstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/timeline"
)

// ReadPage implements timeline.Store: one statement, and so one snapshot.
func (s *Store) ReadPage(ctx context.Context, reader, before uuid.UUID, limit int) (timeline.Snapshot, error) {
	row, err := s.q.ReadPage(ctx, s.db.Reader(ctx), timelinedb.ReadPageParams{ReaderID: reader, BeforeID: before, PageLimit: rows(limit)})
	return timeline.Snapshot{
		Horizon: row.Horizon, Pushed: row.Pushed, PushedSince: row.PushedSince, PushedAfter: row.PushedAfter, PostIDs: row.PostIds, AuthorIDs: row.AuthorIds,
	}, err
}

// FindEdge implements timeline.Store.
func (s *Store) FindEdge(ctx context.Context, author, reader uuid.UUID) (timeline.EdgeState, error) {
	row, err := s.q.GetEdge(ctx, s.db.Reader(ctx), timelinedb.GetEdgeParams{AuthorID: author, ReaderID: reader})
	return timeline.EdgeState(row), err
}

// FindEntry implements timeline.Store.
func (s *Store) FindEntry(ctx context.Context, reader, post uuid.UUID) (time.Time, error) {
	return s.q.GetEntry(ctx, s.db.Reader(ctx), timelinedb.GetEntryParams{ReaderID: reader, PostID: post})
}
