package graph

import (
	"context"

	"github.com/google/uuid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
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
	found, err := s.store.Relationships(ctx, caller.UserID, others)
	if err != nil {
		return nil, err
	}
	res := &graphv1.GetRelationshipsResponse{Relationships: make([]*graphv1.Relationship, len(found))}
	for i, r := range found {
		res.Relationships[i] = r.message(others[i])
	}
	return res, nil
}

func (r Relationship) message(other uuid.UUID) *graphv1.Relationship {
	return &graphv1.Relationship{UserId: other.String(), Following: r.Following, FollowedBy: r.FollowedBy, Blocking: r.Blocking}
}

// GetCounts implements graphv1connect.GraphServiceHandler.
func (s *Service) GetCounts(ctx context.Context, req *graphv1.GetCountsRequest) (*graphv1.GetCountsResponse, error) {
	user, err := id.Parse("user_id", req.GetUserId())
	if err != nil {
		return nil, err
	}
	c, err := s.store.Counts(ctx, user)
	if err != nil {
		return nil, err
	}
	return &graphv1.GetCountsResponse{Followers: c.Followers, Following: c.Following}, nil
}
