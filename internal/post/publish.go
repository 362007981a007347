package post

import (
	"context"
	"strings"

	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

// publishedKey is longer than any key of a client, so it is never taken for one.
func publishedKey(key string) string {
	const longest = 64
	return strings.Repeat("=", longest) + key
}

// PublishPost implements PostInternalService. The events of a post name its
// pictures as the post's own, which they are not: media passes over those who
// confirm or release what is claimed for something else.
func (s *Service) PublishPost(ctx context.Context, req *postv1.PublishPostRequest) (*postv1.PublishPostResponse, error) {
	author, err := id.Parse("author_id", req.GetAuthorId())
	if err != nil {
		return nil, err
	}
	d := Draft{Author: author, Text: req.GetText(), Key: publishedKey(req.GetIdempotencyKey())}
	if d.Media, err = id.ParseAll("media_ids", req.GetMediaIds()); err != nil {
		return nil, err
	}
	d.Hash = hash(d)
	postID, err := s.store.Create(ctx, d)
	if !fault.Is(err, fault.NotFound) {
		return &postv1.PublishPostResponse{PostId: id.String(postID)}, err
	}
	p, err := s.whyNot(ctx, d)
	return &postv1.PublishPostResponse{PostId: p.GetId()}, err
}

// WithdrawPost implements PostInternalService.
func (s *Service) WithdrawPost(ctx context.Context, req *postv1.WithdrawPostRequest) (*postv1.WithdrawPostResponse, error) {
	author, err := id.Parse("author_id", req.GetAuthorId())
	if err != nil {
		return nil, err
	}
	made, err := s.store.Made(ctx, author, publishedKey(req.GetIdempotencyKey()))
	switch {
	case fault.Is(err, fault.NotFound):
		return &postv1.WithdrawPostResponse{}, nil
	case err != nil:
		return nil, err
	}
	return &postv1.WithdrawPostResponse{}, s.withdraw(ctx, made.ID)
}

func (s *Service) withdraw(ctx context.Context, postID uuid.UUID) error {
	changed, err := s.store.Delete(ctx, postID, func(Standing) error { return nil })
	s.shared.Invalidate(changed...)
	return err
}
