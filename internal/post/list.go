package post

import (
	"context"

	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
)

// ListPostsByAuthor implements PostService.
func (s *Service) ListPostsByAuthor(ctx context.Context, req *postv1.ListPostsByAuthorRequest) (*postv1.ListPostsByAuthorResponse, error) {
	viewer := identity.From(ctx).UserID
	author, err := id.Parse("author_id", req.GetAuthorId())
	if err != nil {
		return nil, err
	}
	list := "posts/" + author.String()
	after, err := s.pages.Open(list, req.GetPageToken(), page.Cursor{ID: id.Max})
	if err != nil {
		return nil, err
	}
	size := page.Size(req.GetPageSize())
	log, err := s.store.ListLog(ctx, LogRange{Authors: []uuid.UUID{author}, Before: after.ID, Limit: size + 1, PerAuthor: size + 1})
	if err != nil {
		return nil, err
	}
	ids, next := s.cut(list, idsOf(log), size)
	posts, err := s.view(ctx, ids, viewer)
	return &postv1.ListPostsByAuthorResponse{Posts: posts, NextPageToken: next}, err
}

// ListReplies implements PostService.
func (s *Service) ListReplies(ctx context.Context, req *postv1.ListRepliesRequest) (*postv1.ListRepliesResponse, error) {
	viewer := identity.From(ctx).UserID
	parent, err := id.Parse("post_id", req.GetPostId())
	if err != nil {
		return nil, err
	}
	list := "replies/" + parent.String()
	after, err := s.pages.Open(list, req.GetPageToken(), page.Cursor{})
	if err != nil {
		return nil, err
	}
	size := page.Size(req.GetPageSize())
	ids, err := s.store.ListReplies(ctx, parent, after.ID, size+1)
	if err != nil {
		return nil, err
	}
	ids, next := s.cut(list, ids, size)
	posts, err := s.view(ctx, ids, viewer)
	return &postv1.ListRepliesResponse{Posts: posts, NextPageToken: next}, err
}

func idsOf(log []Entry) []uuid.UUID {
	ids := make([]uuid.UUID, len(log))
	for i, e := range log {
		ids[i] = e.ID
	}
	return ids
}

// cut takes the one too many off and makes the token for the page that it
// begins.
func (s *Service) cut(list string, ids []uuid.UUID, size int32) ([]uuid.UUID, string) {
	if len(ids) <= int(size) {
		return ids, ""
	}
	ids = ids[:size]
	return ids, s.pages.Seal(list, page.Cursor{ID: ids[size-1]})
}
