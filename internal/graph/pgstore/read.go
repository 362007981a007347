package pgstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/postgres"
)

// Relationships implements graph.Reads.
func (s *Store) Relationships(ctx context.Context, caller uuid.UUID, others []uuid.UUID) ([]graph.Relationship, error) {
	return s.relationships(ctx, s.db.Reader(ctx), caller, others)
}

// relationship is how two stand after a write.
func (s *Store) relationship(ctx context.Context, caller, other uuid.UUID) (graph.Relationship, error) {
	found, err := s.relationships(ctx, s.db.Writer(ctx), caller, []uuid.UUID{other})
	if err != nil {
		return graph.Relationship{}, err
	}
	return found[0], nil
}

func (s *Store) relationships(ctx context.Context, pool postgres.Pool, caller uuid.UUID, others []uuid.UUID) ([]graph.Relationship, error) {
	rows, err := s.q.ListRelationships(ctx, pool, graphdb.ListRelationshipsParams{CallerID: caller, OtherIds: others})
	found := make([]graph.Relationship, len(rows))
	for i, r := range rows {
		found[i] = graph.Relationship(r)
	}
	return found, err
}

// Counts implements graph.Reads.
func (s *Store) Counts(ctx context.Context, account uuid.UUID) (graph.Counts, error) {
	c, err := s.q.GetCounts(ctx, s.db.Reader(ctx), account)
	if fault.Is(err, fault.NotFound) {
		return graph.Counts{}, nil
	}
	return graph.Counts(c), err
}

// ListFollowers implements graph.Reads.
func (s *Store) ListFollowers(ctx context.Context, account uuid.UUID, before graph.Follow, most int) ([]graph.Follow, error) {
	rows, err := s.q.ListFollowers(ctx, s.db.Reader(ctx), graphdb.ListFollowersParams{
		UserID: account, Before: before.Since, BeforeID: before.UserID, Most: int32(most), //nolint:gosec // a page is small
	})
	return followsOf(rows), err
}

// ListFollowing implements graph.Reads.
func (s *Store) ListFollowing(ctx context.Context, account uuid.UUID, before graph.Follow, most int) ([]graph.Follow, error) {
	rows, err := s.q.ListFollowing(ctx, s.db.Reader(ctx), graphdb.ListFollowingParams{
		UserID: account, Before: before.Since, BeforeID: before.UserID, Most: int32(most), //nolint:gosec // a page is small
	})
	return followsOf(rows), err
}

// ListFollowingIDs implements graph.Reads.
func (s *Store) ListFollowingIDs(ctx context.Context, account, after uuid.UUID, most int) ([]graph.Follow, error) {
	rows, err := s.q.ListFollowingIds(ctx, s.db.Reader(ctx), graphdb.ListFollowingIdsParams{
		UserID: account, AfterID: after, Most: int32(most), //nolint:gosec // a page is small
	})
	return followsOf(rows), err
}

// CheckEdges implements graph.Reads.
func (s *Store) CheckEdges(ctx context.Context, edges []graph.Edge) ([]time.Time, error) {
	followers, followees := endsOf(edges)
	since, err := s.q.CheckEdges(ctx, s.db.Primary(ctx), graphdb.CheckEdgesParams{FollowerIds: followers, FolloweeIds: followees})
	for i, t := range since {
		if t.Unix() == 0 {
			since[i] = time.Time{}
		}
	}
	return since, err
}

func endsOf(edges []graph.Edge) (followers, followees []uuid.UUID) {
	followers, followees = make([]uuid.UUID, len(edges)), make([]uuid.UUID, len(edges))
	for i, e := range edges {
		followers[i], followees[i] = e.FollowerID, e.FolloweeID
	}
	return followers, followees
}

// listed is a row of any query that lists follows.
type listed struct {
	UserID    uuid.UUID
	CreatedAt time.Time
}

func followsOf[R ~struct {
	UserID    uuid.UUID
	CreatedAt time.Time
}](rows []R) []graph.Follow {
	follows := make([]graph.Follow, len(rows))
	for i, r := range rows {
		l := listed(r)
		follows[i] = graph.Follow{UserID: l.UserID, Since: l.CreatedAt}
	}
	return follows
}
