package post

import (
	"context"

	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

// LikePost implements PostService.
func (s *Service) LikePost(ctx context.Context, req *postv1.LikePostRequest) (*postv1.LikePostResponse, error) {
	likes, err := s.changeLike(ctx, req.GetPostId(), s.store.Like)
	return &postv1.LikePostResponse{LikeCount: likes}, err
}

// UnlikePost implements PostService.
func (s *Service) UnlikePost(ctx context.Context, req *postv1.UnlikePostRequest) (*postv1.UnlikePostResponse, error) {
	likes, err := s.changeLike(ctx, req.GetPostId(), s.store.Unlike)
	return &postv1.UnlikePostResponse{LikeCount: likes}, err
}

// changeLike makes or takes back the caller's like and answers the count after.
func (s *Service) changeLike(ctx context.Context, post string, change func(ctx context.Context, user, post uuid.UUID) (int64, bool, error)) (int64, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return 0, err
	}
	postID, err := id.Parse("post_id", post)
	if err != nil {
		return 0, err
	}
	likes, changed, err := change(ctx, caller.UserID, postID)
	if changed {
		s.shared.Invalidate(postID)
	}
	if fault.Is(err, fault.NotFound) {
		return 0, errNotFound
	}
	return likes, err
}
