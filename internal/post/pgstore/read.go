package pgstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/postdb"
	"github.com/throng-social/throng/internal/post"
)

// Load implements post.Reads.
func (s *Store) Load(ctx context.Context, posts []uuid.UUID, primary bool) ([]post.Content, error) {
	rows, err := s.q.LoadPosts(ctx, s.pool(ctx, primary), posts)
	if err != nil {
		return nil, err
	}
	contents := make([]post.Content, len(rows))
	for i := range rows {
		contents[i] = toContent(&rows[i])
	}
	return contents, nil
}

// Liked implements post.Reads.
func (s *Store) Liked(ctx context.Context, user uuid.UUID, posts []uuid.UUID, primary bool) ([]uuid.UUID, error) {
	return s.q.ListLiked(ctx, s.pool(ctx, primary), postdb.ListLikedParams{UserID: user, PostIds: posts})
}

// ListReplies implements post.Reads.
func (s *Store) ListReplies(ctx context.Context, postID, after uuid.UUID, limit int32) ([]uuid.UUID, error) {
	return s.q.ListReplies(ctx, s.db.Reader(ctx), postdb.ListRepliesParams{PostID: postID, AfterID: after, PageLimit: limit})
}

// ListLog implements post.Reads.
func (s *Store) ListLog(ctx context.Context, r post.LogRange) ([]post.Entry, error) {
	if len(r.Authors) == 1 {
		return s.oneLog(ctx, r)
	}
	rows, err := s.q.MergeLogs(ctx, s.pool(ctx, r.Primary), postdb.MergeLogsParams{
		AuthorIds: r.Authors, FromID: r.From, BeforeID: r.Before, PageLimit: r.Limit, PerAuthor: r.PerAuthor,
	})
	if err != nil {
		return nil, err
	}
	log := make([]post.Entry, len(rows))
	for i, row := range rows {
		log[i] = post.Entry{ID: row.ID, Author: row.AuthorID}
	}
	return log, nil
}

func (s *Store) oneLog(ctx context.Context, r post.LogRange) ([]post.Entry, error) {
	ids, err := s.q.ListLog(ctx, s.pool(ctx, r.Primary), postdb.ListLogParams{
		AuthorID: r.Authors[0], FromID: r.From, BeforeID: r.Before, PageLimit: r.PerAuthor,
	})
	if err != nil {
		return nil, err
	}
	log := make([]post.Entry, len(ids))
	for i, postID := range ids {
		log[i] = post.Entry{ID: postID, Author: r.Authors[0]}
	}
	return log, nil
}

func toContent(row *postdb.LoadPostsRow) post.Content {
	return post.Content{
		ID: row.ID, Author: row.AuthorID, Text: row.Text, Media: row.MediaIds, ReplyTo: orNil(row.ReplyToID), Likes: row.Likes, Replies: row.Replies,
	}
}
