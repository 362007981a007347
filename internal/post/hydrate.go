package post

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/postdb"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
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
		return s.load(ctx, s.db.Reader(ctx), missing)
	})
	if err != nil {
		return nil, err
	}
	liked, err := s.likedBy(ctx, s.db.Reader, viewer, shared)
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
func (s *Service) likedBy(ctx context.Context, pool func(context.Context) postgres.Pool, viewer uuid.UUID, posts map[uuid.UUID]*postv1.Post) (map[uuid.UUID]bool, error) {
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
	ids, err := s.q.ListLiked(ctx, pool(ctx), postdb.ListLikedParams{UserID: viewer, PostIds: asked})
	for _, postID := range ids {
		liked[postID] = true
	}
	return liked, err
}

// load reads the part of posts that all readers share.
func (s *Service) load(ctx context.Context, pool postgres.Pool, ids []uuid.UUID) (map[uuid.UUID]*postv1.Post, error) {
	rows, err := s.q.LoadPosts(ctx, pool, ids)
	if err != nil {
		return nil, err
	}
	var mediaIDs []uuid.UUID
	for _, row := range rows {
		mediaIDs = append(mediaIDs, row.MediaIds...)
	}
	media, err := s.resolve(ctx, mediaIDs)
	if err != nil {
		return nil, err
	}
	posts := make(map[uuid.UUID]*postv1.Post, len(rows))
	for _, row := range rows {
		posts[row.ID] = toPost(row, media)
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
func toPost(row postdb.LoadPostsRow, media map[string]*mediav1.Media) *postv1.Post {
	p := &postv1.Post{
		Id:         row.ID.String(),
		AuthorId:   row.AuthorID.String(),
		Text:       row.Text,
		CreatedAt:  timestamppb.New(id.Time(row.ID)),
		LikeCount:  row.Likes,
		ReplyCount: row.Replies,
	}
	if row.ReplyToID != nil {
		p.ReplyToId = row.ReplyToID.String()
	}
	for _, mediaID := range row.MediaIds {
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
