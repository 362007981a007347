package post

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/postdb"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

// LikePost implements PostService.
func (s *Service) LikePost(ctx context.Context, req *postv1.LikePostRequest) (*postv1.LikePostResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	postID, err := id.Parse("post_id", req.GetPostId())
	if err != nil {
		return nil, err
	}
	row, err := s.q.LikePost(ctx, s.db.Writer(ctx), postdb.LikePostParams{PostID: postID, UserID: caller.UserID})
	if err != nil {
		return nil, err
	}
	likes, err := s.likesAfter(ctx, postID, likeOutcome(row))
	return &postv1.LikePostResponse{LikeCount: likes}, err
}

// UnlikePost implements PostService.
func (s *Service) UnlikePost(ctx context.Context, req *postv1.UnlikePostRequest) (*postv1.UnlikePostResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	postID, err := id.Parse("post_id", req.GetPostId())
	if err != nil {
		return nil, err
	}
	row, err := s.q.UnlikePost(ctx, s.db.Writer(ctx), postdb.UnlikePostParams{PostID: postID, UserID: caller.UserID})
	if err != nil {
		return nil, err
	}
	likes, err := s.likesAfter(ctx, postID, likeOutcome(row))
	return &postv1.UnlikePostResponse{LikeCount: likes}, err
}

type likeOutcome postdb.LikePostRow

// likesAfter is the exact count after the call. Where nothing changed it is read
// anew: the like may have been made while this call waited for it, after the
// moment that its statement sees.
func (s *Service) likesAfter(ctx context.Context, postID uuid.UUID, o likeOutcome) (int64, error) {
	switch {
	case !o.Found:
		return 0, errNotFound
	case !o.Changed:
		return s.q.CountLikes(ctx, s.db.Writer(ctx), postID)
	}
	s.shared.Invalidate(postID)
	return o.Likes, nil
}
