package graph

import (
	"context"

	"github.com/throng-social/throng/gen/db/graphdb"
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
	rows, err := s.q.ListFollowingIds(ctx, s.db.Reader(ctx), graphdb.ListFollowingIdsParams{UserID: user, AfterID: after, Most: req.GetLimit()})
	if err != nil {
		return nil, err
	}
	res := &graphv1.ListFollowingIdsResponse{UserIds: make([]string, len(rows)), Since: make([]int64, len(rows))}
	for i, r := range rows {
		res.UserIds[i], res.Since[i] = r.UserID.String(), r.CreatedAt.UnixMicro()
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
	since, err := s.q.CheckEdges(ctx, s.db.Primary(ctx), graphdb.CheckEdgesParams{FollowerIds: followers, FolloweeIds: followees})
	if err != nil {
		return nil, err
	}
	res := &graphv1.CheckEdgesResponse{Since: make([]int64, len(since))}
	for i, t := range since {
		res.Since[i] = t.UnixMicro()
	}
	return res, nil
}
