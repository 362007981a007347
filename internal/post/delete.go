package post

import (
	"context"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

var errNotAuthor = fault.New(fault.Denied, "not_author", "only its author may delete a post")

// DeletePost implements PostService.
func (s *Service) DeletePost(ctx context.Context, req *postv1.DeletePostRequest) (*postv1.DeletePostResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	postID, err := id.Parse("post_id", req.GetPostId())
	if err != nil {
		return nil, err
	}
	changed, err := s.store.Delete(ctx, postID, func(p Standing) error { return mayDelete(caller, p) })
	s.shared.Invalidate(changed...)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, errNotFound
	case err != nil:
		return nil, err
	}
	return &postv1.DeletePostResponse{}, nil
}

// mayDelete tells people nothing about posts that others have deleted.
func mayDelete(caller identity.Caller, p Standing) error {
	switch {
	case p.Author == caller.UserID, caller.Holds(accessv1.Role_ROLE_MODERATOR):
		return nil
	case p.Deleted:
		return errNotFound
	}
	return errNotAuthor
}
