package graph

import (
	"context"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

// ListFollowingIds implements graphv1connect.GraphInternalServiceHandler.
func (s *Service) ListFollowingIds(ctx context.Context, req *graphv1.ListFollowingIdsRequest) (*graphv1.ListFollowingIdsResponse, error) {
	user, err := id.Parse("user_id", req.GetUserId())
	if err != nil {
		return nil, err
	}
	after, err := id.Parse("after_id", req.GetAfterId())
	if err != nil {
		return nil, err
	}
	follows, err := s.store.ListFollowingIDs(ctx, user, after, int(req.GetLimit()))
	if err != nil {
		return nil, err
	}
	res := &graphv1.ListFollowingIdsResponse{UserIds: make([]string, len(follows)), Since: make([]int64, len(follows))}
	for i, f := range follows {
		res.UserIds[i], res.Since[i] = f.UserID.String(), f.Since.UnixMicro()
	}
	return res, nil
}

// CheckEdges implements graphv1connect.GraphInternalServiceHandler.
func (s *Service) CheckEdges(ctx context.Context, req *graphv1.CheckEdgesRequest) (*graphv1.CheckEdgesResponse, error) {
	followers, err := id.ParseAll("follower_ids", req.GetFollowerIds())
	if err != nil {
		return nil, err
	}
	followees, err := id.ParseAll("followee_ids", req.GetFolloweeIds())
	if err != nil {
		return nil, err
	}
	if len(followers) != len(followees) {
		return nil, fault.InField("followee_ids", "length", "follower_ids and followee_ids must have the same length")
	}
	edges := make([]Edge, len(followers))
	for i := range edges {
		edges[i] = Edge{FollowerID: followers[i], FolloweeID: followees[i]}
	}
	since, err := s.store.CheckEdges(ctx, edges)
	if err != nil {
		return nil, err
	}
	res := &graphv1.CheckEdgesResponse{Since: make([]int64, len(since))}
	for i, t := range since {
		if !t.IsZero() {
			res.Since[i] = t.UnixMicro()
		}
	}
	return res, nil
}
