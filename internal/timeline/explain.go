package timeline

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

// ExplainPost implements throng.timeline.v1.
func (s *Service) ExplainPost(ctx context.Context, req *timelinev1.ExplainPostRequest) (*timelinev1.ExplainPostResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	post, err := id.Parse("post_id", req.GetPostId())
	if err != nil {
		return nil, err
	}
	res := &timelinev1.ExplainPostResponse{Cause: timelinev1.ExplainPostResponse_CAUSE_DELETED, Strategy: s.inForce(ctx).Strategy}
	if err := s.explainDelivery(ctx, caller.UserID, post, res); err != nil {
		return nil, err
	}
	found, err := s.Posts.HydratePosts(ctx, &postv1.HydratePostsRequest{PostIds: []string{req.GetPostId()}})
	if err != nil {
		return nil, err
	}
	if len(found.GetPosts()) == 0 {
		if res.GetDeliveredAt() == nil {
			return nil, fault.New(fault.NotFound, "post_not_found", "there is no such post")
		}
		return res, nil
	}
	res.StoredAt = found.GetPosts()[0].GetCreatedAt()
	return res, s.explainAuthor(ctx, caller.UserID, post, found.GetPosts()[0].GetAuthorId(), res)
}

// explainDelivery says when the post was written into the reader's timeline.
func (s *Service) explainDelivery(ctx context.Context, reader, post uuid.UUID, res *timelinev1.ExplainPostResponse) error {
	at, err := s.Store.FindEntry(ctx, reader, post)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	res.DeliveredAt = timestamppb.New(at)
	return err
}

// explainAuthor says how the author's posts reach the reader.
func (s *Service) explainAuthor(ctx context.Context, reader, post uuid.UUID, authorID string, res *timelinev1.ExplainPostResponse) error {
	author, err := id.Parse("author_id", authorID)
	if err != nil {
		return err
	}
	if author == reader {
		res.InTimeline, res.Cause, res.Mode = true, timelinev1.ExplainPostResponse_CAUSE_OWN, timelinev1.ExplainPostResponse_EDGE_MODE_PULL
		return nil
	}
	following, err := s.following(ctx, reader)
	if err != nil {
		return err
	}
	follow, ok := followOf(following, author)
	if !ok {
		res.Cause = timelinev1.ExplainPostResponse_CAUSE_NOT_FOLLOWED
		return nil
	}
	return s.explainEdge(ctx, follow, reader, post, res)
}

// explainEdge says how a followed author's post reaches the reader: it is there
// if it was written, or is pulled; else it is on its way.
func (s *Service) explainEdge(ctx context.Context, f follow, reader, post uuid.UUID, res *timelinev1.ExplainPostResponse) error {
	res.InTimeline, res.Cause, res.Mode = true, timelinev1.ExplainPostResponse_CAUSE_FOLLOWED, timelinev1.ExplainPostResponse_EDGE_MODE_PULL
	found, err := s.Store.FindEdge(ctx, f.author, reader)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	res.Mode, res.AuthorPulled = edgeMode(found.Mode), found.AuthorPulled
	pushed := found.Mode == ModePush && found.Since == f.since && compare(post, found.Horizon) >= 0 && compare(post, found.PushedAfter) > 0
	inFlight := slices.Contains(s.live.inFlight([]follow{f}), f.author)
	if pushed && !inFlight && res.GetDeliveredAt() == nil && res.GetStrategy() != timelinev1.Strategy_STRATEGY_PULL {
		res.InTimeline, res.Cause = false, timelinev1.ExplainPostResponse_CAUSE_ON_ITS_WAY
	}
	return nil
}

// edgeMode takes an edge on its way to pull for what reads take it for.
func edgeMode(mode int16) timelinev1.ExplainPostResponse_EdgeMode {
	if mode == ModeDemoting {
		mode = ModePull
	}
	return timelinev1.ExplainPostResponse_EdgeMode(mode)
}
