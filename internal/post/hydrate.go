package post

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

// maxResolve is how many pictures one call to the media noun may name.
const maxResolve = 500

var errNotFound = fault.New(fault.NotFound, "post_not_found", "this post does not exist")

// HydratePosts implements PostInternalService.
func (s *Service) HydratePosts(ctx context.Context, req *postv1.HydratePostsRequest) (*postv1.HydratePostsResponse, error) {
	ids, err := id.ParseAll("post_ids", req.GetPostIds())
	if err != nil {
		return nil, err
	}
	viewer, err := id.Parse("viewer_id", req.GetViewerId())
	if err != nil {
		return nil, err
	}
	posts, err := s.view(ctx, ids, viewer)
	return &postv1.HydratePostsResponse{Posts: posts}, err
}

// GetPost implements PostService.
func (s *Service) GetPost(ctx context.Context, req *postv1.GetPostRequest) (*postv1.GetPostResponse, error) {
	viewer := identity.From(ctx).UserID
	postID, err := id.Parse("post_id", req.GetPostId())
	if err != nil {
		return nil, err
	}
	posts, err := s.view(ctx, []uuid.UUID{postID}, viewer)
	if err != nil {
		return nil, err
	}
	if len(posts) == 0 {
		return nil, errNotFound
	}
	return &postv1.GetPostResponse{Post: posts[0]}, nil
}

// BatchGetPosts implements PostService.
func (s *Service) BatchGetPosts(ctx context.Context, req *postv1.BatchGetPostsRequest) (*postv1.BatchGetPostsResponse, error) {
	viewer := identity.From(ctx).UserID
	ids, err := id.ParseAll("ids", req.GetIds())
	if err != nil {
		return nil, err
	}
	posts, err := s.view(ctx, ids, viewer)
	return &postv1.BatchGetPostsResponse{Posts: posts}, err
}

// view answers posts as one reader sees them, in the order asked for.
func (s *Service) view(ctx context.Context, ids []uuid.UUID, viewer uuid.UUID) ([]*postv1.Post, error) {
	shared, err := s.shared.GetMany(ctx, ids, func(ctx context.Context, missing []uuid.UUID) (map[uuid.UUID]*postv1.Post, error) {
		return s.load(ctx, missing, false)
	})
	if err != nil {
		return nil, err
	}
	liked, err := s.likedBy(ctx, viewer, shared, false)
	if err != nil {
		return nil, err
	}
	posts := make([]*postv1.Post, 0, len(ids))
	for _, postID := range ids {
		switch p := shared[postID]; {
		case p == nil:
		case liked[postID]:
			posts = append(posts, likedCopy(p))
		default:
			posts = append(posts, p)
		}
	}
	return posts, nil
}

// likedBy answers which of the posts the reader likes. A post without likes has
// none of his, so nothing is asked about it.
func (s *Service) likedBy(ctx context.Context, viewer uuid.UUID, posts map[uuid.UUID]*postv1.Post, primary bool) (map[uuid.UUID]bool, error) {
	liked := map[uuid.UUID]bool{}
	if viewer == uuid.Nil {
		return liked, nil
	}
	var asked []uuid.UUID
	for postID, p := range posts {
		if p.GetLikeCount() > 0 {
			asked = append(asked, postID)
		}
	}
	if len(asked) == 0 {
		return liked, nil
	}
	ids, err := s.store.Liked(ctx, viewer, asked, primary)
	for _, postID := range ids {
		liked[postID] = true
	}
	return liked, err
}

// load reads the part of posts that all readers share.
func (s *Service) load(ctx context.Context, ids []uuid.UUID, primary bool) (map[uuid.UUID]*postv1.Post, error) {
	contents, err := s.store.Load(ctx, ids, primary)
	if err != nil {
		return nil, err
	}
	var mediaIDs []uuid.UUID
	for i := range contents {
		mediaIDs = append(mediaIDs, contents[i].Media...)
	}
	media, err := s.resolve(ctx, mediaIDs)
	if err != nil {
		return nil, err
	}
	posts := make(map[uuid.UUID]*postv1.Post, len(contents))
	for i := range contents {
		posts[contents[i].ID] = toPost(&contents[i], media)
	}
	return posts, nil
}

func (s *Service) resolve(ctx context.Context, ids []uuid.UUID) (map[string]*mediav1.Media, error) {
	found := make(map[string]*mediav1.Media, len(ids))
	for chunk := range slices.Chunk(ids, maxResolve) {
		res, err := s.media.Resolve(ctx, &mediav1.ResolveRequest{MediaIds: id.Strings(chunk)})
		if err != nil {
			return nil, err
		}
		for _, m := range res.GetMedia() {
			found[m.GetId()] = m
		}
	}
	return found, nil
}

// toPost leaves pictures out that are not there any more.
func toPost(c *Content, media map[string]*mediav1.Media) *postv1.Post {
	p := &postv1.Post{
		Id:         c.ID.String(),
		AuthorId:   c.Author.String(),
		Text:       c.Text,
		ReplyToId:  id.String(c.ReplyTo),
		CreatedAt:  timestamppb.New(id.Time(c.ID)),
		LikeCount:  c.Likes,
		ReplyCount: c.Replies,
	}
	for _, mediaID := range c.Media {
		if m := media[mediaID.String()]; m != nil {
			p.Media = append(p.Media, m)
		}
	}
	return p
}

// likedCopy is the post for a reader who likes it: the original is everybody's.
func likedCopy(p *postv1.Post) *postv1.Post {
	return &postv1.Post{
		Id:         p.GetId(),
		AuthorId:   p.GetAuthorId(),
		Text:       p.GetText(),
		Media:      p.GetMedia(),
		ReplyToId:  p.GetReplyToId(),
		CreatedAt:  p.GetCreatedAt(),
		LikeCount:  p.GetLikeCount(),
		ReplyCount: p.GetReplyCount(),
		LikedByMe:  true,
	}
}
