package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

// GetRelationships implements graphv1connect.GraphServiceHandler.
func (s *Service) GetRelationships(ctx context.Context, req *graphv1.GetRelationshipsRequest) (*graphv1.GetRelationshipsResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	others, err := id.ParseAll("user_ids", req.GetUserIds())
	if err != nil {
		return nil, err
	}
	rs, err := s.relationships(ctx, s.db.Reader(ctx), caller.UserID, others)
	return &graphv1.GetRelationshipsResponse{Relationships: rs}, err
}

// relationship is how two stand after a write.
func (s *Service) relationship(ctx context.Context, caller, other uuid.UUID) (*graphv1.Relationship, error) {
	rs, err := s.relationships(ctx, s.db.Writer(ctx), caller, []uuid.UUID{other})
	if err != nil {
		return nil, err
	}
	return rs[0], nil
}

func (s *Service) relationships(ctx context.Context, pool postgres.Pool, caller uuid.UUID, others []uuid.UUID) ([]*graphv1.Relationship, error) {
	rows, err := s.q.ListRelationships(ctx, pool, graphdb.ListRelationshipsParams{CallerID: caller, OtherIds: others})
	if err != nil {
		return nil, err
	}
	rs := make([]*graphv1.Relationship, len(rows))
	for i, r := range rows {
		rs[i] = &graphv1.Relationship{UserId: others[i].String(), Following: r.Following, FollowedBy: r.FollowedBy, Blocking: r.Blocking}
	}
	return rs, nil
}

// GetCounts implements graphv1connect.GraphServiceHandler.
func (s *Service) GetCounts(ctx context.Context, req *graphv1.GetCountsRequest) (*graphv1.GetCountsResponse, error) {
	user, err := id.Parse("user_id", req.GetUserId())
	if err != nil {
		return nil, err
	}
	c, err := s.q.GetCounts(ctx, s.db.Reader(ctx), user)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return &graphv1.GetCountsResponse{Followers: c.Followers, Following: c.Following}, nil
}
